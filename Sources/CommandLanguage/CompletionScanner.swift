/// Reads a line up to the cursor, forgiving what the parser would refuse.
struct CompletionScanner {
    private let bytes: [UInt8]
    private var position = 0

    /// Words of the statement so far, and whether each begins with a bare dash, as an option does.
    private var words: [(text: String, isOption: Bool)] = []
    /// Start of the word at the position; nil between words.
    private var wordStart: Int?
    /// Text of the word without quotes.
    private var word: [UInt8] = []
    /// Where the element of a list at the position starts; nil outside lists.
    private var elementStart: Int?
    /// What is open, outermost first.
    private var open: [Construct] = []

    private enum Construct {
        case double
        case expression
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func scan() -> CompletionContext {
        while position < bytes.count {
            let found: CompletionContext?
            switch open.last {
            case nil: found = scanBare()
            case .double: found = scanQuoted()
            case .expression: found = scanExpression()
            }
            if let found { return found }
        }
        switch open.last {
        case nil: return wordContext(quoting: .bare)
        case .double: return wordContext(quoting: .double)
        case .expression: return nameContext(.expressionName, from: position)
        }
    }

    // MARK: - Scanning

    private mutating func scanBare() -> CompletionContext? {
        let byte = bytes[position]
        let inList = elementStart != nil
        if isBlank(byte) || isLineEnd(byte) {
            inList ? startElement() : endWord()
            if isLineEnd(byte), !inList { words = [] }
            position += 1
            return nil
        }
        if byte == UInt8(ascii: "#"), wordStart == nil { return skipComment() }
        if wordStart == nil { wordStart = position }
        switch byte {
        case UInt8(ascii: ";") where !inList, UInt8(ascii: "{") where !inList,
            UInt8(ascii: "}") where !inList:
            // The byte itself is no word.
            if wordStart == position { wordStart = nil }
            endWord()
            words = []
        case UInt8(ascii: "\\"):
            if wordStart == position { wordStart = nil }
            endWord()
            while position + 1 < bytes.count, isLineEnd(bytes[position + 1]) { position += 1 }
        case UInt8(ascii: "(") where wordStart == position && words.last?.text == "if":
            // A condition is an expression without a dollar sign.
            open.append(.expression)
            word.append(byte)
        case UInt8(ascii: "[") where wordStart == position:
            elementStart = position + 1
        case UInt8(ascii: ",") where inList:
            startElement()
        case UInt8(ascii: "]") where inList:
            elementStart = nil
        case UInt8(ascii: "'"):
            return scanSingleQuoted()
        case UInt8(ascii: "\""):
            open.append(.double)
        case UInt8(ascii: "$"):
            return scanDollar()
        default:
            word.append(byte)
        }
        position += 1
        return nil
    }

    private mutating func scanQuoted() -> CompletionContext? {
        switch bytes[position] {
        case UInt8(ascii: "\n"):
            // Quotes end on their line, closed or not.
            open = []
            elementStart = nil
            endWord()
            words = []
        case UInt8(ascii: "\""):
            open.removeLast()
        case UInt8(ascii: "$"):
            return scanDollar()
        case UInt8(ascii: "\\") where position + 1 < bytes.count:
            position += 1
            word.append(bytes[position])
        default:
            word.append(bytes[position])
        }
        position += 1
        return nil
    }

    private mutating func scanExpression() -> CompletionContext? {
        let byte = bytes[position]
        if isNameStart(byte) { return scanName(.expressionName) }
        switch byte {
        case UInt8(ascii: "'"): return scanSingleQuoted()
        case UInt8(ascii: "$"): return scanDollar()
        case UInt8(ascii: "("): open.append(.expression)
        case UInt8(ascii: ")"): open.removeLast()
        case UInt8(ascii: "\""): open.append(.double)
        default: break
        }
        word.append(byte)
        position += 1
        return nil
    }

    private mutating func scanDollar() -> CompletionContext? {
        word.append(bytes[position])
        position += 1
        if position < bytes.count, bytes[position] == UInt8(ascii: "(") {
            open.append(.expression)
            word.append(bytes[position])
            position += 1
            return nil
        }
        return scanName(.variable)
    }

    /// Passes a name; where the cursor ends it, the name is what is completed.
    private mutating func scanName(_ target: CompletionContext.Target) -> CompletionContext? {
        let start = position
        while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
        if position == bytes.count { return nameContext(target, from: start) }
        word += bytes[start..<position]
        return nil
    }

    private mutating func scanSingleQuoted() -> CompletionContext? {
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "'"), !isLineEnd(bytes[position]) {
            word.append(bytes[position])
            position += 1
        }
        if position == bytes.count { return wordContext(quoting: .single) }
        if bytes[position] == UInt8(ascii: "'") { position += 1 }
        return nil
    }

    private mutating func skipComment() -> CompletionContext? {
        while position < bytes.count, !isLineEnd(bytes[position]) { position += 1 }
        return position == bytes.count ? nameContext(.comment, from: position) : nil
    }

    // MARK: - Words

    private mutating func endWord() {
        if let wordStart {
            words.append((String(decoding: word, as: UTF8.self), isOption(from: wordStart)))
        }
        wordStart = nil
        word = []
    }

    private mutating func startElement() {
        elementStart = position + 1
        word = []
    }

    /// Whether the word that starts at `start` is an option: two bare dashes, and no `--` before it.
    private func isOption(from start: Int) -> Bool {
        bytes[start...].starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")])
            && !words.contains { $0.isOption && $0.text == "--" }
    }

    // MARK: - Contexts

    private func nameContext(_ target: CompletionContext.Target, from start: Int) -> CompletionContext {
        CompletionContext(
            words: words.map(\.text), partial: String(decoding: bytes[start...], as: UTF8.self),
            target: target,
            quoting: .bare, replacement: SourceRange(start: start, end: bytes.count))
    }

    private func wordContext(quoting: CompletionContext.Quoting) -> CompletionContext {
        var start = elementStart ?? wordStart ?? bytes.count
        var partial = word
        let target: CompletionContext.Target
        let isPlainWord = quoting == .bare && elementStart == nil && !isOption(from: start)
        if words.isEmpty, isPlainWord {
            target = .verb
        } else if elementStart == nil, wordStart != nil, isOption(from: start) {
            if let equals = partial.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(decoding: partial[2..<equals], as: UTF8.self)
                target = .optionValue(of: name)
                partial.removeSubrange(...equals)
                start += equals + 1
            } else {
                target = .optionName
            }
        } else if let last = words.last, last.isOption, last.text != "--", !last.text.contains("=") {
            target = .optionValue(of: String(last.text.dropFirst(2)))
        } else {
            target = .argument
        }
        return CompletionContext(
            words: words.map(\.text), partial: String(decoding: partial, as: UTF8.self), target: target,
            quoting: quoting, replacement: SourceRange(start: start, end: bytes.count))
    }
}
