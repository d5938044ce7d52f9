public import Tensors

/// Derivative-free Gauss–Newton for residuals that are logits: directional differences make a linear model of all logits,
/// whose penalised cross-entropy is minimised inside a trust region.
///
/// Letters: N images, C classes, n dimensions, k measured directions. Derivative-free Gauss–Newton in growing random
/// subspaces (Cartis and Roberts 2019; Cartis, Ferguson and Roberts 2022) with Broyden's update, applied to the
/// cross-entropy of classes. A step has rounds: new directions are measured, then a trial point is asked, again with a
/// smaller region where it is no better. A value: asking changes nothing.
///
/// With a block a class (CoOp's class-specific contexts) a point has n coordinates for each class, and class c's logits
/// depend on block c alone. So one evaluation with the same direction in every block measures all blocks' derivatives.
public struct GaussNewton: Sendable {
    /// What decides a search; the values are those that were tried most.
    public struct Settings: Sendable, Equatable {
        /// Directions measured in a step.
        public var directions = 2
        /// Length of a directional difference.
        public var difference = 2.0
        /// Trust region at the start.
        public var radius = 15.0
        /// Ridge on the distance from the start.
        public var prior = 1e-4
        /// Ridge on a bias a class; nil for no bias.
        public var biasRidge: Double? = 0.01
        /// Trial points of a step at most.
        public var tries = 3
        public var leastRadius = 1e-3
        /// The region after a step whose trials all failed is at least this.
        public var restartRadius = 0.45

        public init() {}
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
    }

    private enum Phase: Sendable, Equatable {
        /// The start's logits are wanted.
        case start
        case directions
        /// A trial: its move along the directions, its bias, the loss that the model predicts, and trials left.
        case trial(move: [Double], bias: [Double], expected: Double, left: Int)
    }

    public let settings: Settings
    public let dimensions: Int
    private let labels: [Int]
    private let classes: Int
    /// 1, or C.
    private let blocks: Int
    private let seed: UInt64

    public private(set) var step = 0
    /// ξ, block by block, [blocks, n].
    public private(set) var point: [Double]
    /// b, [C]; zeros without a bias.
    public private(set) var bias: [Double]
    /// Logits at the point, [N, C].
    public private(set) var logits: [Double] = []
    /// Orthonormal directions, [k, n].
    private var directions: [[Double]] = []
    /// Coordinates of the blocks along them, direction by direction, [k, blocks].
    private var coordinates: [Double] = []
    /// Derivatives of the logits along them, all blocks moved alike, [k] of [N, C].
    private var jacobian: [[Double]] = []
    private var radius: Double
    private var damping = 0.1
    private var phase = Phase.start

    /// - Parameters:
    ///   - dimensions: n, at least 1; the search starts at zero.
    ///   - labels: the class of each image.
    ///   - blockPerClass: whether each class has coordinates of its own.
    public init(
        _ settings: Settings, dimensions: Int, labels: [Int], classes: Int, blockPerClass: Bool = false,
        seed: UInt64
    ) {
        precondition(
            dimensions >= 1 && !labels.isEmpty && classes >= 1, "\(dimensions) dimensions, \(classes) classes"
        )
        self.settings = settings
        self.dimensions = dimensions
        self.labels = labels
        self.classes = classes
        self.seed = seed
        blocks = blockPerClass ? classes : 1
        point = [Double](repeating: 0, count: blocks * dimensions)
        bias = [Double](repeating: 0, count: classes)
        radius = settings.radius
    }

    /// Most evaluations of the next step.
    public var evaluationsPerStep: Int {
        (phase == .start ? 1 : 0) + settings.directions + settings.tries
    }

    /// The points [blocks, n] whose logits the next round needs; none where every dimension has been measured.
    public func ask() -> [[Double]] {
        switch phase {
        case .start: return [point]
        case .directions:
            return newDirections().map { direction in
                point.indices.map { point[$0] + settings.difference * direction[$0 % dimensions] }
            }
        case .trial(let move, _, _, _): return [moved(by: move)]
        }
    }

    /// Learns the logits [N, C] of the points of `ask`; nil where the step has further rounds.
    ///
    /// - Throws: `ZerothOrderError.valueNotFinite`; nothing has changed then.
    public mutating func tell(_ answers: [[Double]]) throws -> Record? {
        if let bad = answers.lazy.flatMap({ $0 }).first(where: { !$0.isFinite }) {
            throw ZerothOrderError.valueNotFinite(generation: step + 1, value: bad)
        }
        precondition(
            answers.allSatisfy { $0.count == labels.count * classes },
            "expected \(labels.count) × \(classes) logits")
        switch phase {
        case .start:
            logits = answers[0]
            phase = .directions
            return nil
        case .directions:
            for (direction, answer) in zip(newDirections(), answers) {
                directions.append(direction)
                coordinates += [Double](repeating: 0, count: blocks)
                jacobian.append(zip(answer, logits).map { ($0 - $1) / settings.difference })
            }
            propose(left: settings.tries)
            return nil
        case .trial(let move, let newBias, let expected, let left):
            return judge(answers[0], move, newBias, expected: expected, left: left)
        }
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
            var direction = stream.normals(dimensions).map { Double($0) }
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

    private func moved(by move: [Double]) -> [Double] {
        var next = point
        for (index, direction) in directions.enumerated() {
            for block in 0..<blocks {
                RowArithmetic.add(
                    move[index * blocks + block], direction, from: 0, to: &next, at: block * dimensions,
                    count: dimensions)
            }
        }
        return next
    }

    /// Penalised cross-entropy of logits under a bias at some coordinates.
    private func loss(_ logits: [Double], _ bias: [Double], _ coordinates: [Double]) -> Double {
        let shifted = logits.indices.map { logits[$0] + bias[$0 % classes] }
        let ridge = settings.biasRidge ?? 0
        return SoftmaxModel.loss(shifted, labels: labels, classes: classes)
            + settings.prior / 2 * RowArithmetic.dot(coordinates, coordinates)
            + ridge / 2 * RowArithmetic.dot(bias, bias)
    }

    /// Minimises the model inside the region and makes the minimum the trial.
    private mutating func propose(left: Int) {
        let count = coordinates.count
        var columns =
            blocks == 1
            ? jacobian
            : jacobian.flatMap { column in
                (0..<blocks).map { block in
                    column.indices.map { $0 % classes == block ? column[$0] : 0 }
                }
            }
        if settings.biasRidge != nil {
            columns += (0..<classes).map { label in
                (0..<logits.count).map { $0 % classes == label ? 1 : 0 }
            }
        }
        let model = SoftmaxModel(
            base: logits.indices.map { logits[$0] + bias[$0 % classes] }, columns: columns, labels: labels,
            classes: classes)
        func solve(_ damping: Double, from start: [Double]?) -> SoftmaxModel.Solution {
            let weight = settings.prior + damping
            var ridges = [Double](repeating: weight, count: count)
            var centres = coordinates.map { -settings.prior * $0 / weight }
            if let ridge = settings.biasRidge {
                ridges += [Double](repeating: ridge, count: classes)
                centres += bias.map { -$0 }
            }
            return model.minimum(ridges: ridges, centres: centres, from: start, steps: 6, tolerance: 3e-4)
        }
        func size(_ solution: SoftmaxModel.Solution) -> Double {
            RowArithmetic.norm(Array(solution.point[..<count]))
        }
        var solution = solve(damping, from: nil)
        var length = size(solution)
        // The damping under which the step is about as long as the region is wide.
        for _ in 0..<8 {
            let power = Elementary.pow(length / radius, 1.3)
            if length > 1.15 * radius {
                damping = max(damping, 1e-4) * max(1.5, min(10, power))
            } else if length < 0.7 * radius, damping > 1e-4 {
                damping *= max(0.1, min(0.7, power))
            } else {
                break
            }
            solution = solve(damping, from: solution.point)
            length = size(solution)
        }
        let move = Array(solution.point[..<count])
        let newBias = settings.biasRidge == nil ? bias : zip(bias, solution.point[count...]).map { $0 + $1 }
        let expected = loss(
            zip(solution.logits.indices, solution.logits).map { $1 - newBias[$0 % classes] }, newBias,
            zip(coordinates, move).map { $0 + $1 })
        phase = .trial(move: move, bias: newBias, expected: expected, left: left)
    }

    /// Takes the trial or not, corrects the model and the region.
    private mutating func judge(
        _ answer: [Double], _ move: [Double], _ newBias: [Double], expected: Double, left: Int
    ) -> Record? {
        let now = loss(logits, bias, coordinates)
        let newCoordinates = zip(coordinates, move).map { $0 + $1 }
        let then = loss(answer, newBias, newCoordinates)
        let ratio = (now - then) / max(now - expected, 1e-9)
        let length = RowArithmetic.norm(move)
        correct(answer, move)
        if ratio < 0.25 {
            radius = max(0.5 * min(length, radius), settings.leastRadius)
        } else if ratio > 0.6, length > 0.6 * radius {
            radius *= 2
        }
        let accepted = then < now
        if accepted {
            point = moved(by: move)
            (logits, bias, coordinates) = (answer, newBias, newCoordinates)
        } else if left > 1 {
            propose(left: left - 1)
            return nil
        } else {
            radius = max(radius, settings.restartRadius)
        }
        phase = .directions
        step += 1
        return Record(
            step: step, loss: min(now, then), ratio: ratio, radius: radius, rank: directions.count,
            accepted: accepted)
    }
}

extension GaussNewton {
    /// Broyden's update: the model of each block is made to explain what a trial showed.
    private mutating func correct(_ answer: [Double], _ move: [Double]) {
        /// The coordinate of a direction that moves logit `at`.
        func place(_ index: Int, _ at: Int) -> Int { blocks == 1 ? index : index * blocks + at % classes }
        var squares = [Double](repeating: 1e-12, count: blocks)
        for (index, share) in move.enumerated() { squares[index % blocks] += share * share }
        var rest = zip(answer, logits).map { $0 - $1 }
        for (index, column) in jacobian.enumerated() {
            for at in rest.indices { rest[at] -= move[place(index, at)] * column[at] }
        }
        for at in rest.indices { rest[at] /= squares[blocks == 1 ? 0 : at % classes] }
        for index in jacobian.indices {
            for at in rest.indices { jacobian[index][at] += move[place(index, at)] * rest[at] }
        }
    }

    /// Everything that a search carries between two steps, by name; `restore` goes on from it bit for bit.
    public var state: [NamedTensor] {
        [
            NamedTensor("point", point), NamedTensor("bias", bias), NamedTensor("logits", logits),
            NamedTensor("coordinates", coordinates),
            NamedTensor("jacobian", jacobian.flatMap { $0 }),
            NamedTensor("directions", directions.flatMap { $0 }),
            NamedTensor("region", [radius, damping, Double(step)]),
        ]
    }

    /// Goes on from the state of a search of the same settings between two steps; false where it does not fit.
    public mutating func restore(_ state: [NamedTensor]) -> Bool {
        func values(_ name: String) -> [Double]? {
            guard case .doubles(let values)? = state.first(where: { $0.name == name })?.values,
                values.allSatisfy(\.isFinite)
            else { return nil }
            return values
        }
        guard let point = values("point"), point.count == blocks * dimensions, let bias = values("bias"),
            bias.count == classes, let logits = values("logits"), let coordinates = values("coordinates"),
            let jacobian = values("jacobian"), let directions = values("directions"),
            let region = values("region"),
            region.count == 3, region[0] > 0, region[1] >= 0, region[2] >= 0, region[2] < 0x1p52,
            logits.isEmpty == (region[2] == 0), logits.isEmpty || logits.count == labels.count * classes,
            coordinates.count % blocks == 0,
            directions.count == coordinates.count / blocks * dimensions,
            jacobian.count == coordinates.count / blocks * labels.count * classes
        else { return false }
        func rows(_ values: [Double], _ size: Int) -> [[Double]] {
            (0..<(coordinates.count / blocks)).map { Array(values[($0 * size)..<(($0 + 1) * size)]) }
        }
        (self.point, self.bias, self.logits, self.coordinates) = (point, bias, logits, coordinates)
        self.jacobian = rows(jacobian, labels.count * classes)
        self.directions = rows(directions, dimensions)
        (radius, damping, step) = (region[0], region[1], Int(region[2]))
        phase = logits.isEmpty ? .start : .directions
        return true
    }
}

extension RandomPurpose {
    /// Directions of a Gauss–Newton search; the index counts them over the whole search, from 0.
    static let gaussNewton = RandomPurpose("gauss-newton")
}
