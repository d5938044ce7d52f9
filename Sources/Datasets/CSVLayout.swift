import Foundation

/// A comma-separated list with a header: the columns `path` and `class`, and optionally `split` (train, val or test).
///
/// Paths start at the file's folder; class names are numbered in byte order. Fields may be quoted as in RFC 4180.
enum CSVLayout: DataLayout {
    static let name = "CSV"
    private static let limit = 256 << 20

    static func read(_ path: String) throws -> DataSource? {
        guard path.lowercased().hasSuffix(".csv"), FileKind(path) == .file else { return nil }
        guard FileKind.size(path) <= limit, let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
            let text = String(data: data, encoding: .utf8)
        else {
            throw DatasetError.badSplit(
                file: path, entry: "the text", reason: "expected UTF-8 of at most \(limit) bytes")
        }
        var rows = try records(text, file: path)
        guard !rows.isEmpty else { throw DatasetError.noImages(path, skipped: [:]) }
        let header = rows.removeFirst().map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        guard let pathColumn = header.firstIndex(of: "path"),
            let classColumn = header.firstIndex(where: { $0 == "class" || $0 == "classname" })
        else {
            throw DatasetError.badSplit(
                file: path, entry: "line 1", reason: "expected the columns 'path' and 'class'")
        }
        let splitColumn = header.firstIndex(of: "split")
        for (index, row) in rows.enumerated() where row.count != header.count {
            throw DatasetError.badSplit(
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
                throw DatasetError.badSplit(
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

    /// Records of fields; blank lines and a byte order mark are left out.
    private static func records(_ text: String, file: String) throws -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field = String.UnicodeScalarView()
        var quoted = false
        func endField() {
            record.append(String(field))
            field.removeAll()
        }
        func endRecord() {
            endField()
            if record != [""] { records.append(record) }
            record = []
        }
        // Scalars, not characters: a combining mark must not hide the comma before it.
        var scalars = text.unicodeScalars.makeIterator()
        var pending = scalars.next()
        if pending == "\u{FEFF}" { pending = scalars.next() }
        while let scalar = pending {
            pending = scalars.next()
            switch scalar {
            case "\"" where quoted && pending == "\"":
                field.append("\"")
                pending = scalars.next()
            case "\"" where quoted:
                quoted = false
            case "\"" where field.isEmpty:
                quoted = true
            case "," where !quoted:
                endField()
            case "\r" where !quoted && pending == "\n":
                continue
            case "\n" where !quoted:
                endRecord()
            default:
                field.append(scalar)
            }
        }
        guard !quoted else {
            throw DatasetError.badSplit(
                file: file, entry: "record \(records.count + 1)", reason: "a quoted field is not closed")
        }
        if !field.isEmpty || !record.isEmpty { endRecord() }
        return records
    }
}
