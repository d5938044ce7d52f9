import Tensors

/// The CMA-ES of Hansen's "The CMA Evolution Strategy: A Tutorial" (arXiv 1604.00772) with its default parameters:
/// weighted recombination, cumulative step-size adaptation and an active update of the covariance; no restarts and
/// no bounds.
///
/// A search goes round `ask` and `tell`. Smaller values are better, and only their order counts. A search gives the
/// same bits everywhere and on any number of threads: samples depend on the seed and their place alone, sums run in
/// one order.
public struct CMAEvolutionStrategy: Sendable {
    /// m, the mean of the search distribution, [n].
    public internal(set) var mean: [Double]
    /// σ
    public internal(set) var stepSize: Double
    /// Generations told.
    public internal(set) var generation = 0
    public let seed: UInt64

    package let parameters: CMAParameters
    package internal(set) var form: CovarianceForm
    package internal(set) var covariance: any SearchCovariance
    /// p_σ, the path of the step size in the samples' space, [n].
    var stepPath: [Double]
    /// z of the present generation's candidates, [λ, n].
    private var samples: [[Double]] = []
    /// What the search began with.
    let initialStepSize: Double
    /// The candidates' places from the best to the worst, generation by generation, [generations, λ]; kept for the
    /// product form only, which is restored from it.
    var rankings: [Int32] = []

    /// n
    public var dimensions: Int { parameters.dimensions }
    /// λ, candidates of a generation.
    public var population: Int { parameters.population }

    /// Begins a search.
    ///
    /// Beyond 512 dimensions the covariance is kept as a product of O(nλ) numbers a generation.
    ///
    /// - Parameters:
    ///   - mean: m, at least one finite number.
    ///   - stepSize: σ, a finite number above 0; the minimum is expected within some 3σ of the mean.
    ///   - population: λ, 2 or more; nil: 4 + ⌊3 log n⌋.
    public init(mean: [Double], stepSize: Double, population: Int? = nil, seed: UInt64) {
        self.init(mean: mean, stepSize: stepSize, population: population, seed: seed, form: nil)
    }

    /// Begins a search with the covariance kept in a form of choice.
    package init(
        mean: [Double], stepSize: Double, population: Int? = nil, seed: UInt64, form: CovarianceForm?
    ) {
        precondition(
            !mean.isEmpty && mean.allSatisfy(\.isFinite),
            "expected a mean of at least one finite number and no other; got \(mean.count) numbers")
        precondition(
            stepSize > 0 && stepSize.isFinite, "expected a finite step size above 0; got \(stepSize)")
        let n = mean.count
        self.mean = mean
        self.stepSize = stepSize
        self.seed = seed
        initialStepSize = stepSize
        parameters = CMAParameters(
            dimensions: n, population: population ?? CMAParameters.defaultPopulation(dimensions: n))
        stepPath = [Double](repeating: 0, count: n)
        self.form = form ?? .standard(dimensions: n)
        switch self.form {
        case .dense: covariance = DenseCovariance(dimensions: n)
        case .product: covariance = ProductCovariance(dimensions: n)
        }
        drawSamples()
    }

    /// The candidates of the present generation, m + σ A z, [λ, n]; they change with `tell` only.
    public func ask() -> [[Double]] {
        covariance.transformed(samples).map { step in
            zip(mean, step).map { $0 + stepSize * $1 }
        }
    }

    /// Learns the values of the candidates of `ask`, in their order; equal values rank by place.
    ///
    /// - Throws: `ZerothOrderError` for a value that is not finite, and where the search leaves the range of numbers;
    ///   nothing has changed then.
    public mutating func tell(_ values: [Double]) throws {
        precondition(values.count == population, "expected \(population) values; got \(values.count)")
        if let bad = values.first(where: { !$0.isFinite }) {
            throw ZerothOrderError.valueNotFinite(generation: generation + 1, value: bad)
        }
        let ranking = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        let parents = weightedMean(ranking)
        var next = self
        let step = covariance.transformed([parents])[0]
        for i in next.mean.indices { next.mean[i] += stepSize * step[i] }
        guard next.mean.allSatisfy(\.isFinite) else {
            throw ZerothOrderError.meanNotFinite(generation: generation + 1)
        }
        try next.adapt(ranking)
        self = next
    }

    /// Adapts everything but the mean to the candidates' order.
    mutating func adapt(_ ranking: [Int]) throws {
        let parents = weightedMean(ranking)
        // p_σ ← (1 − c_σ) p_σ + √(c_σ (2 − c_σ) μ_eff) A⁻¹⟨y⟩
        let rate = parameters.stepPathRate
        let factor = (rate * (2 - rate) * parameters.effectiveSelection).squareRoot()
        for i in stepPath.indices { stepPath[i] = (1 - rate) * stepPath[i] + factor * parents[i] }
        let length = RowArithmetic.norm(stepPath) / parameters.expectedNorm
        let started = (1 - Elementary.pow(1 - rate, Double(2 * (generation + 1)))).squareRoot()
        let lesson = CovarianceLesson(
            samples: ranking.map { samples[$0] }, meanSample: parents,
            pathMoves: length / started < 1.4 + 2 / (Double(dimensions) + 1), generation: generation,
            parameters: parameters)
        try covariance.learn(lesson)
        stepSize *= Elementary.exp(rate / parameters.stepDamping * (length - 1))
        guard stepSize > 0, stepSize.isFinite else {
            throw ZerothOrderError.stepSizeOutOfRange(generation: generation + 1, stepSize: stepSize)
        }
        if form == .product { rankings += ranking.map(Int32.init) }
        generation += 1
        drawSamples()
    }

    /// Draws z of the present generation's candidates.
    mutating func drawSamples() {
        samples = (0..<population).map { place in
            RandomStream(
                seed: seed, purpose: .evolutionStrategy, index: UInt64(generation * population + place)
            ).normals(dimensions).map(Double.init)
        }
    }

    /// Σ w_i z_i over the parents, the best candidates first.
    private func weightedMean(_ ranking: [Int]) -> [Double] {
        var sum = [Double](repeating: 0, count: dimensions)
        for (weight, place) in zip(parameters.weights, ranking).prefix(parameters.parents) {
            RowArithmetic.add(weight, samples[place], from: 0, to: &sum, at: 0, count: dimensions)
        }
        return sum
    }
}

extension RandomPurpose {
    /// Samples of an evolution strategy; the index counts candidates over the whole search, from 0.
    static let evolutionStrategy = RandomPurpose("cma-es")
}
