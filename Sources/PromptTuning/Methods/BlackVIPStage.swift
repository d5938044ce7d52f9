import Tensors

/// One stage of BlackVIP's decoder: where its parameters lie, and what its layers come to.
///
/// Parameters in order: transposed convolution [inputs, middle / groups, 2, 2] and its bias [middle], 1×1 convolution
/// [outputs, middle], batch normalisation's weight and bias [outputs] each.
struct BlackVIPStage: Sendable {
    let number: Int
    let inputs: Int
    let middle: Int
    let outputs: Int
    /// Where the stage's parameters begin.
    let start: Int

    /// As many as can be, up to 64: where inputs are 32 or 64, each has its own group.
    let groups: Int
    private static let mostGroups = 64
    /// Added to a variance before its root is taken.
    private static let epsilon = 1e-5

    init(number: Int, inputs: Int, middle: Int, outputs: Int, start: Int) {
        self.number = number
        self.inputs = inputs
        self.middle = middle
        self.outputs = outputs
        self.start = start
        var (a, b) = (inputs, Self.mostGroups)
        while b > 0 { (a, b) = (b, a % b) }
        groups = a
        precondition(middle % a == 0, "expected \(a) groups to divide \(middle) channels")
    }

    /// Middle channels that an input channel feeds.
    var share: Int { middle / groups }

    var layout: [(name: String, shape: [Int])] {
        [
            (name: "stage\(number).transposed.weight", shape: [inputs, share, 2, 2]),
            (name: "stage\(number).transposed.bias", shape: [middle]),
            (name: "stage\(number).pointwise.weight", shape: [outputs, middle]),
            (name: "stage\(number).norm.weight", shape: [outputs]),
            (name: "stage\(number).norm.bias", shape: [outputs]),
        ]
    }

    var parameterCount: Int { pointwiseStart - start + outputs * middle + 2 * outputs }

    private var biasStart: Int { start + inputs * share * 4 }
    private var pointwiseStart: Int { biasStart + middle }
    private var normStart: Int { pointwiseStart + outputs * middle }

    /// The two convolutions as one matrix [4 · outputs, inputs], row tap · outputs + output, and a bias [outputs].
    func merged(_ parameters: [Float]) -> (weights: [Double], biases: [Double]) {
        var weights = [Double](repeating: 0, count: 4 * outputs * inputs)
        var biases = [Double](repeating: 0, count: outputs)
        let inputsOfGroup = inputs / groups
        for output in 0..<outputs {
            let pointwise = parameters[(pointwiseStart + output * middle)...].prefix(middle).map {
                Double($0)
            }
            for channel in 0..<middle {
                biases[output] += pointwise[channel] * Double(parameters[biasStart + channel])
            }
            for input in 0..<inputs {
                let first = input / inputsOfGroup * share
                for tap in 0..<4 {
                    var sum = 0.0
                    for channel in 0..<share {
                        let place = start + (input * share + channel) * 4 + tap
                        sum += pointwise[first + channel] * Double(parameters[place])
                    }
                    weights[(tap * outputs + output) * inputs + input] = sum
                }
            }
        }
        return (weights, biases)
    }

    /// weight / √(variance + ε) of each channel.
    func scales(_ parameters: [Float], _ variances: [Double]) -> [Double] {
        variances.indices.map {
            Double(parameters[normStart + $0]) / (variances[$0] + Self.epsilon).squareRoot()
        }
    }

    /// The normalisation's bias of each channel.
    func shifts(_ parameters: [Float]) -> [Double] {
        (0..<outputs).map { Double(parameters[normStart + outputs + $0]) }
    }

    /// The merged matrix, with its bias for each of the four taps.
    func packed(_ weights: [Double], _ biases: [Double]) -> PackedWeights {
        let bias = biases.map { Float($0) }
        return PackedWeights(
            weights.map { Float($0) }, outputs: 4 * outputs, inputs: inputs, bias: bias + bias + bias + bias)
    }
}
