/// A part of a text that a person would see in a colour of its own.
public struct SyntaxSpan: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The first word of a command.
        case verb
        /// `let`, `repeat`, `for`, `in`, `if`, `else`, `every`.
        case keyword
        /// `--name`.
        case option
        /// A quoted text, or a piece of one between interpolations.
        case string
        /// `$name` or `$( … )`.
        case interpolation
        case comment
    }

    public let kind: Kind
    public let range: SourceRange

    public init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}

/// Returns the parts of a text that may be wrong or unfinished, in order.
public func syntaxSpans(of text: String) -> [SyntaxSpan] {
    var scanner = SyntaxScanner(Array(text.utf8))
    return scanner.scan()
}

/// Reads a text word by word, forgiving what the parser would refuse.
private struct SyntaxScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var spans: [SyntaxSpan] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func at(_ character: Unicode.Scalar) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: character)
    }

    mutating func scan() -> [SyntaxSpan] {
        var isFirst = true
        while position < bytes.count {
            let byte = bytes[position]
            if isBlank(byte) {
                position += 1
            } else if at("\\") {
                // The line goes on in the next.
                position += 1
                if at("\r") { position += 1 }
                if at("\n") { position += 1 }
            } else if isLineEnd(byte) || at(";") || at("{") || at("}") {
                isFirst = true
                position += 1
            } else if at("#") {
                let start = position
                while position < bytes.count, !isLineEnd(bytes[position]) { position += 1 }
                add(.comment, from: start)
            } else {
                isFirst = scanWord(isFirst: isFirst)
            }
        }
        return spans
    }

    /// Reads a word; returns whether a command may follow it.
    private mutating func scanWord(isFirst: Bool) -> Bool {
        let start = position
        let isOption = at("-") && position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "-")
        var isBare = true
        while position < bytes.count {
            let byte = bytes[position]
            if isBlank(byte) || isLineEnd(byte) || at(";") || at("{") || at("}") { break }
            if at("\"") || at("'") || at("$") || isOption && at("=") {
                if isBare { addBare(from: start, isFirst: isFirst, isOption: isOption) }
                isBare = false
            }
            switch byte {
            case UInt8(ascii: "\""): scanQuoted()
            case UInt8(ascii: "'"): scanLiteral()
            case UInt8(ascii: "$"): scanInterpolation()
            default: position += 1
            }
        }
        guard isBare else { return false }
        addBare(from: start, isFirst: isFirst, isOption: isOption)
        return String(decoding: bytes[start..<position], as: UTF8.self) == "else"
    }

    private static let keywords = ["in", "else", "every"]

    private mutating func addBare(from start: Int, isFirst: Bool, isOption: Bool) {
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        if isOption {
            add(.option, from: start)
        } else if isFirst {
            add(statementWords.contains(word) || word == "else" ? .keyword : .verb, from: start)
        } else if Self.keywords.contains(word) {
            add(.keyword, from: start)
        }
    }

    private mutating func scanLiteral() {
        let start = position
        position += 1
        while position < bytes.count, !at("'"), !isLineEnd(bytes[position]) { position += 1 }
        if at("'") { position += 1 }
        add(.string, from: start)
    }

    private mutating func scanQuoted() {
        var start = position
        position += 1
        while position < bytes.count, !at("\""), !isLineEnd(bytes[position]) {
            if at("\\"), position + 1 < bytes.count {
                position += 2
            } else if at("$") {
                add(.string, from: start)
                scanInterpolation()
                start = position
            } else {
                position += 1
            }
        }
        if at("\"") { position += 1 }
        add(.string, from: start)
    }

    /// Reads `$name` or `$( … )` with parentheses and quotes within.
    private mutating func scanInterpolation() {
        let start = position
        position += 1
        if at("(") {
            var depth = 0
            var quote: UInt8?
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if let open = quote {
                    if byte == open || isLineEnd(byte) { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                } else if byte == UInt8(ascii: "(") {
                    depth += 1
                } else if byte == UInt8(ascii: ")") {
                    depth -= 1
                    if depth == 0 { break }
                }
            }
        } else {
            while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
        }
        add(.interpolation, from: start)
    }

    private mutating func add(_ kind: SyntaxSpan.Kind, from start: Int) {
        let end = min(position, bytes.count)
        position = end
        if end > start { spans.append(SyntaxSpan(kind, SourceRange(start: start, end: end))) }
    }
}
