/// The steps from a text to its words, in the order of CLIP's published tokenizer.
extension Tokenizer {
    /// Letters and numbers newer than this Unicode version count as symbols, as they do in the
    /// `tokenizers` library, and as they go on doing when Swift's own tables grow.
    static let unicodeVersion = 16
    /// Newer characters have no lower case; that part of the library is a version ahead.
    static let lowercaseVersion = 17

    /// Composes (NFC), makes one space of each run of white space, and lower-cases each character.
    ///
    /// Lower case is taken character by character, so a capital sigma never becomes a final one.
    static func normalized(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var wasSpace = false
        for scalar in TokenizerComposition.composed(text) {
            let isSpace = Class(scalar) == .space
            if isSpace {
                if !wasSpace { result.append(" ") }
            } else if scalar.isASCII {
                let isCapital = (0x41...0x5a).contains(scalar.value)
                result.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
            } else if isOld(scalar.properties, version: lowercaseVersion) {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            } else {
                result.append(scalar)
            }
            wasSpace = isSpace
        }
        return result
    }

    /// Cuts normalised text into words: contractions, runs of letters, single digits, runs of symbols.
    ///
    /// The pattern is
    /// `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`.
    ///
    /// - Parameter whole: other special names that stay one word; those of the pattern are then words like others.
    static func words(
        of text: ArraySlice<Unicode.Scalar>, whole: [[Unicode.Scalar]] = []
    ) -> [ArraySlice<Unicode.Scalar>] {
        var words: [ArraySlice<Unicode.Scalar>] = []
        var start = text.startIndex
        while start < text.endIndex {
            let rest = text[start...]
            let kind = Class(text[start])
            if kind == .space {
                start += 1
            } else if let special = whole.first(where: { rest.starts(with: $0) }) {
                words.append(text[start..<start + special.count])
                start += special.count
            } else if whole.isEmpty, let special = specialNames.first(where: { rest.starts(with: $0) }) {
                // Special tokens as such were found before; one spelt in capitals comes here, and the
                // byte-level step cuts it at its letters.
                let name = start + 2..<start + special.count - 2
                words += [
                    text[start..<name.lowerBound], text[name], text[name.upperBound..<name.upperBound + 2],
                ]
                start += special.count
            } else {
                let length =
                    contractions.first { rest.starts(with: $0) }?.count
                    ?? (kind == .number ? 1 : rest.prefix { Class($0) == kind }.count)
                words.append(text[start..<start + length])
                start += length
            }
        }
        return words
    }

    private static let specialNames = [startOfTextToken, endOfTextToken].map { Array($0.unicodeScalars) }
    private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map {
        Array($0.unicodeScalars)
    }

    /// What the pattern tells apart.
    enum Class {
        case letter, number, space, symbol

        init(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x41...0x5a, 0x61...0x7a: self = .letter
            case 0x30...0x39: self = .number
            case 0x09...0x0d, 0x20: self = .space
            case 0..<0x80: self = .symbol
            default: self = Self.beyondASCII(scalar.properties)
            }
        }

        private static func beyondASCII(_ properties: Unicode.Scalar.Properties) -> Class {
            switch properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                isOld(properties, version: unicodeVersion) ? .letter : .symbol
            case .decimalNumber, .letterNumber, .otherNumber:
                isOld(properties, version: unicodeVersion) ? .number : .symbol
            default:
                properties.isWhitespace ? .space : .symbol
            }
        }
    }

    private static func isOld(_ properties: Unicode.Scalar.Properties, version: Int) -> Bool {
        properties.age.map { $0.major <= version } ?? false
    }
}
