import Files
import Foundation
public import Tensors

/// A model of a named architecture with random weights, for tests of parity and of speed.
///
/// Weight i of a tensor is centre + width · (u − ½), u the uniform i of the stream of the seed and the
/// tensor's name: the same bits on every machine. Spreads are those of OpenAI's initialization, so that
/// activations have usual sizes; LayerNorms and biases are random as well, so that each matters.
public struct RandomModel: Sendable {
    /// What was written.
    public struct Summary: Sendable {
        public let parameterCount: Int
        /// SHA-256 of the weight file.
        public let digest: String
    }

    public var architecture: ModelArchitecture
    public var seed: UInt64
    public var type: SafeTensorsOutput.ElementType
    public var activation: Activation

    public init(
        _ architecture: ModelArchitecture, seed: UInt64 = 0,
        type: SafeTensorsOutput.ElementType = .float32, activation: Activation = .quickGELU
    ) {
        self.architecture = architecture
        self.seed = seed
        self.type = type
        self.activation = activation
    }

    /// Writes a folder in Hugging Face's layout, whole or not at all.
    ///
    /// - Parameters:
    ///   - folder: a new or empty folder; the folder above it is there.
    ///   - vocabulary: a folder with the `vocab.json` and `merges.txt` that the model gets.
    /// - Throws: `CLIPError`, `TokenizerError` or what the system says.
    public func write(to folder: String, vocabulary: String) throws -> Summary {
        let target = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        if let kind = FileKind(target) {
            guard kind == .folder, try FileManager.default.contentsOfDirectory(atPath: target).isEmpty else {
                throw CLIPError.notEmpty(folder)
            }
        }
        let configuration = try configuration(Tokenizer(folder: vocabulary))
        let new = try NewFolder(target)
        for name in ["vocab.json", "merges.txt"] {
            let bytes = try ReadOnlyFile.bytes(vocabulary + "/" + name, limit: 1 << 30)
            try NewFile.write(bytes, to: new.temporary + "/" + name)
        }
        for (name, fields) in [
            ("config.json", describe(configuration)), ("preprocessor_config.json", preprocessing),
        ] {
            let data = try JSONSerialization.data(
                withJSONObject: fields, options: [.sortedKeys, .prettyPrinted])
            try NewFile.write(Array(data), to: new.temporary + "/" + name)
        }
        let weights = new.temporary + "/model.safetensors"
        let count = try write(configuration, to: weights)
        let digest = try SHA256Digest.hex(ofFile: weights)
        try new.commit()
        return Summary(parameterCount: count, digest: digest)
    }

    private func configuration(_ tokenizer: Tokenizer) throws -> CLIPConfiguration {
        var result = architecture.configuration
        result.text.activation = activation
        result.vision.activation = activation
        if result.vocabulary == 0 { result.vocabulary = tokenizer.vocabularySize }
        result.endOfText = Int(tokenizer.endOfText)
        guard tokenizer.vocabularySize <= result.vocabulary else {
            throw CLIPError.vocabularySize(
                configured: result.vocabulary, vocabulary: tokenizer.vocabularySize - 1)
        }
        return result
    }

    private func describe(_ configuration: CLIPConfiguration) -> [String: Any] {
        func tower(_ tower: CLIPConfiguration.Tower) -> [String: Any] {
            [
                "hidden_size": tower.width, "intermediate_size": tower.hidden,
                "num_hidden_layers": tower.layers, "num_attention_heads": tower.heads,
                "hidden_act": tower.activation == .gelu ? "gelu" : "quick_gelu",
                "layer_norm_eps": 1e-5, "projection_dim": configuration.projection,
            ]
        }
        let text: [String: Any] = [
            "vocab_size": configuration.vocabulary, "max_position_embeddings": configuration.contextLength,
            "bos_token_id": configuration.endOfText - 1, "eos_token_id": configuration.endOfText,
            "pad_token_id": configuration.endOfText,
        ]
        let vision = ["image_size": configuration.imageSize, "patch_size": configuration.patchSize]
        return [
            "architectures": ["CLIPModel"], "model_type": "clip",
            "projection_dim": configuration.projection,
            "dtype": type == .float16 ? "float16" : "float32",
            "text_config": tower(configuration.text).merging(text) { $1 },
            "vision_config": tower(configuration.vision).merging(vision) { $1 },
        ]
    }

    private var preprocessing: [String: Any] {
        let side = architecture.configuration.imageSize
        return [
            "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": true, "do_resize": true,
            "size": ["shortest_edge": side], "resample": 3, "do_center_crop": true,
            "crop_size": ["height": side, "width": side], "do_rescale": true,
            "rescale_factor": 1.0 / 255, "do_normalize": true,
            "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_std": [0.26862954, 0.26130258, 0.27577711],
        ]
    }
}
