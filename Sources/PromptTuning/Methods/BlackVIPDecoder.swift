public import Tensors

/// Why a decoder cannot be built.
public enum BlackVIPDecoderError: Error, Equatable {
    case side(Int)
}

extension BlackVIPDecoderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .side(let side): "expected pictures of a multiple of 32 pixels for BlackVIP; got \(side)"
        }
    }
}

/// BlackVIP's decoder: draws a picture's additive prompt from its feature (Oh et al. 2023, section 4.1).
///
/// B images, z feature length, s = side / 32, c channels of the first map, t trigger length. An image's feature and
/// the learned trigger are joined and read as a map [c, s, s]. Four stages double it: a grouped 2×2 transposed
/// convolution of stride 2, a 1×1 convolution, batch normalisation, GELU. A last transposed convolution doubles it
/// to [3, side, side].
///
/// Between the two convolutions of a stage nothing bends, so each pair is one matrix, [4 · outputs, inputs]: the four
/// taps (0, 0), (0, 1), (1, 0), (1, 1) of a position one behind the other. Positions stay in the order in which the
/// taps make them (position p becomes 4p … 4p + 3); only the last map is brought into rows of pixels.
public struct BlackVIPDecoder: Sendable {
    /// z
    public let featureLength: Int
    /// Pixels of a side of the prompt.
    public let side: Int
    /// c
    public let channels: Int
    /// t
    public let triggerLength: Int
    /// δ
    public let parameterCount: Int
    /// Tensors of the parameter vector in order, with PyTorch's shapes; all row-major.
    public let layout: [(name: String, shape: [Int])]

    let stages: [BlackVIPStage]
    /// Where the last layer's weight, [16, 3, 2, 2], begins.
    private let lastStart: Int
    private let scratch = BlackVIPScratch()
    /// Of each value of [3, side, side] the place in the last map, [s² · 4⁴, 4, 3].
    private let places: [Int32]

    /// Channels between and behind the two convolutions of each stage.
    private static let widths = [(64, 64), (64, 32), (32, 32), (32, 16)]
    private static let colours = 3

    /// - Throws: `BlackVIPDecoderError.side` where the side is no positive multiple of 32.
    public init(featureLength: Int, side: Int) throws(BlackVIPDecoderError) {
        precondition(featureLength > 0, "expected a feature length from 1; got \(featureLength)")
        guard side >= 32, side % 32 == 0 else { throw .side(side) }
        let area = side / 32 * (side / 32)
        self.featureLength = featureLength
        self.side = side
        channels = (2 * featureLength + area - 1) / area
        triggerLength = channels * area - featureLength
        var layout = [(name: "trigger", shape: [triggerLength])]
        var stages: [BlackVIPStage] = []
        var (inputs, start) = (channels, triggerLength)
        for (number, (middle, outputs)) in Self.widths.enumerated() {
            let stage = BlackVIPStage(
                number: number + 1, inputs: inputs, middle: middle, outputs: outputs, start: start)
            stages.append(stage)
            layout += stage.layout
            start += stage.parameterCount
            inputs = outputs
        }
        layout.append((name: "last.weight", shape: [inputs, Self.colours, 2, 2]))
        self.stages = stages
        self.layout = layout
        lastStart = start
        parameterCount = start + inputs * Self.colours * 4
        places = Self.places(side: side)
    }

    /// Parameters at the start: trigger U(0, 0.1), convolutions U(±1/√fan-in) with the fan-in as PyTorch counts it,
    /// batch normalisation 1 and 0.
    ///
    /// Tensor `name` is drawn under the purpose `blackvip.name`, value i from uniform i.
    public func initialParameters(seed: UInt64) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(parameterCount)
        func draw(_ name: String, _ count: Int, from low: Double, to high: Double) {
            let stream = RandomStream(seed: seed, purpose: RandomPurpose("blackvip.\(name)"))
            for u in stream.uniforms(count) { result.append(Float(low + (high - low) * Double(u))) }
        }
        draw("trigger", triggerLength, from: 0, to: 0.1)
        for stage in stages {
            let names = stage.layout.map(\.name)
            let grouped = 1 / Double(stage.share * 4).squareRoot()
            let pointwise = 1 / Double(stage.middle).squareRoot()
            draw(names[0], stage.inputs * stage.share * 4, from: -grouped, to: grouped)
            draw(names[1], stage.middle, from: -grouped, to: grouped)
            draw(names[2], stage.outputs * stage.middle, from: -pointwise, to: pointwise)
            result += [Float](repeating: 1, count: stage.outputs)
            result += [Float](repeating: 0, count: stage.outputs)
        }
        let last = 1 / Double(Self.colours * 4).squareRoot()
        draw("last.weight", parameterCount - lastStart, from: -last, to: last)
        return result
    }

    /// Averages of the batch normalisations' means and variances over training calls.
    public struct RunningStatistics: Sendable, Equatable {
        /// One list a stage, one value a channel; zeros at the start.
        public fileprivate(set) var means: [[Float]]
        /// Unbiased; ones at the start.
        public fileprivate(set) var variances: [[Float]]

        /// Averages that were read somewhere.
        public init(means: [[Float]], variances: [[Float]]) {
            self.means = means
            self.variances = variances
        }
    }

    /// Statistics before the first training call.
    public var initialStatistics: RunningStatistics {
        RunningStatistics(
            means: stages.map { [Float](repeating: 0, count: $0.outputs) },
            variances: stages.map { [Float](repeating: 1, count: $0.outputs) })
    }

    /// Means and biased variances of the batch normalisations' inputs over a batch, a stage each.
    public struct BatchMoments: Sendable, Equatable {
        fileprivate var means: [[Double]] = []
        fileprivate var variances: [[Double]] = []
        /// Positions that they are of.
        fileprivate var counts: [Int] = []
    }

    /// Prompts [B, 3 · side · side] of features [B, z], normalised by the batch's own moments (biased variance,
    /// ε = 10⁻⁵), and those moments, for the running statistics.
    ///
    /// The moments are those of `Matrix.columnMoments` with a block an image.
    public func train(_ parameters: [Float], features: Matrix) -> (prompts: Matrix, moments: BatchMoments) {
        check(parameters, features, initialStatistics)
        var moments = BatchMoments()
        precondition(features.rows > 0, "expected images; got none")
        var maps = scratch.take(shapes(images: features.rows))
        for (number, stage) in stages.enumerated() {
            let (weights, biases) = stage.merged(parameters)
            let input = number == 0 ? firstMap(parameters, features) : maps[number - 1]
            stage.packed(weights, biases).apply(input, into: &maps[number])
            let (means, variances) = maps[number].columnMoments(
                blockRows: maps[number].rows / features.rows)
            moments.means.append(means)
            moments.variances.append(variances)
            moments.counts.append(maps[number].rows)
            maps[number].applyColumns(
                centre: means.map { Float($0) }, scale: stage.scales(parameters, variances).map { Float($0) },
                shift: stage.shifts(parameters).map { Float($0) }, activation: .gelu)
        }
        return (pictures(parameters, &maps), moments)
    }

    /// Prompts [B, 3 · side · side] of features [B, z], normalised by the running statistics, so that an image's
    /// prompt does not depend on the other images.
    public func evaluate(
        _ parameters: [Float], features: Matrix, statistics: RunningStatistics
    ) -> Matrix {
        check(parameters, features, statistics)
        guard features.rows > 0 else { return Matrix(rows: 0, columns: places.count) }
        var maps = scratch.take(shapes(images: features.rows))
        for (number, stage) in stages.enumerated() {
            var (weights, biases) = stage.merged(parameters)
            // The normalisation is one more factor and shift a channel.
            let scales = stage.scales(parameters, statistics.variances[number].map { Double($0) })
            let shifts = stage.shifts(parameters)
            for row in 0..<4 * stage.outputs {
                for place in row * stage.inputs..<(row + 1) * stage.inputs {
                    weights[place] *= scales[row % stage.outputs]
                }
            }
            for channel in biases.indices {
                let distance = biases[channel] - Double(statistics.means[number][channel])
                biases[channel] = distance * scales[channel] + shifts[channel]
            }
            let input = number == 0 ? firstMap(parameters, features) : maps[number - 1]
            stage.packed(weights, biases).apply(input, activation: .gelu, into: &maps[number])
        }
        return pictures(parameters, &maps)
    }

    /// Shapes of the stages' maps and of the last one, [B, 3 · side²] in the order of the taps.
    private func shapes(images: Int) -> [(rows: Int, columns: Int)] {
        var rows = images * (side / 32) * (side / 32)
        var shapes: [(rows: Int, columns: Int)] = []
        for stage in stages {
            rows *= 4
            shapes.append((rows: rows, columns: stage.outputs))
        }
        return shapes + [(rows: images, columns: places.count)]
    }

    private func check(_ parameters: [Float], _ features: Matrix, _ statistics: RunningStatistics) {
        precondition(
            parameters.count == parameterCount,
            "expected \(parameterCount) parameters; got \(parameters.count)")
        precondition(
            features.columns == featureLength, "expected \(featureLength) columns; got \(features.columns)")
        for lists in [statistics.means, statistics.variances] {
            precondition(
                lists.map(\.count) == stages.map(\.outputs),
                "expected statistics of \(stages.map(\.outputs)) channels; got \(lists.map(\.count))")
        }
    }

    /// Feature and trigger of each image as a map [B · s², c].
    private func firstMap(_ parameters: [Float], _ features: Matrix) -> Matrix {
        let trigger = parameters[..<triggerLength]
        let area = (featureLength + triggerLength) / channels
        var values: [Float] = []
        values.reserveCapacity(features.rows * area * channels)
        for image in 0..<features.rows {
            let joined = Array(features.row(image)) + trigger
            for position in 0..<area {
                for channel in 0..<channels { values.append(joined[channel * area + position]) }
            }
        }
        return Matrix(rows: features.rows * area, columns: channels, values: values)
    }

    /// The last layer, and its values in rows of pixels; gives the maps back.
    private func pictures(_ parameters: [Float], _ maps: inout [Matrix]) -> Matrix {
        let last = maps.count - 1
        let inputs = maps[last - 1].columns
        var weights = [Float](repeating: 0, count: 4 * Self.colours * inputs)
        for input in 0..<inputs {
            for colour in 0..<Self.colours {
                for tap in 0..<4 {
                    weights[(tap * Self.colours + colour) * inputs + input] =
                        parameters[lastStart + (input * Self.colours + colour) * 4 + tap]
                }
            }
        }
        PackedWeights(weights, outputs: 4 * Self.colours, inputs: inputs)
            .apply(maps[last - 1], into: &maps[last])
        let result = maps[last].takingColumns(places)
        scratch.giveBack(maps)
        maps = []
        return result
    }

    private static func places(side: Int) -> [Int32] {
        let width = side / 32
        var result: [Int32] = []
        result.reserveCapacity(colours * side * side)
        for colour in 0..<colours {
            for y in 0..<side {
                for x in 0..<side {
                    // Base 4 digits of a place are the taps, the first stage's first.
                    var place = (y >> 5) * width + (x >> 5)
                    for bit in stride(from: 4, through: 0, by: -1) {
                        place = 4 * place + 2 * (y >> bit & 1) + (x >> bit & 1)
                    }
                    result.append(Int32(place * colours + colour))
                }
            }
        }
        return result
    }
}

extension BlackVIPDecoder.RunningStatistics {
    private static let momentum = 0.1

    /// Takes in a batch's moments (unbiased variance, momentum 0.1).
    public mutating func take(_ moments: BlackVIPDecoder.BatchMoments) {
        func mixed(_ old: Float, _ new: Double) -> Float {
            Float((1 - Self.momentum) * Double(old) + Self.momentum * new)
        }
        for stage in moments.means.indices {
            let count = Double(moments.counts[stage])
            for channel in moments.means[stage].indices {
                means[stage][channel] = mixed(means[stage][channel], moments.means[stage][channel])
                variances[stage][channel] = mixed(
                    variances[stage][channel], moments.variances[stage][channel] * (count / (count - 1)))
            }
        }
    }
}
