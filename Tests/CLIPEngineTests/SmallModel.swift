import Foundation
import Tensors

/// A random CLIP of odd sizes in a folder that goes away with its owner.
///
/// Its vocabulary is one token a printable ASCII character, so that a word of n letters has n tokens.
final class SmallModel {
    static let (width, heads, layers, hidden) = (24, 3, 3, 52)
    static let (visionWidth, visionHeads, visionLayers, visionHidden) = (16, 2, 2, 36)
    static let (projection, context, imageSize, patchSize) = (20, 77, 12, 4)
    static let characters = (0x21...0x7e).map { String(UnicodeScalar(UInt8($0))) }
    static let endOfText = 2 * characters.count + 1

    let path: String

    /// - Parameters:
    ///   - activation: `hidden_act` of both towers.
    ///   - oldEndOfText: whether `eos_token_id` is 2, as in old files.
    init(activation: String = "quick_gelu", oldEndOfText: Bool = false) throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("small-model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
        try write("config.json", json: Self.configuration(activation, oldEndOfText))
        try write("preprocessor_config.json", json: Self.preprocessing)
        try write("vocab.json", json: Self.vocabulary)
        try write("merges.txt", Data("#version: 0.2\n".utf8))
        try write("model.safetensors", Data(Self.weights().serialized()))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ data: Data) throws {
        try data.write(to: URL(fileURLWithPath: path).appendingPathComponent(name))
    }

    func write(_ name: String, json: Any) throws {
        try write(name, JSONSerialization.data(withJSONObject: json, options: .sortedKeys))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    static func configuration(_ activation: String = "quick_gelu", _ oldEndOfText: Bool = false)
        -> [String: Any]
    {
        [
            "model_type": "clip", "projection_dim": projection,
            "text_config": [
                "hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": layers,
                "intermediate_size": hidden, "hidden_act": activation, "layer_norm_eps": 1e-5,
                "vocab_size": endOfText + 1, "max_position_embeddings": context,
                "eos_token_id": oldEndOfText ? 2 : endOfText,
            ] as [String: Any],
            "vision_config": [
                "hidden_size": visionWidth, "num_attention_heads": visionHeads,
                "num_hidden_layers": visionLayers, "intermediate_size": visionHidden,
                "hidden_act": activation,
                "layer_norm_eps": 1e-5, "image_size": imageSize, "patch_size": patchSize,
            ] as [String: Any],
        ]
    }

    static var preprocessing: [String: Any] {
        [
            "do_resize": true, "do_center_crop": true, "do_rescale": true, "do_normalize": true,
            "size": ["shortest_edge": imageSize], "crop_size": ["height": imageSize, "width": imageSize],
            "resample": 3, "rescale_factor": 1.0 / 255, "image_mean": [0.5, 0.4, 0.3],
            "image_std": [0.25, 0.2, 0.3],
        ]
    }

    static var vocabulary: [String: Int] {
        let tokens =
            characters + characters.map { $0 + "</w>" } + ["<|startoftext|>", "<|endoftext|>"]
        return Dictionary(uniqueKeysWithValues: zip(tokens, tokens.indices))
    }

    /// Names and shapes of the weights, as `CLIPModel` has them.
    static var shapes: [(name: String, shape: [Int])] {
        func linear(_ name: String, _ outputs: Int, _ inputs: Int) -> [(name: String, shape: [Int])] {
            [(name + ".weight", [outputs, inputs]), (name + ".bias", [outputs])]
        }
        func tower(_ prefix: String, _ width: Int, _ hidden: Int, _ layers: Int)
            -> [(name: String, shape: [Int])]
        {
            (0..<layers).flatMap { layer -> [(name: String, shape: [Int])] in
                let name = "\(prefix).encoder.layers.\(layer)."
                return ["q_proj", "k_proj", "v_proj", "out_proj"].flatMap {
                    linear("\(name)self_attn.\($0)", width, width)
                }
                    + ["layer_norm1", "layer_norm2"].flatMap {
                        [("\(name)\($0).weight", [width]), ("\(name)\($0).bias", [width])]
                    }
                    + linear(name + "mlp.fc1", hidden, width) + linear(name + "mlp.fc2", width, hidden)
            }
        }
        let tokens = (imageSize / patchSize) * (imageSize / patchSize) + 1
        return [
            ("logit_scale", []),
            ("text_model.embeddings.token_embedding.weight", [endOfText + 1, width]),
            ("text_model.embeddings.position_embedding.weight", [context, width]),
            ("text_model.final_layer_norm.weight", [width]), ("text_model.final_layer_norm.bias", [width]),
            ("text_projection.weight", [projection, width]),
            ("vision_model.embeddings.class_embedding", [visionWidth]),
            ("vision_model.embeddings.patch_embedding.weight", [visionWidth, 3, patchSize, patchSize]),
            ("vision_model.embeddings.position_embedding.weight", [tokens, visionWidth]),
            ("vision_model.pre_layrnorm.weight", [visionWidth]),
            ("vision_model.pre_layrnorm.bias", [visionWidth]),
            ("vision_model.post_layernorm.weight", [visionWidth]),
            ("vision_model.post_layernorm.bias", [visionWidth]),
            ("visual_projection.weight", [projection, visionWidth]),
        ] + tower("text_model", width, hidden, layers)
            + tower("vision_model", visionWidth, visionHidden, visionLayers)
    }

    /// Random weights.
    ///
    /// - Parameters:
    ///   - leaving: a tensor to leave out.
    ///   - reshaping: shapes other than the right ones.
    ///   - integers: a tensor to store as integers.
    static func weights(
        leaving missing: String? = nil, reshaping other: [String: [Int]] = [:], integers: String? = nil
    ) throws -> SafeTensorsWriter {
        var writer = SafeTensorsWriter()
        for (name, right) in shapes where name != missing {
            let shape = other[name] ?? right
            let count = shape.reduce(1, *)
            if name == integers {
                try writer.add(name, shape: shape, int32s: [Int32](repeating: 1, count: count))
                continue
            }
            let values: [Float]
            if name == "logit_scale" {
                values = [2.5]
            } else if name.contains("norm"), name.hasSuffix("weight") {
                values = normals(count, name, scale: 0.1).map { $0 + 1 }
            } else if shape.count == 2, !name.contains("embedding") {
                values = normals(count, name, scale: 1 / Float(shape[1]).squareRoot())
            } else {
                values = normals(count, name, scale: 0.3)
            }
            try writer.add(name, shape: shape, floats: values)
        }
        return writer
    }
}
