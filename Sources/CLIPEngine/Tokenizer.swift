/// CLIP's byte-level byte-pair encoding, equal to Hugging Face's `CLIPTokenizer`.
///
/// Text is normalised, cut into words, each word's UTF-8 bytes become one symbol a byte (the last with
/// `</w>`), and pairs of symbols are merged by rank. Ids are those of the model's token embedding rows.
/// Source: Sennrich et al. 2016; Radford et al. 2021; the `tokenizers` library for the corner cases.
public struct Tokenizer: Sendable {
    public static let startOfTextToken = "<|startoftext|>"
    /// The end of a text, and what stands for a byte that the vocabulary lacks.
    public static let endOfTextToken = "<|endoftext|>"
    /// Ids stay below this number; OpenAI's vocabulary has 49 408.
    public static let largestVocabulary = 1 << 20
    static let endOfWord = "</w>"

    /// What is done to a text before it is cut into words.
    public enum Cleaning: String, Sendable, CaseIterable {
        /// Composition, blanks, lower case.
        case huggingFace = "huggingface"
        /// Also straight quotes, character references, widths, ligatures and controls, as by ftfy.
        case openCLIP = "openclip"
    }

    /// Hugging Face's unless set.
    public var cleaning = Cleaning.huggingFace
    public let startOfText: Int32
    public let endOfText: Int32

    /// Token of each id; empty where no token has that id.
    let tokenOfID: [String]
    /// Symbol of each byte inside a word, and at the end of one.
    let innerSymbols: [Int32]
    let finalSymbols: [Int32]
    let merges: TokenizerMerges
    let specialTokens: Set<Int32>
    /// Added tokens found in the text as it was given, and in the normalised text.
    let rawMatcher: TokenizerMatcher
    let normalizedMatcher: TokenizerMatcher

    /// A token that is found in a text as a whole, before the text is cut into words.
    public struct AddedToken: Sendable, Hashable {
        public var content: String
        public var id: Int
        /// Whether the token is looked for in the normalised text rather than in the text as given.
        public var isNormalized: Bool
        /// Whether decoding may leave the token out.
        public var isSpecial: Bool

        public init(content: String, id: Int, isNormalized: Bool = false, isSpecial: Bool = true) {
            self.content = content
            self.id = id
            self.isNormalized = isNormalized
            self.isSpecial = isSpecial
        }
    }

    /// Makes a tokenizer of a vocabulary (token to id) and its merges in order of rank.
    ///
    /// The two special tokens may be in the vocabulary or among the added tokens. Throws `TokenizerError`.
    public init(
        vocabulary: [String: Int], merges: [(String, String)], addedTokens: [AddedToken] = []
    ) throws {
        let added = try Self.completed(addedTokens, vocabulary: vocabulary)
        let tokens = try Self.tokenTable(vocabulary: vocabulary, addedTokens: added)
        func special(_ content: String) throws -> Int32 {
            guard let token = added.first(where: { $0.content == content }) else {
                throw TokenizerError.missingSpecialToken(content)
            }
            return Int32(token.id)
        }
        startOfText = try special(Self.startOfTextToken)
        let end = try special(Self.endOfTextToken)
        endOfText = end
        tokenOfID = tokens
        // A byte without a token becomes the unknown token, which is the end-of-text token.
        innerSymbols = TokenizerBytes.characters.map { vocabulary[String($0)].map(Int32.init) ?? end }
        finalSymbols = TokenizerBytes.characters.map {
            vocabulary[String($0) + Self.endOfWord].map(Int32.init) ?? end
        }
        self.merges = try TokenizerMerges(merges, vocabulary: vocabulary)
        specialTokens = Set(added.filter(\.isSpecial).map { Int32($0.id) })
        rawMatcher = TokenizerMatcher(
            added.filter { !$0.isNormalized }.map { (Array($0.content.unicodeScalars), Int32($0.id)) })
        normalizedMatcher = TokenizerMatcher(
            added.filter(\.isNormalized).map {
                (Self.normalized(Array($0.content.unicodeScalars)), Int32($0.id))
            })
    }

    /// Number of embedding rows that the ids need: the largest id + 1.
    public var vocabularySize: Int { tokenOfID.count }

    /// The token of an id, with its `</w>`; `nil` for an id that no token has.
    public func token(of id: Int32) -> String? {
        guard id >= 0, Int(id) < tokenOfID.count, !tokenOfID[Int(id)].isEmpty else { return nil }
        return tokenOfID[Int(id)]
    }

    /// Ids of the tokens that are whole words of two and more characters, ascending.
    public var wordIDs: [Int32] {
        tokenOfID.indices.compactMap { id in
            let token = tokenOfID[id]
            let isWord =
                token.hasSuffix(Self.endOfWord)
                && token.unicodeScalars.count >= Self.endOfWord.unicodeScalars.count + 2
            return isWord ? Int32(id) : nil
        }
    }

    /// The added tokens with the two special ones, which every CLIP vocabulary adds.
    private static func completed(
        _ addedTokens: [AddedToken], vocabulary: [String: Int]
    ) throws -> [AddedToken] {
        guard addedTokens.count <= TokenizerMatcher.mostTokens else {
            throw TokenizerError.tooManyAddedTokens(
                count: addedTokens.count, limit: TokenizerMatcher.mostTokens)
        }
        var added = addedTokens.filter { !$0.content.isEmpty }
        for content in [startOfTextToken, endOfTextToken] {
            if let id = vocabulary[content], !added.contains(where: { $0.content == content }) {
                added.append(AddedToken(content: content, id: id))
            }
        }
        return added
    }

    /// Turns the vocabulary round: the token of each id.
    private static func tokenTable(
        vocabulary: [String: Int], addedTokens: [AddedToken]
    ) throws -> [String] {
        // A token that is looked for in normalised text is also decoded to its normalised form.
        let added = addedTokens.filter { vocabulary[$0.content] == nil }.map {
            let scalars = Array($0.content.unicodeScalars)
            let shown = $0.isNormalized ? normalized(scalars) : scalars
            return (String(String.UnicodeScalarView(shown)), $0.id)
        }
        let entries = vocabulary.map { ($0.key, $0.value) } + added
        // The first offender in the order of the ids is named, whatever the order of the dictionary.
        if let (token, id) = entries.filter({ !(0..<largestVocabulary).contains($0.1) })
            .min(by: { ($0.1, $0.0) < ($1.1, $1.0) })
        {
            throw TokenizerError.idOutOfRange(token: token, id: id, limit: largestVocabulary)
        }
        var table = [String](repeating: "", count: (entries.map(\.1).max() ?? -1) + 1)
        for (token, id) in entries.sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }) {
            guard table[id].isEmpty || table[id] == token else {
                throw TokenizerError.duplicateID(id: id, tokens: (table[id], token))
            }
            table[id] = token
        }
        for token in addedTokens {
            if let id = vocabulary[token.content], id != token.id {
                throw TokenizerError.twoIDs(token: token.content, ids: (id, token.id))
            }
        }
        return table
    }
}
