/// Reads a source text, byte by byte, without going back.
struct Parser {
    /// Most blocks, lists and parentheses inside each other; bounds the depth of recursion.
    static let deepestNesting = 200

    /// Longest source in bytes.
    static let longestSource = 1 << 28

    let source: SourceText
    let bytes: [UInt8]
    var position: Int

    /// What was opened and not yet closed, outermost first.
    var openers: [Opener] = []

    /// The double quote inside which the parser stands; an expression there stays on its line.
    var openQuote: SourceRange?

    struct Opener {
        let range: SourceRange
        let closer: Completeness.Closer
    }

    /// An error, its place, and what further lines could still bring where the input just ended.
    struct Failure: Error {
        let error: LanguageError
        let range: SourceRange
        var missing: Completeness.Closer?
    }

    init(_ source: SourceText) {
        self.source = source
        bytes = source.utf8
        position = source.contentStart
    }

    mutating func parseProgram() throws(Failure) -> Program {
        try checkCharacters()
        return Program(source: source, statements: try parseStatements())
    }

    // MARK: - Places

    var isAtEnd: Bool { position >= bytes.count }

    /// The byte at the position; 0, which no checked source holds, at the end.
    var current: UInt8 { isAtEnd ? 0 : bytes[position] }

    func byte(ahead distance: Int) -> UInt8 {
        let offset = position + distance
        return offset < bytes.count ? bytes[offset] : 0
    }

    func at(_ character: Unicode.Scalar) -> Bool {
        current == UInt8(ascii: character)
    }

    func range(from start: Int) -> SourceRange {
        SourceRange(start: start, end: position)
    }

    func range(length: Int) -> SourceRange {
        SourceRange(start: position, end: min(position + length, bytes.count))
    }

    // MARK: - Blanks

    /// Passes blanks and continued line ends.
    mutating func skipBlanks() throws(Failure) {
        while true {
            if isBlank(current) {
                position += 1
            } else if at("\\") {
                try passContinuation()
            } else {
                return
            }
        }
    }

    /// Passes blanks, line ends and comments.
    mutating func skipLines() throws(Failure) {
        while true {
            try skipBlanks()
            if isLineEnd(current) {
                position += 1
            } else if at("#") {
                skipComment()
            } else {
                return
            }
        }
    }

    mutating func skipComment() {
        while !isAtEnd, !isLineEnd(current) { position += 1 }
    }

    private mutating func passContinuation() throws(Failure) {
        let start = position
        position += 1
        let place = range(from: start)
        if at("\r") { position += 1 }
        if at("\n") {
            position += 1
        } else if !isAtEnd {
            throw Failure(error: .strayBackslash, range: place)
        }
        if isAtEnd { throw Failure(error: .missingContinuation, range: place, missing: .line) }
    }

    // MARK: - Nesting

    mutating func open(_ range: SourceRange, closer: Completeness.Closer) throws(Failure) {
        guard openers.count < Self.deepestNesting else {
            throw Failure(error: .tooDeep(limit: Self.deepestNesting), range: range)
        }
        openers.append(Opener(range: range, closer: closer))
    }

    mutating func close() {
        openers.removeLast()
    }

    /// The failure of an input that ends while `opener` is open.
    func unclosed(_ opener: Opener) -> Failure {
        let text = source.slice(opener.range)
        return Failure(
            error: .unclosed(text, closer: opener.closer.rawValue), range: opener.range,
            missing: opener.closer)
    }

    // MARK: - Messages

    /// The failure that something was expected at the position.
    func failure(expected: String) -> Failure {
        // A statement in a block ends with its line, so the block is not what misses something.
        if isAtEnd, let opener = openers.last, opener.closer != .brace { return unclosed(opener) }
        let found = foundToken()
        return Failure(error: .expected(expected, got: found.name), range: found.range)
    }

    /// What stands at the position, for the `got` part of a message.
    func foundToken() -> (name: String, range: SourceRange) {
        if isAtEnd { return ("the end of the input", range(length: 0)) }
        if isLineEnd(current) { return ("the end of the line", range(length: 0)) }
        let inParentheses = openers.last?.closer == .parenthesis
        var end = position
        while end < bytes.count, !endsBareText(bytes[end], inList: true),
            !(inParentheses && isParenthesis(bytes[end]))
        {
            end += 1
        }
        // Where no word stands, the one character that ends words is what was found.
        let range = SourceRange(start: position, end: max(end, position + 1))
        return ("'\(shortened(source.slice(range)))'", range)
    }
}
