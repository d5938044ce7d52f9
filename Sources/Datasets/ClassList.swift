import Foundation

/// Class names from a text file, one a line; blank lines and lines that start with `#` are left out.
public enum ClassList {
    public static func read(_ path: String) throws -> [String] {
        guard FileKind(path) != .other else {
            throw DatasetError.badClassList(file: path, reason: "expected a plain file")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DatasetError.noSuchPath(path)
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw DatasetError.badClassList(file: path, reason: "expected UTF-8 text")
        }
        let names = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
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

    /// The first name that occurs twice; published lists have such names. Equal names give equal text features, so only
    /// the first of them is ever chosen.
    public static func repeated(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }
}
