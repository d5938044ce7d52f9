public import BlackBox
public import Tensors
import ZerothOrder

/// Multinomial logistic regression on frozen image features: what a linear classifier gets out of them.
///
/// N images, C classes, d features. Minimises the mean cross-entropy of 10·x·W plus decay·‖W‖² over all images at
/// once, in double precision. It sees the features, so it is a yardstick for prompts, not a black-box method.
public struct LinearProbe: Sendable {
    /// Weight decays that are tried, strongest first: those of `Assets/Training/evaluate.py`.
    package static let decays = [0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4]
    /// Features have length one; without a factor small weights could not tell them apart.
    private static let scale = 10.0

    public let decay: Double
    private let classes: Int
    /// W, [d, C].
    private let weights: [Double]

    /// Fits W on the training images' features, with the decay under which most validation images are right; among
    /// equals the one of the lowest validation loss.
    ///
    /// - Parameters:
    ///   - train: features of the training images, [N, d], at least one.
    ///   - validation: features of the validation images, at least one.
    ///   - progress: called before each pass over the images with the number of decays that have been tried, and
    ///     of all; what it throws ends the work.
    public init(
        train: (features: Matrix, labels: [Int]), validation: (features: Matrix, labels: [Int]), classes: Int,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws {
        precondition(validation.features.rows > 0, "expected validation images")
        var best: (probe: LinearProbe, score: Score)?
        var start: [Double]?
        for (tried, decay) in Self.decays.enumerated() {
            let probe = try LinearProbe(
                features: train.features, labels: train.labels, classes: classes, decay: decay, start: start
            ) {
                try progress(tried, Self.decays.count)
            }
            // The next decay's weights are not far from these.
            start = probe.weights
            let score = probe.score(validation.features, labels: validation.labels)
            if let known = best?.score, (known.correct, -known.loss) >= (score.correct, -score.loss) {
                continue
            }
            best = (probe, score)
        }
        guard let best else { preconditionFailure("no weight decay to try") }
        self = best.probe
    }

    /// Fits W on features [N, d] under one decay.
    package init(
        features: Matrix, labels: [Int], classes: Int, decay: Double, start: [Double]? = nil,
        passing: () throws -> Void = {}
    ) rethrows {
        precondition(
            features.rows == labels.count, "expected \(features.rows) labels; got \(labels.count)")
        self.decay = decay
        self.classes = classes
        let inputs = features.values.map { Double($0) * Self.scale }
        let zeros = [Double](repeating: 0, count: features.columns * classes)
        weights = try QuasiNewton.minimum(from: start ?? zeros) { weights in
            try passing()
            return Self.loss(weights, inputs: inputs, labels: labels, classes: classes, decay: decay)
        }
    }

    /// Weight of a feature for a class.
    package func weight(feature: Int, class label: Int) -> Double { weights[feature * classes + label] }

    /// Accuracy and loss over features [B, d].
    public func score(_ features: Matrix, labels: [Int]) -> Score {
        var correct = 0
        var loss = 0.0
        let inputs = features.values.map { Double($0) * Self.scale }
        for (index, label) in labels.enumerated() {
            var row = Self.logits(
                inputs, from: index * features.columns, count: features.columns, weights, classes: classes)
            // The first of the largest.
            let predicted = row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
            if predicted == label { correct += 1 }
            loss += Self.softmax(&row, label: label)
        }
        return Score(images: labels.count, correct: correct, loss: Float(loss / Double(labels.count)))
    }

    /// The function that is minimised, with its gradient.
    private static func loss(
        _ weights: [Double], inputs: [Double], labels: [Int], classes: Int, decay: Double
    ) -> (value: Double, gradient: [Double]) {
        let count = weights.count / classes
        var value = 0.0
        var gradient = [Double](repeating: 0, count: weights.count)
        for (index, label) in labels.enumerated() {
            let first = index * count
            var row = logits(inputs, from: first, count: count, weights, classes: classes)
            value += softmax(&row, label: label)
            row[label] -= 1
            for feature in 0..<count {
                let input = inputs[first + feature]
                let place = feature * classes
                for label in 0..<classes { gradient[place + label] += input * row[label] }
            }
        }
        let images = Double(labels.count)
        var squares = 0.0
        for index in weights.indices {
            squares += weights[index] * weights[index]
            gradient[index] = gradient[index] / images + 2 * decay * weights[index]
        }
        return (value / images + decay * squares, gradient)
    }

    /// x·W of one image.
    private static func logits(
        _ inputs: [Double], from first: Int, count: Int, _ weights: [Double], classes: Int
    ) -> [Double] {
        var row = [Double](repeating: 0, count: classes)
        for feature in 0..<count {
            let input = inputs[first + feature]
            let place = feature * classes
            for label in 0..<classes { row[label] += input * weights[place + label] }
        }
        return row
    }

    /// Turns logits into probabilities; returns −log of the label's.
    private static func softmax(_ row: inout [Double], label: Int) -> Double {
        let largest = row.max() ?? 0
        let own = row[label] - largest
        var sum = 0.0
        for index in row.indices {
            row[index] = Elementary.exp(row[index] - largest)
            sum += row[index]
        }
        for index in row.indices { row[index] /= sum }
        return Elementary.log(sum) - own
    }
}
