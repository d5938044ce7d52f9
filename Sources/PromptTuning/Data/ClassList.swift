import Foundation

/// Class names from a text file, one a line; blank lines and lines that start with `#` are left out.
public enum ClassList {
    public static func read(_ path: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TuningError.noSuchPath(path)
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw TuningError.badClassList(file: path, reason: "expected UTF-8 text")
        }
        let names = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        try check(names, file: path)
        return names
    }

    /// - Throws: `TuningError.badClassList` when there is no name or one occurs twice.
    public static func check(_ names: [String], file: String) throws {
        guard !names.isEmpty else {
            throw TuningError.badClassList(file: file, reason: "expected at least one")
        }
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw TuningError.badClassList(file: file, reason: "'\(name)' occurs twice")
        }
    }
}
