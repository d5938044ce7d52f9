/// Two-sided simultaneous perturbation stochastic approximation (SPSA), averaged over K directions, with clipping and
/// optional momentum (SPSA-GC).
///
/// Letters: δ parameters, K directions. Sums run in index order in double precision and are rounded once, so a run gives
/// the same bits everywhere.
public struct SimultaneousPerturbation: Sendable, Equatable {
    /// K, directions averaged in one estimate; each costs two evaluations.
    public var directions: Int
    public var perturbation: Perturbation
    public var schedule: GainSchedule
    public var clipping: Clipping
    /// β of SPSA-GC: m ← βm + ĝ, update with ĝ + βm. Nil: plain SPSA.
    public var momentum: Double?
    public var seed: UInt64

    public init(
        directions: Int = 5, perturbation: Perturbation = .segmented, schedule: GainSchedule = .init(),
        clipping: Clipping = .intrinsicDimension, momentum: Double? = nil, seed: UInt64 = 1
    ) {
        precondition(directions >= 1, "expected at least one direction, got \(directions)")
        self.directions = directions
        self.perturbation = perturbation
        self.schedule = schedule
        self.clipping = clipping
        self.momentum = momentum
        self.seed = seed
    }

    /// Evaluations that one step costs.
    public var evaluationsPerStep: Int { 2 * directions }

    /// What an optimizer carries from step to step.
    public struct State: Sendable, Equatable {
        /// w, the parameters, [δ].
        public var parameters: [Float]
        /// Steps taken.
        public var step = 0
        /// m of SPSA-GC, [δ]; empty without momentum or before the first step.
        public var velocity: [Float] = []

        public init(parameters: [Float]) {
            self.parameters = parameters
        }
    }

    /// Everything one step did, enough to recompute it.
    public struct Record: Sendable, Equatable {
        /// k, from 1.
        public var step: Int
        /// a_k
        public var stepSize: Float
        /// c_k
        public var perturbationSize: Float
        /// z, [K, δ]
        public var directions: [[Float]]
        /// ℓ(w + c_k z), [K]
        public var lossPlus: [Float]
        /// ℓ(w − c_k z), [K]
        public var lossMinus: [Float]
        /// ĝ, averaged, before clipping, [δ]
        public var gradient: [Float]
        /// ‖ĝ‖₂ before clipping.
        public var gradientNorm: Double
        public var clipped: Bool

        /// Mean of the 2K losses.
        public var meanLoss: Double {
            let sum = zip(lossPlus, lossMinus).reduce(0.0) { $0 + Double($1.0) + Double($1.1) }
            return sum / Double(2 * lossPlus.count)
        }
    }

    /// The 2K parameter vectors whose losses the next step needs, in the order +z₁, −z₁, +z₂, −z₂, ….
    ///
    /// - Throws: `ZerothOrderError.gainOutOfRange`.
    public func ask(_ state: State) throws -> [[Float]] {
        let (_, size) = try gains(step: state.step + 1)
        return drawn(state).flatMap { direction in
            [
                Self.moved(state.parameters, along: direction, by: size),
                Self.moved(state.parameters, along: direction, by: -size),
            ]
        }
    }

    /// Takes the step.
    ///
    /// - Parameter losses: those of the vectors that `ask` gives, in order.
    /// - Throws: `ZerothOrderError`; the state is then as before.
    @discardableResult
    public func tell(_ state: inout State, _ losses: [Float]) throws -> Record {
        let step = state.step + 1
        let (stepSize, size) = try gains(step: step)
        precondition(
            losses.count == 2 * directions, "\(losses.count) losses for \(2 * directions) candidates")
        if let bad = losses.first(where: { !$0.isFinite }) {
            throw ZerothOrderError.lossNotFinite(step: step, loss: bad)
        }
        let drawn = drawn(state)
        let plus = (0..<directions).map { losses[2 * $0] }
        let minus = (0..<directions).map { losses[2 * $0 + 1] }
        let gradient = Self.gradient(drawn, plus: plus, minus: minus, size: size)
        let norm = Self.norm(gradient)
        var update = gradient
        let clipped = clipping.apply(to: &update, norm: norm)
        var next = state
        next.step = step
        if let momentum { Self.accelerate(&update, velocity: &next.velocity, momentum: momentum) }
        next.parameters = Self.moved(state.parameters, along: update, by: -stepSize)
        guard next.parameters.allSatisfy(\.isFinite) else {
            throw ZerothOrderError.parametersNotFinite(step: step)
        }
        state = next
        return Record(
            step: step, stepSize: stepSize, perturbationSize: size, directions: drawn, lossPlus: plus,
            lossMinus: minus, gradient: gradient, gradientNorm: norm, clipped: clipped)
    }

    /// a_k and c_k.
    private func gains(step: Int) throws -> (stepSize: Float, perturbationSize: Float) {
        let size = schedule.perturbationSize(at: step)
        let stepSize = schedule.stepSize(at: step)
        guard size > 0, size.isFinite, stepSize.isFinite else {
            throw ZerothOrderError.gainOutOfRange(step: step, stepSize: stepSize, perturbationSize: size)
        }
        return (stepSize, size)
    }

    /// z of the next step, [K, δ].
    private func drawn(_ state: State) -> [[Float]] {
        (0..<directions).map { index in
            perturbation.direction(
                seed: seed, index: UInt64(state.step * directions + index), count: state.parameters.count)
        }
    }

    /// w + s·z, each component rounded after the product and after the sum.
    package static func moved(_ parameters: [Float], along direction: [Float], by size: Float) -> [Float] {
        zip(parameters, direction).map { $0 + size * $1 }
    }

    /// ĝ_j = (1/K) Σ_i (ℓ⁺_i − ℓ⁻_i) / (2 c_k z_ij).
    package static func gradient(_ directions: [[Float]], plus: [Float], minus: [Float], size: Float)
        -> [Float]
    {
        let differences = zip(plus, minus).map { (Double($0) - Double($1)) / (2 * Double(size)) }
        return (0..<(directions.first?.count ?? 0)).map { component in
            var sum = 0.0
            for (index, direction) in directions.enumerated() {
                sum += differences[index] / Double(direction[component])
            }
            return Float(sum / Double(directions.count))
        }
    }

    /// Euclidean length, summed in index order.
    package static func norm(_ values: [Float]) -> Double {
        values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    private static func accelerate(_ update: inout [Float], velocity: inout [Float], momentum: Double) {
        if velocity.isEmpty { velocity = [Float](repeating: 0, count: update.count) }
        for index in update.indices {
            velocity[index] = Float(momentum * Double(velocity[index]) + Double(update[index]))
            update[index] = Float(Double(update[index]) + momentum * Double(velocity[index]))
        }
    }
}
