import Tensors

/// Derivative-free Gauss–Newton for residuals that are logits: all answers so far make a linear model of all logits, whose
/// penalised cross-entropy is minimised inside a trust region.
///
/// Letters: N images, C classes, n dimensions, k measured directions. Derivative-free Gauss–Newton in growing random
/// subspaces (Cartis and Roberts 2019; Cartis, Ferguson and Roberts 2022), applied to the cross-entropy of classes; the
/// linear model is the derivative of a Gaussian process through the answers (`ResponseModel`) in place of a secant update.
/// A step has rounds: new directions are measured, then a trial point is asked, again with a smaller region where it
/// is no better. A value: asking changes nothing.
///
/// With a block a class (CoOp's class-specific contexts) a point has n coordinates for each class, and class c's logits
/// depend on block c alone. So one evaluation with one direction in every block measures all blocks' derivatives: forwards in
/// half of them, backwards in the others. Where an image's logits are known up to a constant alone, it is chosen such that both
/// halves' mean changes cancel, as what all classes' derivatives share does, and such that a trial's mean is the model's.
public struct GaussNewton: Sendable {
    /// What decides a search; the values are those that were tried most.
    public struct Settings: Sendable, Equatable {
        /// Directions measured in a step.
        public var directions = 2
        /// Length of a directional difference; noise makes it longer.
        public var difference = 0.5
        /// Trust region at the start.
        public var radius = 30.0
        /// ℓ, over which distance the answers forget each other.
        public var scale = 60.0
        /// κ: the ridge on the distance from the start is κ k, so that more directions let a point go no farther.
        public var prior = 1e-7
        /// Ridge on a bias a class; nil for no bias.
        public var biasRidge: Double? = 0.01
        /// Further evaluations of the start, which measure the noise.
        public var repeats = 1
        /// Trial points of a step at most.
        public var tries = 3
        public var leastRadius = 1e-3
        /// The region after a step whose trials all failed is at least this.
        public var restartRadius = 0.45

        public init() {}
    }

    /// To what the answers are rounded.
    public enum Rounding: Sendable, Equatable {
        /// Logits to multiples of a step.
        case logits(Double)
        /// Probabilities to multiples of a step; answers are their logarithms.
        case probabilities(Double)
    }

    /// What a step showed.
    public struct Record: Sendable, Equatable {
        public var step: Int
        /// Penalised cross-entropy at the present point.
        public var loss: Double
        /// Actual fall of the last trial over the predicted one.
        public var ratio: Double
        public var radius: Double
        /// k
        public var rank: Int
        public var accepted: Bool
        /// Standard deviation of a logit's noise, rounding with it, as measured at the start.
        public var noise: Double
    }

    enum Phase: Sendable, Equatable {
        /// The start's logits are wanted.
        case start
        case directions
        case trial(Trial)
    }

    struct Trial: Sendable, Equatable {
        /// Along the directions, [k, blocks].
        var move: [Double]
        /// Where that leads, [blocks, n].
        var point: [Double]
        var bias: [Double]
        /// The loss that the model predicts, and each image's mean logit.
        var expected: Double
        var means: [Double]
        /// Trials that are left, this one with them.
        var left: Int
    }

    public let settings: Settings
    public let dimensions: Int
    let labels: [Int]
    let classes: Int
    /// 1, or C.
    let blocks: Int
    private let seed: UInt64
    /// Amplitudes of a direction's coordinates, [n].
    private let weights: [Double]
    let rounding: Rounding?
    /// Images, from the first on, whose logits are known as they are; of the others a constant is not, and matters.
    let whole: Int

    public internal(set) var step = 0
    /// ξ, block by block, [blocks, n].
    public internal(set) var point: [Double]
    /// b, [C]; zeros without a bias.
    public internal(set) var bias: [Double]
    /// Orthonormal directions, [k, n].
    var directions: [[Double]] = []
    /// All answers.
    var responses: ResponseModel
    /// Which of them is the point's.
    var present = 0
    var radius: Double
    var damping = 0.1
    /// σ
    var noise = 0.0
    /// Root mean square of the measured derivatives of centred logits, at least what one noise would make; 0 before any.
    var slope = 0.0
    var phase = Phase.start

    /// - Parameters:
    ///   - dimensions: n, at least 1; the search starts at zero.
    ///   - labels: the class of each image.
    ///   - blockPerClass: whether each class has coordinates of its own.
    ///   - weights: by how much each coordinate of a new direction is favoured, [n], above 0; nil for alike.
    ///   - whole: how many images, from the first on, are answered with their logits as they are; nil for all. Those of the others
    ///     may have a constant more, as log-probabilities have. It matters with a block a class alone.
    public init(
        _ settings: Settings, dimensions: Int, labels: [Int], classes: Int, blockPerClass: Bool = false,
        weights: [Double]? = nil, rounding: Rounding? = nil, whole: Int? = nil, seed: UInt64
    ) {
        precondition(
            dimensions >= 1 && !labels.isEmpty && classes >= 1, "\(dimensions) dimensions, \(classes) classes"
        )
        precondition(
            weights.map { $0.count == dimensions } ?? true, "\(weights?.count ?? 0) weights of \(dimensions)")
        self.settings = settings
        self.dimensions = dimensions
        self.labels = labels
        self.classes = classes
        self.seed = seed
        self.weights = weights ?? [Double](repeating: 1, count: dimensions)
        self.rounding = rounding
        blocks = blockPerClass ? classes : 1
        self.whole = blocks > 1 ? whole ?? labels.count : labels.count
        point = [Double](repeating: 0, count: blocks * dimensions)
        bias = [Double](repeating: 0, count: classes)
        responses = ResponseModel(
            images: labels.count, classes: classes, groups: blocks, scale: settings.scale)
        radius = settings.radius
    }

    /// Logits at the point as they were answered, [N, C]; empty before the first answer.
    public var logits: [Float] {
        responses.answers.isEmpty ? [] : RowArithmetic.transposed(responses.answers[present], rows: classes)
    }

    /// Radius of the trust region, damping, noise σ and slope s.
    package var region: [Double] { [radius, damping, noise, slope] }

    /// The trial that is asked: its bias, and the penalised cross-entropy that the model predicts there; nil in other rounds.
    package var trial: (bias: [Double], predicted: Double)? {
        guard case .trial(let trial) = phase else { return nil }
        return (trial.bias, trial.expected)
    }

    /// Most evaluations of the next step.
    public var evaluationsPerStep: Int {
        (phase == .start ? 1 + settings.repeats : 0) + settings.directions + settings.tries
    }

    /// The points [blocks, n] whose logits the next round needs; none where every dimension has been measured.
    public func ask() -> [[Double]] {
        switch phase {
        case .start: return [[Double]](repeating: point, count: 1 + settings.repeats)
        case .directions:
            let length = difference
            return newDirections().enumerated().map { index, direction in
                let lengths = signs(directions.count + index).map { $0 * length }
                return point.indices.map {
                    point[$0] + lengths[$0 / dimensions] * direction[$0 % dimensions]
                }
            }
        case .trial(let trial): return [trial.point]
        }
    }

    /// Learns the logits [N, C] of the points of `ask`; nil where the step has further rounds.
    ///
    /// - Throws: `ZerothOrderError.valueNotFinite`; nothing has changed then.
    public mutating func tell(_ answers: [[Float]]) throws -> Record? {
        if let bad = answers.lazy.flatMap({ $0 }).first(where: { !$0.isFinite }) {
            throw ZerothOrderError.valueNotFinite(generation: step + 1, value: Double(bad))
        }
        precondition(
            answers.allSatisfy { $0.count == labels.count * classes },
            "expected \(labels.count) × \(classes) logits")
        let told = answers.map { RowArithmetic.transposed($0, rows: labels.count) }
        let answers = settled(told)
        switch phase {
        case .start:
            for answer in answers { responses.add([], answer) }
            measureNoise(told)
            phase = .directions
            return nil
        case .directions:
            let length = difference
            var squares = 0.0
            for (direction, answer) in zip(newDirections(), answers) {
                let signs = signs(directions.count)
                directions.append(direction)
                var place = coordinates
                for block in 0..<blocks { place[place.count - blocks + block] += signs[block] * length }
                responses.add(place, answer)
                squares += meanSquare(zip(answer, responses.answers[present]).map { Double($0 - $1) })
            }
            if !answers.isEmpty {
                slope =
                    max(noise * noise, squares / Double(answers.count) - 2 * noise * noise).squareRoot()
                    / length
            }
            propose(left: settings.tries)
            return nil
        case .trial(let trial): return judge(answers[0], trial)
        }
    }

    /// Coordinates of the point along the directions, [k, blocks].
    var coordinates: [Double] {
        let known = responses.places.isEmpty ? [] : responses.places[present]
        return known + [Double](repeating: 0, count: directions.count * blocks - known.count)
    }

    /// Directions of the next step: normal numbers, orthogonal to all earlier ones and to each other.
    ///
    /// Direction i of the search is drawn from stream (seed, `gauss-newton`, i); none are left where n are measured.
    private func newDirections() -> [[Double]] {
        var drawn: [[Double]] = []
        let count = min(settings.directions, dimensions - directions.count)
        for index in 0..<max(0, count) {
            let stream = RandomStream(
                seed: seed, purpose: .gaussNewton, index: UInt64(directions.count + index))
            var direction = zip(stream.normals(dimensions), weights).map { Double($0) * $1 }
            // Twice is enough (Kahan).
            for _ in 0..<2 {
                for other in directions + drawn {
                    let share = RowArithmetic.dot(direction, other)
                    RowArithmetic.add(-share, other, from: 0, to: &direction, at: 0, count: dimensions)
                }
                let length = RowArithmetic.norm(direction)
                direction = direction.map { $0 / length }
            }
            drawn.append(direction)
        }
        return drawn
    }

    /// Which way each block goes in a direction's measurement, 1 or -1, [blocks]: as many back as forth, but for one.
    ///
    /// Direction i's are by the parity of a permutation from stream (seed, `gauss-newton.signs`, i).
    func signs(_ index: Int) -> [Double] {
        guard blocks > 1 else { return [1] }
        return RandomStream(seed: seed, purpose: .gaussNewtonSigns, index: UInt64(index))
            .permutation(blocks).map { $0 % 2 == 0 ? 1 : -1 }
    }
}

extension RandomPurpose {
    /// Directions of a Gauss–Newton search; the index counts them over the whole search, from 0.
    static let gaussNewton = RandomPurpose("gauss-newton")
    /// Which way classes go in the measurement of a direction; the index is the direction's.
    static let gaussNewtonSigns = RandomPurpose("gauss-newton.signs")
}
