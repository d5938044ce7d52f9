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
    /// What `CLIPModel` of transformers ignores is ignored here too; what would make it compute otherwise is
    /// refused.
    /// - Throws: `CLIPError` that names the field.
    init(huggingFace json: JSONObject) throws {
        if let type = try json.string("model_type", nil), type != "clip" {
            throw CLIPError.badField("model_type", file: json.path, expected: "'clip'", got: "'\(type)'")
        }
        // A model with code of its own, quantized weights.
        for name in ["auto_map", "quantization_config"] { try Self.refuse(name, of: json, as: name) }
        let textJSON = try Self.tower("text", json)
        let visionJSON = try Self.tower("vision", json)
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
            throw CLIPError.badField("num_channels", file: json.path, expected: "3", got: "\(channels)")
        }
        try checkSizes(context: "max_position_embeddings", file: json.path)
    }

    /// Whether a file describes a CLIP model in Hugging Face's way.
    static func isHuggingFace(_ json: JSONObject) -> Bool {
        json.literal("model_type") == "'clip'"
            || ["text_config", "text_config_dict", "vision_config", "vision_config_dict"].contains {
                json.has($0)
            }
    }

    /// The fields of one tower; as in transformers, `…_config_dict` of old files wins.
    private static func tower(_ name: String, _ json: JSONObject) throws -> JSONObject {
        let plain = try json.object("\(name)_config")
        let tower = try json.object("\(name)_config_dict") ?? plain ?? JSONObject(empty: json.path)
        if let type = try tower.string("model_type", nil), type != "clip", type != "clip_\(name)_model" {
            throw CLIPError.badField(
                "model_type", file: json.path, expected: "'clip_\(name)_model'", got: "'\(type)'")
        }
        try refuse("pruned_heads", of: tower, as: "\(name)_config.pruned_heads")
        return tower
    }

    /// Refuses a field that is neither absent nor null nor empty.
    private static func refuse(_ name: String, of json: JSONObject, as full: String) throws {
        if let value = json.literal(name) {
            throw CLIPError.unsupported("'\(full)': \(value)", file: json.path)
        }
    }
}

extension CLIPConfiguration {
    /// Most floats of one thread's buffers, 1 GiB.
    private static let workspaceLimit = 1 << 28
    /// Longest sequence; attention grows with its square.
    private static let longestSequence = 16_384

    /// Checks what the fields must have in common.
    ///
    /// - Parameter context: the name of the field with the context length.
    func checkSizes(context: String, file: String) throws {
        guard imageSize % patchSize == 0, imageSize <= 4096 else {
            throw CLIPError.badField(
                "image_size", file: file, expected: "a multiple of 'patch_size' \(patchSize) up to 4096",
                got: "\(imageSize)")
        }
        try Self.check(text, rows: contextLength, field: context, file: file)
        try Self.check(vision, rows: visionTokens, field: "image_size", file: file)
        guard contextLength >= 3 else {
            throw CLIPError.badField(context, file: file, expected: "at least 3", got: "\(contextLength)")
        }
    }

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
        try check(widthField: "hidden_size", epsilonField: "layer_norm_eps", file: json.path)
    }

    /// Checks what the fields must have in common; errors name the fields so.
    func check(widthField: String, epsilonField: String, file: String) throws {
        guard width % heads == 0 else {
            throw CLIPError.badField(
                widthField, file: file, expected: "a multiple of \(heads) heads", got: "\(width)")
        }
        guard epsilon > 0, epsilon < 1 else {
            throw CLIPError.badField(
                epsilonField, file: file, expected: "a number between 0 and 1", got: "\(epsilon)")
        }
    }
}
