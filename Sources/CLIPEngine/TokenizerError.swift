/// What can be wrong with a tokenizer's files or with a text given to it.
public enum TokenizerError: Error, CustomStringConvertible {
    case noTokenizer(folder: String)
    case notJSON(file: String, reason: String)
    case wrongJSON(file: String, place: String, reason: String)
    case unsupported(file: String, setting: String, expected: String, got: String)
    case malformedMerge(file: String, number: Int, text: String)
    case unknownMergePart(number: Int, merge: (String, String), token: String)
    case tooManyMerges(count: Int, limit: Int)
    case tooManyAddedTokens(count: Int, limit: Int)
    case idOutOfRange(token: String, id: Int, limit: Int)
    case duplicateID(id: Int, tokens: (String, String))
    case twoIDs(token: String, ids: (Int, Int))
    case missingSpecialToken(String)
    case textTooLong(text: String, tokens: Int, contextLength: Int)
    case contextTooShort(Int)

    public var description: String {
        switch self {
        case .noTokenizer(let folder):
            "expected 'vocab.json' with 'merges.txt', or 'tokenizer.json', in \(quoted(folder))"
        case .notJSON(let file, let reason):
            "\(quoted(file)) is not JSON: \(reason)"
        case .wrongJSON(let file, let place, let reason):
            "\(quoted(file)), at \(quoted(place)): \(reason)"
        case .unsupported(let file, let setting, let expected, let got):
            "expected \(quoted(expected)) for '\(setting)' in \(quoted(file)); got \(quoted(got))"
        case .malformedMerge(let file, let number, let text):
            "expected two tokens in merge \(number) of \(quoted(file)); got \(quoted(text))"
        case .unknownMergePart(let number, let merge, let token):
            "merge \(number) ('\(plain(merge.0)) \(plain(merge.1))') needs \(quoted(token)), "
                + "which the vocabulary lacks"
        case .tooManyMerges(let count, let limit):
            "expected at most \(limit) merges; got \(count)"
        case .tooManyAddedTokens(let count, let limit):
            "expected at most \(limit) added tokens; got \(count)"
        case .idOutOfRange(let token, let id, let limit):
            "expected a token id from 0 to \(limit - 1) for \(quoted(token)); got \(id)"
        case .duplicateID(let id, let tokens):
            "tokens \(quoted(tokens.0)) and \(quoted(tokens.1)) have the same id \(id)"
        case .twoIDs(let token, let ids):
            "token \(quoted(token)) has two ids, \(ids.0) and \(ids.1)"
        case .missingSpecialToken(let token):
            "the vocabulary lacks \(quoted(token))"
        case .textTooLong(let text, let tokens, let contextLength):
            "text of \(tokens) tokens is longer than the context length \(contextLength): \(quoted(text))"
        case .contextTooShort(let length):
            "expected a context length of at least 2; got \(length)"
        }
    }

    private func quoted(_ text: String) -> String { "'\(plain(text))'" }

    /// The beginning of a text, with what a terminal would not show as it stands escaped.
    private func plain(_ text: String) -> String {
        var result = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == 60 { return result + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
