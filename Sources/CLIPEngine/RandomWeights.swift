import Tensors

/// The tensors of a random model by their names in Hugging Face's layout, and where their values lie.
struct RandomWeights {
    private(set) var tensors: [(tensor: SafeTensorsOutput.Tensor, centre: Float, deviation: Float)] = []

    private let names = WeightNames.huggingFace

    init(_ configuration: CLIPConfiguration) {
        let (text, vision) = (configuration.text, configuration.vision)
        let (features, patch) = (configuration.projection, configuration.patchSize)
        add(names.tokenEmbedding, [configuration.vocabulary, text.width], 0.02)
        add(names.textPosition, [configuration.contextLength, text.width], 0.01)
        add(names.textProjection, [features, text.width], Self.root(text.width))
        addNorm(names.finalNorm, text.width)
        addLayers(names.textLayers, text)
        add(names.patchEmbedding, [vision.width, 3, patch, patch], 0.02)
        add(names.classEmbedding, [vision.width], Self.root(vision.width))
        add(names.visionPosition, [configuration.visionTokens, vision.width], Self.root(vision.width))
        add(names.visionProjection, [features, vision.width], Self.root(vision.width))
        addNorm(names.preNorm, vision.width)
        addNorm(names.postNorm, vision.width)
        addLayers(names.visionLayers, vision)
        // log 100, where OpenAI's training ended.
        add(names.logitScale, [], 0, centre: 4.605_170_2)
    }

    private mutating func add(_ name: String, _ shape: [Int], _ deviation: Float, centre: Float = 0) {
        tensors.append((SafeTensorsOutput.Tensor(name, shape), centre, deviation))
    }

    private mutating func addNorm(_ name: String, _ width: Int) {
        add(name + ".weight", [width], 0.1, centre: 1)
        add(name + ".bias", [width], 0.05)
    }

    private mutating func addLinear(_ name: String, _ outputs: Int, _ inputs: Int, _ deviation: Float) {
        add(name + ".weight", [outputs, inputs], deviation)
        add(name + ".bias", [outputs], 0.02)
    }

    private mutating func addLayers(_ prefix: String, _ tower: CLIPConfiguration.Tower) {
        let (width, layer) = (tower.width, names.layer)
        let into = Self.root(width)
        // What is added to the residual stream is smaller the more layers add to it.
        let outOf = into * Self.root(2 * tower.layers)
        for index in 0..<tower.layers {
            let name = "\(prefix)\(index)."
            addNorm(name + layer.attentionNorm, width)
            for weight in layer.projectionWeights { add(name + weight, [width, width], into) }
            for bias in layer.projectionBiases { add(name + bias, [width], 0.02) }
            addLinear(name + layer.attentionOutput, width, width, outOf)
            addNorm(name + layer.mlpNorm, width)
            addLinear(name + layer.mlpHidden, tower.hidden, width, Self.root(2 * width))
            addLinear(name + layer.mlpOutput, width, tower.hidden, outOf)
        }
    }

    /// 1/√n.
    private static func root(_ n: Int) -> Float { 1 / Float(n).squareRoot() }
}
