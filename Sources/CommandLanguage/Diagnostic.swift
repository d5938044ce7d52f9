import Files

/// An error that points at a place in a source text.
public struct Diagnostic: Error, Sendable {
    /// What was expected and what came, without the place.
    public let message: String
    public let range: SourceRange
    public let source: SourceText
    /// Further lines: a near name, what to do next.
    public let notes: [String]

    public init(message: String, range: SourceRange, source: SourceText, notes: [String] = []) {
        self.message = message
        self.range = range
        self.source = source
        self.notes = notes
    }

    /// Line and column at which the range starts.
    public var position: SourcePosition {
        let place = source.position(at: range.start)
        return SourcePosition(line: source.linesBefore + place.line, column: place.column)
    }
}

extension Diagnostic: CustomStringConvertible {
    public var description: String { rendered() }
}

extension Diagnostic {
    /// Longest line, in bytes, that is shown whole.
    private static let longestWholeLine = 400

    /// Returns `file:line:column: error: message`, the source line, its underline and the notes.
    ///
    /// The underline has `^` under the first and the last column of the range and `~` between; a
    /// range over several lines is cut at the end of the first. Tabs stay tabs, so that the marks
    /// stand under their columns; other controls are escaped. A very long line is cut around the
    /// range. The text does not end with a line feed.
    public func rendered() -> String {
        let place = position
        let line = source.lineRange(place.line - source.linesBefore)
        let start = min(max(range.start, line.start), line.end)
        let end = min(max(range.end, start), line.end)
        var before = source.slice(SourceRange(start: line.start, end: start))
        var marked = source.slice(SourceRange(start: start, end: end))
        var after = source.slice(SourceRange(start: end, end: line.end))
        if line.count > Self.longestWholeLine {
            before = Self.cutFront(before, to: 60)
            after = Self.cutBack(after, to: 60)
            marked = Self.cutBack(marked, to: 80)
        }
        before = escapedForDisplay(before, keepingTabs: true)
        marked = escapedForDisplay(marked, keepingTabs: true)
        after = escapedForDisplay(after, keepingTabs: true)

        var lines = [
            "\(escapedForDisplay(source.name)):\(place.line):\(place.column): error: "
                + escapedForDisplay(message)
        ]
        lines.append(before + marked + after)
        lines.append(Self.padding(before) + Self.underline(columns: displayWidth(of: marked)))
        lines += notes.map { "note: " + escapedForDisplay($0) }
        return lines.joined(separator: "\n")
    }

    /// Returns blanks as wide as `text`, with its tabs.
    private static func padding(_ text: String) -> String {
        var result = ""
        for character in text {
            result +=
                character == "\t" ? "\t" : String(repeating: " ", count: displayWidth(of: String(character)))
        }
        return result
    }

    private static func underline(columns: Int) -> String {
        columns < 2 ? "^" : "^" + String(repeating: "~", count: columns - 2) + "^"
    }

    private static func cutFront(_ text: String, to count: Int) -> String {
        let kept = text.suffix(count)
        return kept.startIndex == text.startIndex ? text : "…" + kept
    }

    private static func cutBack(_ text: String, to count: Int) -> String {
        let kept = text.prefix(count)
        return kept.endIndex == text.endIndex ? text : kept + "…"
    }
}
