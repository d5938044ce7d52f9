import Files
import Tensors

/// A CLIP model read from a folder: configuration, tokenizer and both towers in float32.
public final class CLIPModel: Sendable {
    /// One file the model was read from, and the SHA-256 of its bytes.
    public struct Source: Sendable, Equatable {
        public let name: String
        public let digest: String
    }

    public let folder: String
    public let configuration: CLIPConfiguration
    public let preprocessing: ImagePreprocessing
    public let tokenizer: Tokenizer
    public let text: TextTower
    public let vision: VisionTower
    /// The factor exp(logit_scale) of the cosine.
    public let logitScale: Float
    /// Digests of the files read, weights first.
    public let sources: [Source]
    /// Number of weights.
    public let parameterCount: Int

    /// SHA-256 of the weight file; of shards, that of the lines `sha256sum` prints for them and their index.
    public let weightDigest: String

    /// Opens a model folder: `config.json` or `open_clip_config.json`, `model.safetensors` or its shards or
    /// `open_clip_model.safetensors`, the vocabulary, and `preprocessor_config.json` where there is one.
    ///
    /// - Parameter cleaning: what is done to texts first.
    /// - Throws: `FileError`, `CLIPError`, `TokenizerError` or `TensorsError`, each naming the file and what is wrong in it.
    public init(folder: String, cleaning: Tokenizer.Cleaning = .huggingFace) throws {
        let files = try ModelFolder(folder)
        let configuration = files.configuration
        let tensors = Set(files.names.all(configuration))
        if let name = files.names.unread(in: files.weights.names, known: tensors) {
            throw CLIPError.unsupported("tensor '\(name)'", file: files.weights.path)
        }
        // Hashing is one long chain, so it begins first; everything else goes on beside it.
        let digests = files.files.map { name in
            Job { try SHA256Digest.hex(ofFile: files.path + "/" + name) }
        }
        let vocabulary = Job { try Tokenizer(folder: files.path) }
        let reader = WeightReader(files: files.weights, names: files.names, configuration: configuration)
        let (textJobs, makeText) = reader.textTower()
        let (visionJobs, makeVision) = reader.visionTower()
        Parallel.run(digests + [vocabulary] + textJobs + visionJobs)

        var tokenizer = try vocabulary.value()
        tokenizer.cleaning = cleaning
        self.tokenizer = tokenizer
        try Self.check(tokenizer, against: configuration)
        text = try makeText()
        vision = try makeVision()
        logitScale = try reader.logitScale()
        preprocessing = files.preprocessing
        sources = try zip(files.files, digests).map { Source(name: $0, digest: try $1.value()) }
        weightDigest = Self.digest(of: sources.prefix(files.weights.sources.count))
        parameterCount = tensors.reduce(0) { total, name in
            total + (files.weights.shape(name)?.reduce(1, *) ?? 0)
        }
        self.folder = folder
        self.configuration = configuration
    }

    private static func digest(of sources: ArraySlice<Source>) -> String {
        guard sources.count > 1 else { return sources.first?.digest ?? "" }
        return SHA256Digest.hex(Array(sources.map { "\($0.digest)  \($0.name)\n" }.joined().utf8))
    }

    private static func check(_ tokenizer: Tokenizer, against configuration: CLIPConfiguration) throws {
        guard tokenizer.vocabularySize <= configuration.vocabulary else {
            throw CLIPError.vocabularySize(
                configured: configuration.vocabulary, vocabulary: tokenizer.vocabularySize - 1)
        }
        guard configuration.endOfText == 2 || configuration.endOfText == Int(tokenizer.endOfText) else {
            throw CLIPError.endOfTextMismatch(
                configured: configuration.endOfText, vocabulary: Int(tokenizer.endOfText))
        }
    }

    /// Token ids of a whole text, `[SOT] … [EOT]`.
    ///
    /// - Throws: `TokenizerError` naming the text when it is longer than the context.
    public func tokens(_ text: String) throws -> [Int32] {
        try tokenizer.tokens(for: text, contextLength: configuration.contextLength)
    }
}
