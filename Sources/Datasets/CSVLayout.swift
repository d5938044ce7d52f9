import Files

/// A table with a header: the columns `path` and `class`, and optionally `split` (train, val or test).
///
/// Fields are parted by commas, semicolons, tabs or bars, whichever the header has, and may be quoted as in RFC 4180.
/// Paths start at the file's folder; class names are numbered in byte order.
enum CSVLayout: DataLayout {
    static let name = "CSV"
    private static let limit = 256 << 20
    private static let separators: [Unicode.Scalar] = [",", ";", "\t", "|"]
    private static let pathNames: Set<String> = ["path", "file", "filename", "image"]
    private static let classNames: Set<String> = ["class", "classname", "label"]
    private static let splits = [
        "train": Split.train, "training": .train, "val": .val, "valid": .val, "validation": .val, "dev": .val,
        "test": .test,
    ]

    static func read(_ path: String) throws -> DataSource? {
        guard ["csv", "tsv"].contains(Folder.pathExtension(path)), FileKind(path) != .folder else {
            return nil
        }
        let text = try ReadOnlyFile.text(path, limit: limit)
        if let reason = StandIn.reason(text.utf8) {
            throw DatasetError.badSplit(file: path, entry: "the text", reason: reason)
        }
        let header = TextLines.of(String(text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" })).first ?? ""
        func columns(_ separator: Unicode.Scalar) -> [String] {
            header.unicodeScalars.split(separator: separator, omittingEmptySubsequences: false)
                .map { TextLines.trimmed(String($0)).trimmingQuotes().lowercased() }
        }
        let separator = separators.first { separator in
            let names = columns(separator)
            return names.contains(where: pathNames.contains) && names.contains(where: classNames.contains)
        }
        guard let separator, let pathColumn = columns(separator).firstIndex(where: pathNames.contains),
            let classColumn = columns(separator).firstIndex(where: classNames.contains)
        else {
            throw DatasetError.badSplit(
                file: path, entry: "line 1",
                reason: "expected a header with the columns 'path' and 'class'; got '\(header.prefix(80))'")
        }
        let splitColumn = columns(separator).firstIndex(of: "split")
        let count = columns(separator).count
        // Blank rows, as spreadsheets leave them at the end, say nothing.
        let rows = try records(text, separator: separator, file: path).enumerated().dropFirst()
            .map { (number: $0.offset + 1, fields: $0.element) }
            .filter { row in row.fields.contains { !$0.isEmpty } }
        for row in rows where row.fields.count != count {
            throw DatasetError.badSplit(
                file: path, entry: "record \(row.number)",
                reason: "expected \(count) fields; got \(row.fields.count)")
        }
        let names = Set(rows.map { $0.fields[classColumn] })
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        let labels = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var images: [Split: [LabelledImage]] = [:]
        for row in rows {
            let split = splitColumn.map { row.fields[$0].lowercased() } ?? "train"
            guard let known = splits[split] else {
                throw DatasetError.badSplit(
                    file: path, entry: "record \(row.number)",
                    reason: "expected train, val or test as split; got '\(split.prefix(40))'")
            }
            guard let label = labels[row.fields[classColumn]], !row.fields[classColumn].isEmpty,
                !row.fields[pathColumn].isEmpty
            else {
                throw DatasetError.badSplit(
                    file: path, entry: "record \(row.number)", reason: "expected a path and a class")
            }
            images[known, default: []].append(LabelledImage(path: row.fields[pathColumn], label: label))
        }
        return DataSource(
            layout: name, root: Folder.parent(path) ?? "/", classNames: names, train: images[.train] ?? [],
            validation: images[.val], test: images[.test])
    }

    /// Records of fields without blanks around them.
    private static func records(
        _ text: String, separator: Unicode.Scalar, file: String
    ) throws -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field = String.UnicodeScalarView()
        var quoted = false
        func endField() {
            record.append(TextLines.trimmed(String(field)))
            field.removeAll()
        }
        func endRecord() {
            endField()
            records.append(record)
            record = []
        }
        // Scalars, not characters: a combining mark must not hide the comma before it.
        var scalars = text.unicodeScalars.makeIterator()
        var pending = scalars.next()
        while let scalar = pending {
            pending = scalars.next()
            switch scalar {
            case "\"" where quoted && pending == "\"":
                field.append("\"")
                pending = scalars.next()
            case "\"" where quoted:
                quoted = false
            case "\"" where field.allSatisfy({ $0 == " " }):
                field.removeAll()
                quoted = true
            case separator where !quoted:
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

extension String {
    /// Without double quotes around it.
    fileprivate func trimmingQuotes() -> String {
        count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}
