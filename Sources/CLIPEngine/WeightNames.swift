/// What a layout calls the tensors of a CLIP model.
struct WeightNames: Sendable {
    /// Names behind a layer's prefix; those without an ending have `.weight` and `.bias`.
    struct Layer: Sendable {
        let attentionNorm: String
        /// Queries, keys and values, in that order; one name where the file has them stacked.
        let projectionWeights: [String]
        let projectionBiases: [String]
        let attentionOutput: String
        let mlpNorm: String
        let mlpHidden: String
        let mlpOutput: String
    }

    let tokenEmbedding: String
    let textPosition: String
    let textLayers: String
    let finalNorm: String
    let textProjection: String
    let patchEmbedding: String
    let classEmbedding: String
    let visionPosition: String
    let preNorm: String
    let visionLayers: String
    let postNorm: String
    let visionProjection: String
    let layer: Layer
    /// Whether the projections are stored as [width, features], not as [features, width].
    let projectionsAreTransposed: Bool
    /// Tensors under these prefixes belong to the model: one that is not read changes what it computes.
    let ownPrefixes: [String]

    let logitScale = "logit_scale"

    /// Names of Hugging Face's `CLIPModel`; the published checkpoints spell `pre_layrnorm` so.
    static let huggingFace = WeightNames(
        tokenEmbedding: "text_model.embeddings.token_embedding.weight",
        textPosition: "text_model.embeddings.position_embedding.weight",
        textLayers: "text_model.encoder.layers.", finalNorm: "text_model.final_layer_norm",
        textProjection: "text_projection.weight",
        patchEmbedding: "vision_model.embeddings.patch_embedding.weight",
        classEmbedding: "vision_model.embeddings.class_embedding",
        visionPosition: "vision_model.embeddings.position_embedding.weight",
        preNorm: "vision_model.pre_layrnorm", visionLayers: "vision_model.encoder.layers.",
        postNorm: "vision_model.post_layernorm", visionProjection: "visual_projection.weight",
        layer: Layer(
            attentionNorm: "layer_norm1",
            projectionWeights: ["q", "k", "v"].map { "self_attn.\($0)_proj.weight" },
            projectionBiases: ["q", "k", "v"].map { "self_attn.\($0)_proj.bias" },
            attentionOutput: "self_attn.out_proj", mlpNorm: "layer_norm2", mlpHidden: "mlp.fc1",
            mlpOutput: "mlp.fc2"),
        projectionsAreTransposed: false,
        ownPrefixes: [
            "text_model.", "vision_model.", "text_projection.", "visual_projection.", "logit_bias",
        ])

    /// OpenCLIP's names; its models with a text tower of their own have `prefix` "text.".
    static func openCLIP(textPrefix prefix: String) -> WeightNames {
        WeightNames(
            tokenEmbedding: prefix + "token_embedding.weight",
            textPosition: prefix + "positional_embedding",
            textLayers: prefix + "transformer.resblocks.", finalNorm: prefix + "ln_final",
            textProjection: prefix + "text_projection", patchEmbedding: "visual.conv1.weight",
            classEmbedding: "visual.class_embedding", visionPosition: "visual.positional_embedding",
            preNorm: "visual.ln_pre", visionLayers: "visual.transformer.resblocks.",
            postNorm: "visual.ln_post", visionProjection: "visual.proj",
            layer: Layer(
                attentionNorm: "ln_1", projectionWeights: ["attn.in_proj_weight"],
                projectionBiases: ["attn.in_proj_bias"], attentionOutput: "attn.out_proj",
                mlpNorm: "ln_2", mlpHidden: "mlp.c_fc", mlpOutput: "mlp.c_proj"),
            projectionsAreTransposed: true, ownPrefixes: [""])
    }

    /// The layout that a file's names belong to, nil where they are not those of a CLIP model.
    static func recognized(in names: [String]) -> WeightNames? {
        func has(_ prefix: String) -> Bool { names.contains { $0.hasPrefix(prefix) } }
        if has("text_model.") || has("vision_model.") { return huggingFace }
        if has("visual.") { return openCLIP(textPrefix: has("text.") ? "text." : "") }
        return nil
    }

    var isOpenCLIP: Bool { projectionsAreTransposed }
}

extension WeightNames {
    /// Buffers that some files have beside the weights; they follow from the configuration.
    private static let buffers = [
        "position_ids", "attn_mask", "input_resolution", "context_length", "vocab_size",
    ]

    /// Every tensor of a model.
    func all(_ configuration: CLIPConfiguration) -> [String] {
        func pair(_ name: String) -> [String] { [name + ".weight", name + ".bias"] }
        func layers(_ prefix: String, _ tower: CLIPConfiguration.Tower) -> [String] {
            let names =
                layer.projectionWeights + layer.projectionBiases
                + [
                    layer.attentionNorm, layer.attentionOutput, layer.mlpNorm, layer.mlpHidden,
                    layer.mlpOutput,
                ].flatMap(pair)
            return (0..<tower.layers).flatMap { index in names.map { "\(prefix)\(index).\($0)" } }
        }
        return [
            tokenEmbedding, textPosition, textProjection, patchEmbedding, classEmbedding,
            visionPosition, visionProjection, logitScale,
        ] + [finalNorm, preNorm, postNorm].flatMap(pair)
            + layers(textLayers, configuration.text) + layers(visionLayers, configuration.vision)
    }

    /// A tensor that belongs to the model but is none of those that are computed with, if there is one.
    func unread(in names: [String], known: Set<String>) -> String? {
        names.first { name in
            !known.contains(name) && ownPrefixes.contains { name.hasPrefix($0) }
                && !Self.buffers.contains { name == $0 || name.hasSuffix("." + $0) }
        }
    }
}
