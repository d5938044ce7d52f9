import Files

/// Class names from a text file, one a line; blank lines and lines that start with `#` are left out.
public enum ClassList {
    private static let limit = 16 << 20

    /// - Throws: `FileError`, `DatasetError.badClassList`.
    public static func read(_ path: String) throws -> [String] {
        let names = TextLines.of(try ReadOnlyFile.text(path, limit: limit))
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        try check(names, file: path)
        return names
    }

    /// - Throws: `DatasetError.badClassList` when there is no name or a blank one.
    public static func check(_ names: [String], file: String) throws {
        guard !names.isEmpty else {
            throw DatasetError.badClassList(file: file, reason: "expected at least one")
        }
        guard names.allSatisfy({ name in name.contains { !$0.isWhitespace } }) else {
            throw DatasetError.badClassList(file: file, reason: "a name is blank")
        }
    }

    /// Pairs of names that the tokenizer reads alike: the same, or other in letter case, underlines and blanks.
    ///
    /// Such names give equal text features, so only the first of them is ever chosen.
    public static func alike(_ names: [String]) -> [(first: String, second: String)] {
        var seen: [String: String] = [:]
        return names.compactMap { name in
            let key = name.lowercased().split { $0.isWhitespace || $0 == "_" }.joined(separator: " ")
            if let first = seen[key] { return (first, name) }
            seen[key] = name
            return nil
        }
    }
}
