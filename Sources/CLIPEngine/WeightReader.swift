import Tensors

/// Finds the tensors of `CLIPModel` by their published names and packs them for the kernels.
struct WeightReader {
    let file: SafeTensorsFile
    let configuration: CLIPConfiguration

    func textTower() throws -> TextTower {
        let tower = configuration.text
        let prefix = "text_model."
        return TextTower(
            transformer: try transformer(tower, prefix + "encoder.layers."),
            tokenEmbedding: try matrix(
                prefix + "embeddings.token_embedding.weight", configuration.vocabulary, tower.width),
            positionEmbedding: try matrix(
                prefix + "embeddings.position_embedding.weight", configuration.contextLength, tower.width),
            finalNorm: try norm(prefix + "final_layer_norm", tower),
            projection: try projection("text_projection.weight", tower),
            endOfText: configuration.endOfText)
    }

    func visionTower() throws -> VisionTower {
        let tower = configuration.vision
        let prefix = "vision_model."
        let patch = configuration.patchSize
        let kernel = try file.floats(
            prefix + "embeddings.patch_embedding.weight", shape: [tower.width, 3, patch, patch])
        return VisionTower(
            configuration: configuration,
            transformer: try transformer(tower, prefix + "encoder.layers."),
            patchEmbedding: PackedWeights(
                kernel, outputs: tower.width, inputs: 3 * patch * patch, bias: nil),
            classEmbedding: try file.floats(prefix + "embeddings.class_embedding", shape: [tower.width]),
            positionEmbedding: try matrix(
                prefix + "embeddings.position_embedding.weight", configuration.visionTokens, tower.width),
            // The published checkpoints spell this name so.
            preNorm: try norm(prefix + "pre_layrnorm", tower),
            postNorm: try norm(prefix + "post_layernorm", tower),
            projection: try projection("visual_projection.weight", tower))
    }

    private func transformer(_ tower: CLIPConfiguration.Tower, _ prefix: String) throws -> Transformer {
        let layers = try (0..<tower.layers).map { index in
            let name = "\(prefix)\(index)."
            return Transformer.Layer(
                attentionNorm: try norm(name + "layer_norm1", tower),
                projections: try stacked(name + "self_attn.", ["q_proj", "k_proj", "v_proj"], tower.width),
                attentionOutput: try linear(name + "self_attn.out_proj", tower.width, tower.width),
                mlpNorm: try norm(name + "layer_norm2", tower),
                mlpHidden: try linear(name + "mlp.fc1", tower.hidden, tower.width),
                mlpOutput: try linear(name + "mlp.fc2", tower.width, tower.hidden))
        }
        return Transformer(tower: tower, layers: layers)
    }

    private func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> Matrix {
        Matrix(rows: rows, columns: columns, values: try file.floats(name, shape: [rows, columns]))
    }

    private func norm(_ name: String, _ tower: CLIPConfiguration.Tower) throws -> LayerNorm {
        LayerNorm(
            weight: try file.floats(name + ".weight", shape: [tower.width]),
            bias: try file.floats(name + ".bias", shape: [tower.width]), epsilon: tower.epsilon)
    }

    private func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws -> PackedWeights {
        PackedWeights(
            try file.floats(name + ".weight", shape: [outputs, inputs]), outputs: outputs, inputs: inputs,
            bias: try file.floats(name + ".bias", shape: [outputs]))
    }

    /// Several square linear layers of one input, as one matrix.
    private func stacked(_ prefix: String, _ names: [String], _ width: Int) throws -> PackedWeights {
        var weight: [Float] = []
        var bias: [Float] = []
        for name in names {
            weight += try file.floats("\(prefix)\(name).weight", shape: [width, width])
            bias += try file.floats("\(prefix)\(name).bias", shape: [width])
        }
        return PackedWeights(weight, outputs: names.count * width, inputs: width, bias: bias)
    }

    private func projection(_ name: String, _ tower: CLIPConfiguration.Tower) throws -> PackedWeights {
        PackedWeights(
            try file.floats(name, shape: [configuration.projection, tower.width]),
            outputs: configuration.projection, inputs: tower.width, bias: nil)
    }
}
