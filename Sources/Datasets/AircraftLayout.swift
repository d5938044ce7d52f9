import Files

/// FGVC-Aircraft as it is published: `variants.txt` with the class names, lists of images with their variants, `images`.
enum AircraftLayout: DataLayout {
    static let name = "FGVC-Aircraft"
    private static let limit = 16 << 20

    static func read(_ path: String) throws -> DataSource? {
        guard FileKind(path) == .folder, FileKind(path + "/images_variant_train.txt") == .file,
            FileKind(path + "/variants.txt") == .file
        else { return nil }
        let names = try lines(path + "/variants.txt")
        let labels = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        func list(_ split: String) throws -> [LabelledImage]? {
            let file = path + "/images_variant_\(split).txt"
            guard FileKind(file) != nil else { return nil }
            return try lines(file).enumerated().map { index, line in
                let parts = line.split(separator: " ", maxSplits: 1)
                guard parts.count == 2, let label = labels[String(parts[1])] else {
                    throw DatasetError.badSplit(
                        file: file, entry: "entry \(index + 1)",
                        reason: "expected an image and a variant of variants.txt; got '\(line.prefix(80))'")
                }
                return LabelledImage(path: "images/\(parts[0]).jpg", label: label)
            }
        }
        return DataSource(
            layout: name, root: path, classNames: names, train: try list("train") ?? [],
            validation: try list("val"), test: try list("test"), known: .named("FGVCAircraft"))
    }

    private static func lines(_ path: String) throws -> [String] {
        TextLines.of(try ReadOnlyFile.text(path, limit: limit)).filter { !$0.isEmpty }
    }
}

/// Lines of a text; only LF and CR LF, and a lone CR, end one.
enum TextLines {
    /// The lines without blanks around them.
    static func of(_ text: String) -> [String] {
        text.utf8.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
            .map { trimmed(String(Substring($0))) }
    }

    /// A text without blanks around it.
    static func trimmed(_ text: String) -> String {
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
