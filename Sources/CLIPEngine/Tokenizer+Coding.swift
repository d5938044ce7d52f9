/// From text to ids and back.
extension Tokenizer {
    /// Ids of a text without the start and end tokens.
    ///
    /// A special token written out in the text gives its id, as in Hugging Face's tokenizer.
    public func encode(_ text: String) -> [Int32] {
        if cleaning == .openCLIP { return encodeAsOpenCLIP(text) }
        var ids: [Int32] = []
        for part in rawMatcher.parts(of: Array(text.unicodeScalars)) {
            switch part {
            case .token(let id): ids.append(id)
            case .text(let stretch):
                for part in normalizedMatcher.parts(of: Self.normalized(Array(stretch))) {
                    switch part {
                    case .token(let id): ids.append(id)
                    case .text(let stretch):
                        for word in Self.words(of: stretch) { ids += merges.merge(symbols(of: word)) }
                    }
                }
            }
        }
        return ids
    }

    /// Ids of a text cleaned as open_clip does, where `<start_of_text>` and `<end_of_text>` are special.
    private func encodeAsOpenCLIP(_ text: String) -> [Int32] {
        let scalars = Array(OpenCLIPCleaning.cleaned(text).unicodeScalars)
        return Self.words(of: scalars[...], whole: Self.openCLIPSpecials).flatMap { word -> [Int32] in
            switch Self.openCLIPSpecials.firstIndex(where: { word.elementsEqual($0) }) {
            case 0: [startOfText]
            case .some: [endOfText]
            case nil: merges.merge(symbols(of: word))
            }
        }
    }

    private static let openCLIPSpecials = ["<start_of_text>", "<end_of_text>"].map {
        Array($0.unicodeScalars)
    }

    /// Ids of a text between the start and the end token, however many they are.
    public func encodeWithSpecials(_ text: String) -> [Int32] {
        [startOfText] + encode(text) + [endOfText]
    }

    /// Ids of a text with the start and the end token, at most `contextLength` of them.
    ///
    /// A longer text is an error, or with `truncating` loses its last tokens but keeps the end token.
    public func tokens(
        for text: String, contextLength: Int, truncating: Bool = false
    ) throws -> [Int32] {
        guard contextLength >= 2 else { throw TokenizerError.contextTooShort(contextLength) }
        let ids = encodeWithSpecials(text)
        if ids.count <= contextLength { return ids }
        guard truncating else {
            throw TokenizerError.textTooLong(
                text: text, tokens: ids.count, contextLength: contextLength)
        }
        return ids.prefix(contextLength - 1) + [endOfText]
    }

    /// Ids of a class name and its full stop, as they follow the placeholders in `"X X … X name."`.
    ///
    /// Underscores become spaces. One string is encoded, so that the stop merges with what is before it.
    public func classNameTokens(_ className: String) -> [Int32] {
        let prompt = "X " + Self.words(ofClass: className) + "."
        // The placeholder is a word of one character, so it is one token in every vocabulary.
        return Array(encode(prompt).dropFirst())
    }

    /// A class name as it is read: underscores become spaces.
    public static func words(ofClass name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { $0 == "_" ? " " : $0 }))
    }

    /// The text of some ids: a space after each word, none at the ends; ids without a token are left out.
    ///
    /// Bytes that are not UTF-8 become U+FFFD.
    public func decode(_ ids: [Int32], skippingSpecials: Bool = false) -> String {
        var bytes: [UInt8] = []
        for id in ids where !(skippingSpecials && specialTokens.contains(id)) {
            guard let token = token(of: id) else { continue }
            let tokenBytes = token.unicodeScalars.map { TokenizerBytes.bytes[$0] }
            // A token with other characters than the byte table's stands for itself.
            bytes += tokenBytes.contains(nil) ? Array(token.utf8) : tokenBytes.compactMap(\.self)
        }
        let spaced = Self.replacingEndOfWord(bytes)
        let scalars = Array(String(decoding: spaced, as: UTF8.self).unicodeScalars)
        guard let first = scalars.firstIndex(where: { !Self.isTrimmed($0) }),
            let last = scalars.lastIndex(where: { !Self.isTrimmed($0) })
        else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }

    /// One symbol a byte of a word, the last one with the mark of a word's end.
    private func symbols(of word: ArraySlice<Unicode.Scalar>) -> [Int32] {
        let bytes = word.flatMap { UTF8.encode($0).map(Array.init) ?? [] }
        return bytes.enumerated().map { index, byte in
            index == bytes.count - 1 ? finalSymbols[Int(byte)] : innerSymbols[Int(byte)]
        }
    }

    private static func replacingEndOfWord(_ bytes: [UInt8]) -> [UInt8] {
        let mark = Array(endOfWord.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let isMark = bytes[position] == mark[0] && bytes[position...].starts(with: mark)
            result.append(isMark ? 0x20 : bytes[position])
            position += isMark ? mark.count : 1
        }
        return result
    }

    /// White space, and the four separators that Python's `strip` takes for it.
    private static func isTrimmed(_ scalar: Unicode.Scalar) -> Bool {
        Class(scalar) == .space || (0x1c...0x1f).contains(scalar.value)
    }
}
