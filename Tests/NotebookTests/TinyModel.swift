import Foundation
import Tensors

/// A CLIP folder with random weights: byte vocabulary, one layer a tower, images of 16 px.
///
/// The text tower is 64 wide, so that a prompt with the default sizes (q = 62) fits.
enum TinyModel {
    private static let textWidth = 64
    private static let visionWidth = 16
    private static let projection = 16
    private static let contextLength = 48
    private static let vocabulary = 514

    /// Writes the folder; without the tensor `missing` where one is named.
    static func write(to folder: String, missing: String? = nil, imageSize: Int = 16) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        try write(configuration(imageSize), "config.json")
        try write("#version: 0.2\n", "merges.txt")
        try write(vocabularyText(), "vocab.json")
        let weights = try Data(weights(missing: missing, imageSize: imageSize))
        try weights.write(to: URL(fileURLWithPath: folder + "/model.safetensors"))
    }

    private static func configuration(_ imageSize: Int) -> String {
        """
        {"model_type": "clip", "projection_dim": \(projection),
         "text_config": {"hidden_size": \(textWidth), "intermediate_size": 32, "num_attention_heads": 4,
          "num_hidden_layers": 1, "vocab_size": \(vocabulary), "max_position_embeddings": \(contextLength),
          "eos_token_id": \(vocabulary - 1)},
         "vision_config": {"hidden_size": \(visionWidth), "intermediate_size": 32, "num_attention_heads": 2,
          "num_hidden_layers": 1, "image_size": \(imageSize), "patch_size": 8}}
        """
    }

    /// One token a byte, one a byte at the end of a word, and the two special ones.
    private static func vocabularyText() throws -> String {
        var next: UInt32 = 0x100
        let characters = (0..<256).map { byte -> String in
            let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            if isPrintable { return String(UnicodeScalar(UInt8(byte))) }
            defer { next += 1 }
            return UnicodeScalar(next).map { String($0) } ?? ""
        }
        let tokens =
            characters + characters.map { $0 + "</w>" } + ["<|startoftext|>", "<|endoftext|>"]
        let ids = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) })
        return String(
            decoding: try JSONSerialization.data(withJSONObject: ids, options: .sortedKeys), as: UTF8.self)
    }

    private static func weights(missing: String?, imageSize: Int) throws -> [UInt8] {
        var writer = SafeTensorsWriter()
        var index: UInt64 = 0
        func add(_ name: String, _ shape: [Int], scale: Float = 0.3) throws {
            index += 1
            guard name != missing else { return }
            let stream = RandomStream(seed: 1, purpose: RandomPurpose("tests.tiny-model"), index: index)
            let values = stream.normals(shape.reduce(1, *)).map { $0 * scale }
            try writer.add(name, shape: shape, floats: values)
        }
        func norm(_ name: String, _ width: Int) throws {
            try writer.add(
                name + ".weight", shape: [width], floats: Array(repeating: 1, count: width))
            try writer.add(name + ".bias", shape: [width], floats: Array(repeating: 0, count: width))
        }
        func tower(_ prefix: String, _ width: Int) throws {
            let layer = prefix + "encoder.layers.0."
            try norm(layer + "layer_norm1", width)
            try norm(layer + "layer_norm2", width)
            for name in ["q_proj", "k_proj", "v_proj", "out_proj"] {
                try add(layer + "self_attn.\(name).weight", [width, width])
                try add(layer + "self_attn.\(name).bias", [width], scale: 0.02)
            }
            try add(layer + "mlp.fc1.weight", [32, width])
            try add(layer + "mlp.fc1.bias", [32], scale: 0.02)
            try add(layer + "mlp.fc2.weight", [width, 32])
            try add(layer + "mlp.fc2.bias", [width], scale: 0.02)
        }
        try tower("text_model.", textWidth)
        try add("text_model.embeddings.token_embedding.weight", [vocabulary, textWidth], scale: 0.02)
        try add("text_model.embeddings.position_embedding.weight", [contextLength, textWidth], scale: 0.02)
        try norm("text_model.final_layer_norm", textWidth)
        try tower("vision_model.", visionWidth)
        try add("vision_model.embeddings.patch_embedding.weight", [visionWidth, 3, 8, 8], scale: 0.05)
        try add("vision_model.embeddings.class_embedding", [visionWidth])
        let patches = imageSize / 8 * (imageSize / 8)
        try add("vision_model.embeddings.position_embedding.weight", [1 + patches, visionWidth], scale: 0.02)
        try norm("vision_model.pre_layrnorm", visionWidth)
        try norm("vision_model.post_layernorm", visionWidth)
        try add("text_projection.weight", [projection, textWidth])
        try add("visual_projection.weight", [projection, visionWidth])
        try writer.add("logit_scale", shape: [], floats: [2])
        return try writer.serialized()
    }
}
