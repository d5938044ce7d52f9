extension Parser {
    /// Whether no further byte belongs to the word; lists add their own ends.
    var isAtWordEnd: Bool {
        if isAtEnd || isBlank(current) || isLineEnd(current) { return true }
        switch current {
        case UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\\"): return true
        default: return false
        }
    }

    /// Reads one word: bare text, quoted text, interpolations side by side, or a list.
    mutating func parseWord() throws(Failure) -> Expression {
        try checkWordStart()
        guard at("[") else { return try parsePieces(inList: false) }
        let list = try parseList(inExpression: false)
        if isAtWordEnd { return list }
        let found = foundToken()
        throw Failure(error: .textAfterList(found.name), range: found.range)
    }

    private mutating func parsePieces(inList: Bool) throws(Failure) -> Expression {
        let start = position
        var pieces: [Expression] = []
        while !isAtEnd {
            if at("\"") {
                pieces.append(try parseDoubleQuoted())
            } else if at("'") {
                pieces.append(try parseSingleQuoted())
            } else if at("$") {
                pieces.append(try parseInterpolation())
            } else if let bare = try parseBare(inList: inList) {
                pieces.append(bare)
            } else {
                break
            }
        }
        guard let first = pieces.first else { throw failure(expected: "a value") }
        if pieces.count == 1 { return first }
        return Expression(
            kind: .word(pieces, quoted: pieces.contains(where: \.isQuoted)), range: range(from: start))
    }

    private mutating func parseBare(inList: Bool) throws(Failure) -> Expression? {
        let start = position
        while !isAtEnd, !endsBareText(current, inList: inList) {
            // A blank that a word processor put in would make one word of two.
            if current >= 0xC2, position > start { try checkBlank() }
            position += 1
        }
        let range = range(from: start)
        return range.count == 0
            ? nil : Expression(kind: .text(source.slice(range), quoted: false), range: range)
    }

    // MARK: - Quotes

    mutating func parseSingleQuoted() throws(Failure) -> Expression {
        let start = position
        position += 1
        while !at("'") {
            if isAtEnd || isLineEnd(current) {
                throw Failure(error: .unclosedQuote("'"), range: SourceRange(start: start, end: start + 1))
            }
            position += 1
        }
        let text = source.slice(range(from: start + 1))
        position += 1
        return Expression(kind: .text(text, quoted: true), range: range(from: start))
    }

    mutating func parseDoubleQuoted() throws(Failure) -> Expression {
        let start = position
        let quote = range(length: 1)
        let outerQuote = openQuote
        openQuote = quote
        position += 1
        var pieces: [Expression] = []
        var text: [UInt8] = []
        var textStart = position
        while !at("\"") {
            if isAtEnd || isLineEnd(current) { throw Failure(error: .unclosedQuote("\""), range: quote) }
            if at("\\") {
                text += try parseEscape(in: quote)
            } else if at("$") {
                if !text.isEmpty {
                    pieces.append(piece(text, from: textStart))
                    text = []
                }
                pieces.append(try parseInterpolation())
                textStart = position
            } else {
                text.append(current)
                position += 1
            }
        }
        let last = piece(text, from: textStart)
        position += 1
        openQuote = outerQuote
        let range = range(from: start)
        if pieces.isEmpty { return Expression(kind: last.kind, range: range) }
        if !text.isEmpty { pieces.append(last) }
        return Expression(kind: .word(pieces, quoted: true), range: range)
    }

    private func piece(_ text: [UInt8], from start: Int) -> Expression {
        Expression(
            kind: .text(String(decoding: text, as: UTF8.self), quoted: true), range: range(from: start))
    }

    /// Reads an escape and returns the UTF-8 that it stands for.
    private mutating func parseEscape(in quote: SourceRange) throws(Failure) -> [UInt8] {
        let start = position
        position += 1
        let byte = current
        if isAtEnd || isLineEnd(byte) { throw Failure(error: .unclosedQuote("\""), range: quote) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"): return [byte]
        case UInt8(ascii: "n"): return [UInt8(ascii: "\n")]
        case UInt8(ascii: "t"): return [UInt8(ascii: "\t")]
        case UInt8(ascii: "u") where at("{"):
            position += 1
            let digitsStart = position
            while !isAtEnd, !isLineEnd(current), !at("}"), !at("\"") { position += 1 }
            let digits = source.slice(range(from: digitsStart))
            let isClosed = at("}")
            if isClosed { position += 1 }
            guard isClosed, digits.utf8.count <= 6, digits.utf8.first != UInt8(ascii: "+"),
                let value = UInt32(digits, radix: 16),
                value > 0, let scalar = Unicode.Scalar(value)
            else {
                throw Failure(error: .badScalar(shortened(digits)), range: range(from: start))
            }
            return Array(String(scalar).utf8)
        default:
            // A character of several bytes is shown whole.
            while current & 0xC0 == 0x80 { position += 1 }
            let range = range(from: start)
            throw Failure(error: .unknownEscape(source.slice(range)), range: range)
        }
    }

    // MARK: - Interpolation and lists

    /// Reads `$name` or `$( … )`.
    mutating func parseInterpolation() throws(Failure) -> Expression {
        let start = position
        position += 1
        if isNameStart(current) {
            while isNamePart(current) { position += 1 }
            return Expression(
                kind: .variable(source.slice(range(from: start + 1))), range: range(from: start))
        }
        guard at("(") else { throw Failure(error: .badInterpolation, range: range(from: start)) }
        position = start
        let inner = try parseParenthesized(openerLength: 2)
        return Expression(kind: inner.kind, range: range(from: start))
    }

    /// Reads `[a, b]`; its elements are words, or expressions inside `$( … )`.
    mutating func parseList(inExpression: Bool) throws(Failure) -> Expression {
        let start = position
        try open(range(length: 1), closer: .bracket)
        position += 1
        var elements: [Expression] = []
        try skipInside()
        while !at("]") {
            if at("[") { throw Failure(error: .nestedList, range: range(length: 1)) }
            if inExpression {
                elements.append(try parseSum())
            } else {
                try checkWordStart()
                elements.append(try parsePieces(inList: true))
            }
            try skipInside()
            if at(",") {
                position += 1
                try skipInside()
            } else if !at("]") {
                throw failure(expected: "',' or ']'")
            }
        }
        position += 1
        close()
        return Expression(kind: .list(elements), range: range(from: start))
    }

    /// Passes blanks, line ends and comments inside brackets; inside quotes only blanks.
    mutating func skipInside() throws(Failure) {
        guard let openQuote else { return try skipLines() }
        while isBlank(current) { position += 1 }
        if isAtEnd || isLineEnd(current) { throw Failure(error: .unclosedQuote("\""), range: openQuote) }
    }
}
