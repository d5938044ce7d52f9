import Tensors

/// Packs the tensors of a model for the kernels, in jobs that may run at the same time.
///
/// Matrices go from the file to the panels in strips of a few rows: beside the packed weights no more than
/// a strip a thread is in memory.
struct WeightReader {
    let files: WeightFiles
    let names: WeightNames
    let configuration: CLIPConfiguration

    /// The text tower, and the jobs that make it; they may be run before `make` is called.
    func textTower() -> (jobs: [any Runnable], make: () throws -> TextTower) {
        let tower = configuration.text
        let layers = layers(tower, names.textLayers)
        let tokens = Job { try matrix(names.tokenEmbedding, configuration.vocabulary, tower.width) }
        let features = Job { try projection(names.textProjection, tower) }
        func make() throws -> TextTower {
            TextTower(
                transformer: Transformer(tower: tower, layers: try layers.map { try $0.value() }),
                tokenEmbedding: try tokens.value(),
                positionEmbedding: try matrix(
                    names.textPosition, configuration.contextLength, tower.width),
                finalNorm: try norm(names.finalNorm, tower), projection: try features.value(),
                endOfText: configuration.endOfText)
        }
        return ([tokens] + layers + [features], make)
    }

    /// The vision tower, and the jobs that make it.
    func visionTower() -> (jobs: [any Runnable], make: () throws -> VisionTower) {
        let tower = configuration.vision
        let patch = configuration.patchSize
        let layers = layers(tower, names.visionLayers)
        let patches = Job {
            try files.check(names.patchEmbedding, shape: [tower.width, 3, patch, patch])
            return try packed([names.patchEmbedding], [tower.width], inputs: 3 * patch * patch, bias: nil)
        }
        let spread = Job {
            try files.check(names.patchEmbedding, shape: [tower.width, 3, patch, patch])
            return try statistics(names.patchEmbedding, tower.width, inputs: 3 * patch * patch)
        }
        let features = Job { try projection(names.visionProjection, tower) }
        func make() throws -> VisionTower {
            VisionTower(
                configuration: configuration,
                transformer: Transformer(tower: tower, layers: try layers.map { try $0.value() }),
                patchEmbedding: try patches.value(), patchStatistics: try spread.value(),
                classEmbedding: try files.floats(names.classEmbedding, shape: [tower.width]),
                positionEmbedding: try matrix(
                    names.visionPosition, configuration.visionTokens, tower.width),
                preNorm: try norm(names.preNorm, tower), postNorm: try norm(names.postNorm, tower),
                projection: try features.value())
        }
        return (layers + [patches, spread, features], make)
    }

    /// The factor exp(logit_scale) of the cosine.
    func logitScale() throws -> Float {
        let name = names.logitScale
        // OpenCLIP stores a list of one where its 'nonscalar_logit_scale' is set.
        let shape = names.isOpenCLIP && files.shape(name) == [1] ? [1] : []
        let scale = try files.floats(name, shape: shape)[0]
        let factor = Float(Elementary.exp(Double(scale)))
        guard factor.isFinite else {
            throw CLIPError.badField(
                name, file: files.path, expected: "a number below 88", got: "\(scale)")
        }
        return factor
    }

    private func layers(
        _ tower: CLIPConfiguration.Tower, _ prefix: String
    ) -> [Job<Transformer.Layer>] {
        let names = names.layer
        return (0..<tower.layers).map { index in
            Job {
                let name = "\(prefix)\(index)."
                return Transformer.Layer(
                    attentionNorm: try norm(name + names.attentionNorm, tower),
                    projections: try stacked(name, tower.width),
                    attentionOutput: try linear(name + names.attentionOutput, tower.width, tower.width),
                    mlpNorm: try norm(name + names.mlpNorm, tower),
                    mlpHidden: try linear(name + names.mlpHidden, tower.hidden, tower.width),
                    mlpOutput: try linear(name + names.mlpOutput, tower.width, tower.hidden))
            }
        }
    }

    private func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> Matrix {
        Matrix(rows: rows, columns: columns, values: try files.floats(name, shape: [rows, columns]))
    }

    /// Mean and deviation of a tensor of checked shape, a row at a time.
    private func statistics(_ name: String, _ outputs: Int, inputs: Int) throws -> WeightStatistics {
        var row = [Float](repeating: 0, count: inputs)
        return try WeightStatistics(count: outputs * inputs) { add in
            for output in 0..<outputs {
                try row.withUnsafeMutableBufferPointer { buffer in
                    guard let start = buffer.baseAddress else { return }
                    try files.read(name, elements: output * inputs..<(output + 1) * inputs, into: start)
                }
                add(row)
            }
        }
    }

    private func norm(_ name: String, _ tower: CLIPConfiguration.Tower) throws -> LayerNorm {
        LayerNorm(
            weight: try files.floats(name + ".weight", shape: [tower.width]),
            bias: try files.floats(name + ".bias", shape: [tower.width]), epsilon: tower.epsilon)
    }

    private func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws -> PackedWeights {
        try files.check(name + ".weight", shape: [outputs, inputs])
        let bias = try files.floats(name + ".bias", shape: [outputs])
        return try packed([name + ".weight"], [outputs], inputs: inputs, bias: bias)
    }

    /// Queries, keys and values as one matrix, [3d, d].
    private func stacked(_ prefix: String, _ width: Int) throws -> PackedWeights {
        let weights = names.layer.projectionWeights.map { prefix + $0 }
        let rows = 3 * width / weights.count
        for weight in weights { try files.check(weight, shape: [rows, width]) }
        let bias = try names.layer.projectionBiases.flatMap {
            try files.floats(prefix + $0, shape: [rows])
        }
        return try packed(weights, weights.map { _ in rows }, inputs: width, bias: bias)
    }

    /// Tensors of checked shapes below each other, as one linear layer.
    private func packed(
        _ names: [String], _ rows: [Int], inputs: Int, bias: [Float]?
    ) throws -> PackedWeights {
        let outputs = rows.reduce(0, +)
        return try PackedWeights(outputs: outputs, inputs: inputs, bias: bias) { wanted, strip in
            var first = 0
            var filled = 0
            for (name, count) in zip(names, rows) {
                let part = wanted.clamped(to: first..<(first + count))
                if !part.isEmpty {
                    let own = (part.lowerBound - first) * inputs..<(part.upperBound - first) * inputs
                    try files.read(name, elements: own, into: strip + filled)
                    filled += own.count
                }
                first += count
            }
        }
    }

    private func projection(
        _ name: String, _ tower: CLIPConfiguration.Tower
    ) throws -> PackedWeights {
        let (outputs, inputs) = (configuration.projection, tower.width)
        guard names.projectionsAreTransposed else {
            try files.check(name, shape: [outputs, inputs])
            return try packed([name], [outputs], inputs: inputs, bias: nil)
        }
        let stored = try files.floats(name, shape: [inputs, outputs])
        return try PackedWeights(outputs: outputs, inputs: inputs) { rows, strip in
            for (index, row) in rows.enumerated() {
                for column in 0..<inputs { strip[index * inputs + column] = stored[column * outputs + row] }
            }
        }
    }
}
