import Tensors

extension CLIPConfiguration {
    /// Reads `model_cfg` of `open_clip_config.json`; fields left out have OpenCLIP's defaults.
    ///
    /// - Throws: `CLIPError` that names the field.
    init(openCLIP json: JSONObject) throws {
        guard let model = try json.object("model_cfg") else {
            throw json.bad("model_cfg", expected: "an object")
        }
        let empty = JSONObject(empty: json.path)
        let visionJSON = try model.object("vision_cfg") ?? empty
        let textJSON = try model.object("text_cfg") ?? empty
        try OpenCLIPFields.model.check(model, name: "model_cfg")
        try OpenCLIPFields.vision.check(visionJSON, name: "vision_cfg")
        try OpenCLIPFields.text.check(textJSON, name: "text_cfg")
        guard model.has("embed_dim") else { throw model.bad("embed_dim", expected: "a number") }
        let activation: Activation = try model.boolean("quick_gelu", false) ? .quickGELU : .gelu

        let headWidth = try visionJSON.size("head_width", 64)
        let width = try visionJSON.size("width", 768)
        guard headWidth <= width else {
            throw visionJSON.bad("head_width", expected: "a number up to the width \(width)")
        }
        vision = try Tower(
            openCLIP: visionJSON, width: width, heads: width / headWidth, activation: activation)
        text = try Tower(
            openCLIP: textJSON, width: try textJSON.size("width", 512),
            heads: try textJSON.size("heads", 8), activation: activation)
        projection = try model.size("embed_dim", 512)
        vocabulary = try textJSON.size("vocab_size", 49408, limit: 1 << 24)
        contextLength = try textJSON.size("context_length", 77)
        // The feature is taken at the largest token id, which 'eos_token_id' 2 stands for.
        endOfText = 2
        imageSize = try visionJSON.size("image_size", 224)
        patchSize = try visionJSON.size("patch_size", 16)
        try checkSizes(context: "context_length", file: json.path)
    }
}

extension CLIPConfiguration.Tower {
    fileprivate init(
        openCLIP json: JSONObject, width: Int, heads: Int, activation: Activation
    ) throws {
        let ratio = try json.number("mlp_ratio", 4)
        let hidden = Double(width) * ratio
        guard hidden >= 1, hidden < Double(1 << 20) else {
            throw json.bad("mlp_ratio", expected: "a ratio that gives a hidden layer")
        }
        self.width = width
        self.heads = heads
        self.hidden = Int(hidden)
        self.activation = activation
        layers = try json.size("layers", 12, limit: 1000)
        let norms = try json.object("norm_kwargs")
        for name in norms?.names ?? [] where name != "eps" {
            throw CLIPError.unsupported("unknown field 'norm_kwargs.\(name)'", file: json.path)
        }
        epsilon = Float(try norms?.number("eps", 1e-5) ?? 1e-5)
        try check(widthField: "width", epsilonField: "eps", file: json.path)
    }
}

extension ImagePreprocessing {
    /// Reads `preprocess_cfg` of `open_clip_config.json`; fields left out are OpenAI's.
    ///
    /// - Throws: `CLIPError` for a field with another meaning than the transform has.
    init(openCLIP json: JSONObject, imageSize: Int) throws {
        try OpenCLIPFields.preprocessing.check(json, name: "preprocess_cfg")
        self.init(resize: imageSize, crop: imageSize)
        for side in try Self.sides(json, imageSize) where side != Double(imageSize) {
            throw CLIPError.badField(
                "size", file: json.path, expected: "the model's image size \(imageSize)",
                got: "\(Int(exactly: side).map(String.init) ?? "\(side)")")
        }
        mean = try Self.channels(json, "mean", mean)
        deviation = try Self.deviations(json, "std", deviation)
    }

    private static func sides(_ json: JSONObject, _ imageSize: Int) throws -> [Double] {
        if let sides = try? json.numbers("size", [Double(imageSize)]) { return sides }
        return [try json.number("size", Double(imageSize))]
    }
}
