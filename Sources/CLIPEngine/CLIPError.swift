/// What can be wrong with a model folder, a text or an image handed to the model.
public enum CLIPError: Error, Equatable {
    case missingFile(String, folder: String)
    case missingShard(String, index: String)
    case notAFolder(String)
    case notEmpty(String)
    case notInCache(String, cache: String)
    case pickledWeights(String, folder: String)
    case unreadable(path: String, reason: String)
    case badField(String, file: String, expected: String, got: String)
    case unsupported(String, file: String)
    case endOfTextMismatch(configured: Int, vocabulary: Int)
    case vocabularySize(configured: Int, vocabulary: Int)
    case promptTooLong(className: String, tokens: Int, contextLength: Int)
    case noClasses
    case tooElongated(width: Int, height: Int)
}

extension CLIPError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingFile(let file, let folder):
            "no '\(file)' in model folder '\(folder)'"
        case .missingShard(let file, let index):
            "no '\(file)' in the folder of '\(index)', which names it"
        case .notAFolder(let path):
            "expected a model folder at '\(path)'; got a file"
        case .notEmpty(let path):
            "expected a new or empty folder; '\(path)' has something in it"
        case .notInCache(let name, let cache):
            "no folder '\(name)', and no model of this name in the Hugging Face cache '\(cache)'"
        case .pickledWeights(let file, let folder):
            "expected safetensors weights in model folder '\(folder)'; got '\(file)', which only PyTorch can read"
        case .unreadable(let path, let reason):
            "cannot read '\(path)': \(reason)"
        case .badField(let field, let file, let expected, let got):
            "expected \(expected) for '\(field)' in '\(file)'; got \(got)"
        case .unsupported(let what, let file):
            "\(what) in '\(file)' is not supported"
        case .endOfTextMismatch(let configured, let vocabulary):
            "'eos_token_id' is \(configured), but '<|endoftext|>' has id \(vocabulary) in the vocabulary"
        case .vocabularySize(let configured, let vocabulary):
            "'vocab_size' is \(configured), but the vocabulary has ids up to \(vocabulary)"
        case .promptTooLong(let name, let tokens, let contextLength):
            "the prompt for class '\(name)' has \(tokens) tokens; the model reads \(contextLength)"
        case .noClasses:
            "expected at least one class name; got none"
        case .tooElongated(let width, let height):
            "an image of \(width)×\(height) pixels is too elongated to be resized"
        }
    }
}
