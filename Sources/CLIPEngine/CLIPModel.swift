import Foundation
import Tensors

/// A CLIP model read from a Hugging Face folder: configuration, tokenizer and both towers in float32.
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

    /// SHA-256 of the weight file.
    public var weightDigest: String { sources.first?.digest ?? "" }

    /// Opens a model folder: `config.json`, `model.safetensors`, the vocabulary, and `preprocessor_config.json`
    /// where there is one.
    ///
    /// - Throws: `CLIPError`, `TokenizerError` or `TensorsError`, each naming the file and what is wrong in it.
    public init(folder: String) throws {
        let root = URL(fileURLWithPath: folder)
        func path(_ name: String) -> String { root.appendingPathComponent(name).path }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder) else {
            throw CLIPError.unreadable(path: folder, reason: "no such folder")
        }
        guard isFolder.boolValue else { throw CLIPError.notAFolder(folder) }
        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
        for name in ["config.json", "model.safetensors"] where !exists(name) {
            throw CLIPError.missingFile(name, folder: folder)
        }
        let configuration = try CLIPConfiguration(file: path("config.json"))
        let tokenizer = try Tokenizer(folder: root.path)
        try Self.check(tokenizer, against: configuration)
        let weights = try SafeTensorsFile(path: path("model.safetensors"))
        let reader = WeightReader(file: weights, configuration: configuration)
        text = try reader.textTower()
        vision = try reader.visionTower()
        let scale = try weights.floats("logit_scale", shape: [])[0]
        logitScale = Float(Elementary.exp(Double(scale)))
        guard logitScale.isFinite else {
            throw CLIPError.badField(
                "logit_scale", file: path("model.safetensors"), expected: "a number below 88",
                got: "\(scale)")
        }
        let preprocessorFile = "preprocessor_config.json"
        preprocessing =
            exists(preprocessorFile)
            ? try ImagePreprocessing(file: path(preprocessorFile), imageSize: configuration.imageSize)
            : ImagePreprocessing(resize: configuration.imageSize, crop: configuration.imageSize)
        let vocabularyFiles = exists("vocab.json") ? ["vocab.json", "merges.txt"] : ["tokenizer.json"]
        let names =
            ["model.safetensors", "config.json"] + vocabularyFiles
            + (exists(preprocessorFile) ? [preprocessorFile] : [])
        sources = try names.map { Source(name: $0, digest: try SHA256Digest.hex(ofFile: path($0))) }
        parameterCount = weights.names.reduce(0) { total, name in
            name.hasSuffix("position_ids") ? total : total + (weights.entry(name)?.count ?? 0)
        }
        self.folder = folder
        self.configuration = configuration
        self.tokenizer = tokenizer
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
