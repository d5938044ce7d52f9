/// A top-level statement as written, with the text around it.
///
/// The leading text, the text and the separator of all slices, followed by the program's trailing
/// text, are the source without its byte order mark.
public struct TopLevelSlice: Sendable {
    public let statement: Statement
    /// Comments and blank lines before the statement.
    public let leading: String
    /// The statement, with a comment that ends its line.
    public let text: String
    /// What ends the statement: a line end, or `;` and the blanks around it.
    public let separator: String
    /// Where `text` stands.
    public let range: SourceRange
}

extension Program {
    /// The top-level statements as written.
    public var topLevelSlices: [TopLevelSlice] { slices().slices }

    /// Comments and blank lines after the last statement.
    public var trailingText: String {
        source.slice(SourceRange(start: slices().end, end: source.utf8.count))
    }

    private func slices() -> (slices: [TopLevelSlice], end: Int) {
        var result: [TopLevelSlice] = []
        result.reserveCapacity(statements.count)
        var start = source.contentStart
        for statement in statements {
            let text = SourceRange(start: statement.range.start, end: commentEnd(after: statement.range.end))
            let end = separatorEnd(after: text.end)
            result.append(
                TopLevelSlice(
                    statement: statement,
                    leading: source.slice(SourceRange(start: start, end: text.start)),
                    text: source.slice(text),
                    separator: source.slice(SourceRange(start: text.end, end: end)),
                    range: text))
            start = end
        }
        return (result, start)
    }

    /// Returns the end of a comment on the rest of the line, or `offset` where there is none.
    private func commentEnd(after offset: Int) -> Int {
        let bytes = source.utf8
        var end = offset
        while end < bytes.count, isBlank(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "#") else { return offset }
        while end < bytes.count, !isLineEnd(bytes[end]) { end += 1 }
        return end
    }

    private func separatorEnd(after offset: Int) -> Int {
        let bytes = source.utf8
        var end = offset
        while end < bytes.count, isBlank(bytes[end]) { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: ";") {
            end += 1
            while end < bytes.count, isBlank(bytes[end]) { end += 1 }
        }
        if end < bytes.count, bytes[end] == UInt8(ascii: "\r") { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: "\n") { end += 1 }
        return end
    }
}

/// Returns the statement as it was written.
public func format(_ statement: Statement, in source: SourceText) -> String {
    source.slice(statement.range)
}
