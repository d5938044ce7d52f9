import Foundation

/// A comma-separated list with a header: the columns `path` and `class`, and optionally `split` (train, val or test).
///
/// Paths start at the file's folder; class names are numbered in byte order. Fields may be quoted as in RFC 4180.
enum CSVLayout: DataLayout {
    static let name = "CSV"

    static func read(_ path: String) throws -> DataSource? {
        guard path.lowercased().hasSuffix(".csv") else { return nil }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
            let text = String(data: data, encoding: .utf8)
        else {
            throw TuningError.badSplit(file: path, entry: "the text", reason: "expected UTF-8")
        }
        var rows = records(text)
        guard !rows.isEmpty else { throw TuningError.noImages(path) }
        let header = rows.removeFirst().map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        guard let pathColumn = header.firstIndex(of: "path"),
            let classColumn = header.firstIndex(where: { $0 == "class" || $0 == "classname" })
        else {
            throw TuningError.badSplit(
                file: path, entry: "line 1", reason: "expected the columns 'path' and 'class'")
        }
        let splitColumn = header.firstIndex(of: "split")
        for (index, row) in rows.enumerated() where row.count != header.count {
            throw TuningError.badSplit(
                file: path, entry: "record \(index + 2)",
                reason: "expected \(header.count) fields; got \(row.count)")
        }
        let names = Set(rows.map { $0[classColumn] })
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        let labels = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var splits: [String: [LabelledImage]] = [:]
        for (index, row) in rows.enumerated() {
            let split = splitColumn.map { row[$0].lowercased() } ?? "train"
            let known = ["train": "train", "val": "val", "validation": "val", "test": "test"][split]
            guard let known, let label = labels[row[classColumn]], !row[classColumn].isEmpty else {
                throw TuningError.badSplit(
                    file: path, entry: "record \(index + 2)",
                    reason: "expected a class and a split of train, val or test; got '\(split)'")
            }
            splits[known, default: []].append(LabelledImage(path: row[pathColumn], label: label))
        }
        let folder = (path as NSString).deletingLastPathComponent
        return DataSource(
            layout: name, root: folder.isEmpty ? "." : folder, classNames: names,
            train: splits["train"] ?? [],
            validation: splits["val"], test: splits["test"])
    }

    /// Records of fields; blank lines are left out.
    private static func records(_ text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field = ""
        var quoted = false
        var characters = text.makeIterator()
        var pending = characters.next()
        func endRecord() {
            record.append(field)
            if record != [""] { records.append(record) }
            record = []
            field = ""
        }
        while let character = pending {
            pending = characters.next()
            switch character {
            case "\"" where quoted && pending == "\"":
                field.append("\"")
                pending = characters.next()
            case "\"" where quoted:
                quoted = false
            case "\"" where field.isEmpty:
                quoted = true
            case "," where !quoted:
                record.append(field)
                field = ""
            case "\n" where !quoted, "\r\n" where !quoted:
                endRecord()
            default:
                field.append(character)
            }
        }
        if !field.isEmpty || !record.isEmpty { endRecord() }
        return records
    }
}
