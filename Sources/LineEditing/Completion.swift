/// The answer to Tab: what may stand in place of a part of the line.
public struct Completion: Equatable, Sendable {
    /// The part to replace, in Character offsets of the line.
    public var replaced: Range<Int>
    /// Whole replacements for that part, in the order in which they are listed.
    public var candidates: [String]
    /// What each candidate is, in a line; none where there is nothing to say.
    public var notes: [String]
    /// What follows a candidate that is the only one: a space after a word, nothing after a folder.
    public var suffix: String
    /// What stands behind the cursor where the only candidate goes on, such as a folder's closing quote.
    public var closing: String

    public init(
        replaced: Range<Int>, candidates: [String], notes: [String] = [], suffix: String = "",
        closing: String = ""
    ) {
        self.replaced = replaced
        self.candidates = candidates
        self.notes = notes
        self.suffix = suffix
        self.closing = closing
    }

    /// The beginning that all candidates share; empty without candidates.
    package var commonPrefix: String {
        guard var prefix = candidates.first.map({ Array($0) }) else { return "" }
        for candidate in candidates.dropFirst() {
            var count = 0
            for (mine, other) in zip(prefix, candidate) {
                guard mine == other else { break }
                count += 1
            }
            prefix.removeLast(prefix.count - count)
        }
        return String(prefix)
    }
}

/// Candidates laid out in columns below the line.
package enum CandidateListing {
    /// The most candidates shown; the rest is counted.
    package static let limit = 200

    /// The rows, filled column by column as `ls` does.
    ///
    /// - Parameters:
    ///   - notes: one a candidate, which then has a row of its own.
    ///   - candidates: the texts; control characters are shown escaped.
    ///   - width: columns of the terminal; one column a row is kept free so that no row wraps.
    ///   - columnsOf: how many columns a text takes.
    package static func rows(
        _ candidates: [String], notes: [String] = [], width: Int, columnsOf: (String) -> Int
    ) -> [String] {
        let shown = candidates.prefix(limit).map(visible)
        let widths = shown.map(columnsOf)
        if notes.count == candidates.count, notes.contains(where: { !$0.isEmpty }) {
            let room = width - 3 - (widths.max() ?? 0)
            return shown.indices.map { index in
                let pad = String(repeating: " ", count: (widths.max() ?? 0) - widths[index] + 2)
                let note = visible(cut(notes[index], to: room, columnsOf))
                return note.isEmpty ? shown[index] : shown[index] + pad + note
            } + rest(candidates)
        }
        let cell = (widths.max() ?? 0) + 2
        let columns = max(1, (max(width, 1) - 1) / cell)
        let height = (shown.count + columns - 1) / columns
        var rows: [String] = []
        for row in 0..<height {
            var text = ""
            for index in stride(from: row, to: shown.count, by: height) {
                text += shown[index]
                if index + height < shown.count {
                    text += String(repeating: " ", count: cell - widths[index])
                }
            }
            rows.append(text)
        }
        return rows + rest(candidates)
    }

    private static func rest(_ candidates: [String]) -> [String] {
        candidates.count > limit ? ["... and \(candidates.count - limit) more"] : []
    }

    /// At most so many columns of a text.
    private static func cut(_ text: String, to columns: Int, _ columnsOf: (String) -> Int) -> String {
        guard columnsOf(text) > columns else { return text }
        var kept = ""
        for character in text {
            guard columnsOf(kept + String(character)) < columns else { break }
            kept.append(character)
        }
        return columns > 0 ? kept + "…" : ""
    }

    /// The text with its control characters escaped, so that a file name cannot drive the terminal.
    private static func visible(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
