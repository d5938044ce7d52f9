import CLIPEngine
import Foundation
import Tensors

/// The small model in other layouts than Hugging Face's single file.
extension SmallModel {
    static var openCLIPConfiguration: [String: Any] {
        [
            "model_cfg": [
                "embed_dim": projection, "quick_gelu": true,
                "vision_cfg": [
                    "image_size": imageSize, "layers": visionLayers, "width": visionWidth,
                    "head_width": visionWidth / visionHeads, "patch_size": patchSize, "mlp_ratio": 2.25,
                ] as [String: Any],
                "text_cfg": [
                    "context_length": context, "vocab_size": endOfText + 1, "width": width, "heads": heads,
                    // Cut to 52, as OpenCLIP does.
                    "layers": layers, "mlp_ratio": 2.17,
                ] as [String: Any],
            ] as [String: Any],
            "preprocess_cfg": [
                "mean": [0.5, 0.4, 0.3], "std": [0.25, 0.2, 0.3], "interpolation": "bicubic",
                "resize_mode": "shortest",
            ] as [String: Any],
        ]
    }

    /// Replaces the folder's configuration and weights by OpenCLIP's, with the same values.
    ///
    /// - Parameter prefix: "text." as in models with a text tower of their own.
    func useOpenCLIP(textPrefix prefix: String = "") throws {
        try write(
            "open_clip_model.safetensors", Data(openCLIPWeights(textPrefix: prefix).serialized()))
        try write("open_clip_config.json", json: Self.openCLIPConfiguration)
        for name in ["config.json", "model.safetensors", "preprocessor_config.json"] { try remove(name) }
    }

    func openCLIPWeights(textPrefix prefix: String = "", leaving missing: String? = nil) throws
        -> SafeTensorsWriter
    {
        let file = try SafeTensorsFile(path: path + "/model.safetensors")
        var writer = SafeTensorsWriter()
        for name in file.names where !name.contains("k_proj") && !name.contains("v_proj") {
            guard let shape = file.entry(name)?.shape, Self.openCLIPName(name, prefix) != missing
            else { continue }
            let values = try file.floats(name)
            if name.contains("q_proj") {
                let rest = try ["k_proj", "v_proj"].flatMap {
                    try file.floats(name.replacingOccurrences(of: "q_proj", with: $0))
                }
                try writer.add(
                    Self.openCLIPName(name, prefix), shape: [3 * shape[0]] + shape.dropFirst(),
                    floats: values + rest)
            } else if name.hasSuffix("projection.weight") {
                let transposed = (0..<values.count).map { place in
                    values[place % shape[0] * shape[1] + place / shape[0]]
                }
                try writer.add(
                    Self.openCLIPName(name, prefix), shape: [shape[1], shape[0]], floats: transposed)
            } else {
                try writer.add(Self.openCLIPName(name, prefix), shape: shape, floats: values)
            }
        }
        return writer
    }

    private static func openCLIPName(_ name: String, _ prefix: String) -> String {
        let whole = [
            "text_model.embeddings.token_embedding.weight": prefix + "token_embedding.weight",
            "text_model.embeddings.position_embedding.weight": prefix + "positional_embedding",
            "text_projection.weight": prefix + "text_projection", "visual_projection.weight": "visual.proj",
            "vision_model.embeddings.class_embedding": "visual.class_embedding",
            "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
            "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
        ]
        if let name = whole[name] { return name }
        let parts = [
            ("text_model.encoder.layers", prefix + "transformer.resblocks"),
            ("vision_model.encoder.layers", "visual.transformer.resblocks"),
            ("text_model.final_layer_norm", prefix + "ln_final"),
            ("vision_model.pre_layrnorm", "visual.ln_pre"), ("vision_model.post_layernorm", "visual.ln_post"),
            ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("self_attn.q_proj.", "attn.in_proj_"),
            ("self_attn.out_proj", "attn.out_proj"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
        ]
        return parts.reduce(name) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    /// Replaces the weights by shards, the tensors dealt out in turn, and their index.
    func useShards(_ count: Int = 3) throws {
        let file = try SafeTensorsFile(path: path + "/model.safetensors")
        var writers = [SafeTensorsWriter](repeating: SafeTensorsWriter(), count: count)
        var map: [String: String] = [:]
        for (index, name) in file.names.enumerated() {
            try writers[index % count].add(
                name, shape: file.entry(name)?.shape ?? [], floats: file.floats(name))
            map[name] = Self.shard(index % count, of: count)
        }
        for (index, writer) in writers.enumerated() {
            try write(Self.shard(index, of: count), Data(writer.serialized()))
        }
        try write(
            "model.safetensors.index.json",
            json: ["metadata": ["total_size": 1], "weight_map": map] as [String: Any])
        try remove("model.safetensors")
    }

    static func shard(_ index: Int, of count: Int) -> String {
        "model-0000\(index + 1)-of-0000\(count).safetensors"
    }
}
