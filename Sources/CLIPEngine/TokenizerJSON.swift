/// The parts of a `tokenizer.json` that CLIP's tokenizer is made of.
///
/// Normaliser and splitting are CLIP's whatever the file says, as in Hugging Face's `CLIPTokenizer`; a file of
/// another kind of model is refused.
struct TokenizerJSON: Decodable {
    static let name = "tokenizer.json"

    let model: Model
    let addedTokens: [AddedToken]

    struct Model: Decodable {
        let vocabulary: [String: Int]
        let merges: [(String, String)]

        enum CodingKeys: String, CodingKey {
            case type, merges
            case vocabulary = "vocab"
            case endOfWord = "end_of_word_suffix"
            case prefix = "continuing_subword_prefix"
            case unknown = "unk_token"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func check(_ key: CodingKeys, is expected: String, orAbsent: Bool = true) throws {
                let got = try container.decodeIfPresent(String.self, forKey: key)
                if got == expected || (got == nil && orAbsent) { return }
                throw TokenizerError.unsupported(
                    file: name, setting: "model.\(key.rawValue)", expected: expected, got: got ?? "null")
            }
            // First what kind of model it is: other kinds have vocabularies of other forms.
            try check(.type, is: "BPE")
            try check(.endOfWord, is: Tokenizer.endOfWord, orAbsent: false)
            try check(.prefix, is: "")
            try check(.unknown, is: Tokenizer.endOfTextToken)
            vocabulary = try container.decode([String: Int].self, forKey: .vocabulary)
            if let pairs = try? container.decode([[String]].self, forKey: .merges) {
                merges = try pairs.enumerated().map { index, pair in
                    guard pair.count == 2, !pair[0].isEmpty, !pair[1].isEmpty else {
                        throw TokenizerError.malformedMerge(
                            file: name, number: index + 1, text: pair.joined(separator: " "))
                    }
                    return (pair[0], pair[1])
                }
            } else {
                merges = try container.decode([String].self, forKey: .merges).enumerated().map {
                    try Tokenizer.pair($1, number: $0 + 1, file: name)
                }
            }
        }
    }

    struct AddedToken: Decodable {
        let token: Tokenizer.AddedToken

        enum CodingKeys: String, CodingKey, CaseIterable {
            case id, content, special, normalized, lstrip, rstrip
            case singleWord = "single_word"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let content = try container.decode(String.self, forKey: .content)
            for key in [CodingKeys.lstrip, .rstrip, .singleWord]
            where try container.decodeIfPresent(Bool.self, forKey: key) == true {
                throw TokenizerError.unsupported(
                    file: name, setting: "\(key.rawValue)", expected: "false", got: "true for \(content)")
            }
            token = Tokenizer.AddedToken(
                content: content,
                id: try container.decode(Int.self, forKey: .id),
                isNormalized: try container.decodeIfPresent(Bool.self, forKey: .normalized) ?? false,
                isSpecial: try container.decodeIfPresent(Bool.self, forKey: .special) ?? true)
        }
    }

    enum CodingKeys: String, CodingKey {
        case model
        case addedTokens = "added_tokens"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(Model.self, forKey: .model)
        addedTokens = try container.decodeIfPresent([AddedToken].self, forKey: .addedTokens) ?? []
    }
}

/// The places of added tokens in a folder whose vocabulary is `vocab.json`.
enum AddedTokenFiles {
    static let settings = "tokenizer_config.json"
    static let legacy = "added_tokens.json"

    /// `added_tokens` of a `tokenizer.json`.
    struct List: Decodable {
        let tokens: [Tokenizer.AddedToken]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: TokenizerJSON.CodingKeys.self)
            tokens =
                try container.decodeIfPresent([TokenizerJSON.AddedToken].self, forKey: .addedTokens)?
                .map(\.token) ?? []
        }
    }

    /// `added_tokens_decoder` of a `tokenizer_config.json`: tokens by their ids; nil where it has none.
    struct Settings: Decodable {
        let tokens: [Tokenizer.AddedToken]?

        enum CodingKeys: String, CodingKey {
            case decoder = "added_tokens_decoder"
        }

        private struct Token: Decodable {
            let content: String
            let normalized: Bool?
            let special: Bool?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            tokens = try container.decodeIfPresent([String: Token].self, forKey: .decoder)?.map { id, token in
                guard let id = Int(id) else {
                    throw TokenizerError.wrongJSON(
                        file: settings, place: CodingKeys.decoder.rawValue,
                        reason: "expected ids; got '\(id)'")
                }
                return Tokenizer.AddedToken(
                    content: token.content, id: id, isNormalized: token.normalized ?? true,
                    isSpecial: token.special ?? false)
            }
        }
    }
}
