public import Tensors

/// Sizes and choices of one CLIP model, as its `config.json` states them.
///
/// Fields that a file leaves out have the published defaults of the format (ViT-B/32).
public struct CLIPConfiguration: Sendable, Equatable {
    /// Sizes of one transformer.
    public struct Tower: Sendable, Equatable {
        /// d, the width of the residual stream.
        public var width: Int
        public var layers: Int
        public var heads: Int
        /// Width of the hidden layer of each MLP.
        public var hidden: Int
        public var activation: Activation
        public var epsilon: Float

        /// Columns of one attention head.
        public var headWidth: Int { width / heads }
    }

    public var text: Tower
    public var vision: Tower
    /// Length of image and text features.
    public var projection: Int
    public var vocabulary: Int
    /// Longest token sequence, 77 in OpenAI's models.
    public var contextLength: Int
    /// `eos_token_id`; 2 in old files means "the position of the largest token id".
    public var endOfText: Int
    /// Side of the square input image in pixels.
    public var imageSize: Int
    /// Side of a square patch in pixels.
    public var patchSize: Int

    /// Patches of one image.
    public var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }
    /// Tokens of the vision tower: the class token and the patches.
    public var visionTokens: Int { patches + 1 }
}

extension CLIPConfiguration {
    /// Reads `config.json` of a Hugging Face CLIP folder.
    ///
    /// - Throws: `CLIPError` that names the field.
    init(file path: String) throws {
        let json = try JSONObject(file: path)
        if let type = try json.string("model_type", nil), type != "clip" {
            throw CLIPError.badField("model_type", file: path, expected: "'clip'", got: "'\(type)'")
        }
        let textJSON =
            try json.object("text_config") ?? json.object("text_config_dict") ?? JSONObject(empty: path)
        let visionJSON =
            try json.object("vision_config") ?? json.object("vision_config_dict") ?? JSONObject(empty: path)
        text = try Tower(textJSON, width: 512, hidden: 2048, heads: 8)
        vision = try Tower(visionJSON, width: 768, hidden: 3072, heads: 12)
        projection = try json.size("projection_dim", 512)
        vocabulary = try textJSON.size("vocab_size", 49408, limit: 1 << 24)
        contextLength = try textJSON.size("max_position_embeddings", 77)
        endOfText = try textJSON.size("eos_token_id", 49407, limit: 1 << 24)
        imageSize = try visionJSON.size("image_size", 224)
        patchSize = try visionJSON.size("patch_size", 32)
        let channels = try visionJSON.size("num_channels", 3)
        guard channels == 3 else {
            throw CLIPError.badField("num_channels", file: path, expected: "3", got: "\(channels)")
        }
        guard imageSize % patchSize == 0, imageSize <= 4096 else {
            throw CLIPError.badField(
                "image_size", file: path, expected: "a multiple of 'patch_size' \(patchSize) up to 4096",
                got: "\(imageSize)")
        }
        try Self.check(text, rows: contextLength, field: "max_position_embeddings", file: path)
        try Self.check(vision, rows: visionTokens, field: "image_size", file: path)
        guard contextLength >= 3 else {
            throw CLIPError.badField(
                "max_position_embeddings", file: path, expected: "at least 3", got: "\(contextLength)")
        }
    }
}

extension CLIPConfiguration {
    /// Most floats of one thread's buffers, 1 GiB.
    private static let workspaceLimit = 1 << 28
    /// Longest sequence; attention grows with its square.
    private static let longestSequence = 16_384

    /// Refuses sizes whose buffers no machine holds, whatever the file's weights are.
    private static func check(_ tower: Tower, rows: Int, field: String, file: String) throws {
        let floats = max(rows, TextTower.blockRows) * (5 * tower.width + tower.hidden)
        guard rows <= longestSequence, floats <= workspaceLimit else {
            throw CLIPError.badField(
                field, file: file, expected: "a size that a machine can compute", got: "\(rows) tokens")
        }
    }
}

extension CLIPConfiguration.Tower {
    fileprivate init(_ json: JSONObject, width: Int, hidden: Int, heads: Int) throws {
        self.width = try json.size("hidden_size", width)
        self.hidden = try json.size("intermediate_size", hidden)
        self.heads = try json.size("num_attention_heads", heads)
        layers = try json.size("num_hidden_layers", 12, limit: 1000)
        epsilon = Float(try json.number("layer_norm_eps", 1e-5))
        let name = try json.string("hidden_act", "quick_gelu") ?? "quick_gelu"
        switch name {
        case "quick_gelu": activation = .quickGELU
        case "gelu": activation = .gelu
        default: throw CLIPError.unsupported("activation '\(name)'", file: json.path)
        }
        guard self.width % self.heads == 0 else {
            throw CLIPError.badField(
                "hidden_size", file: json.path, expected: "a multiple of \(self.heads) heads",
                got: "\(self.width)")
        }
        guard epsilon > 0, epsilon < 1 else {
            throw CLIPError.badField(
                "layer_norm_eps", file: json.path, expected: "a number between 0 and 1", got: "\(epsilon)")
        }
    }
}
