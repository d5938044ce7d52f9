/// Whether an input can run, needs further lines, or is wrong.
public enum Completeness: Sendable {
    case complete
    /// Further lines could complete it; the innermost open construct wants this closer.
    case incomplete(expected: Closer)
    case invalid(Diagnostic)

    /// What closes an open construct.
    public enum Closer: String, Sendable {
        case brace = "}"
        case parenthesis = ")"
        case bracket = "]"
        /// A line after `\`.
        case line = "\\"
    }
}

/// Tells whether a line reader should run the source or ask for another line.
///
/// An open `{`, `[` or `$(` and a `\` at the end of the last line want another line. An open quote
/// does not: quotes end on their line, and the error points at the one that was opened.
public func completeness(of source: SourceText) -> Completeness {
    var parser = Parser(source)
    do {
        _ = try parser.parseProgram()
        return .complete
    } catch {
        if let closer = error.missing { return .incomplete(expected: closer) }
        return .invalid(Diagnostic(error.error, at: error.range, in: source))
    }
}
