import Tensors

/// Weights and rates of a CMA-ES, the defaults of Hansen's "The CMA Evolution Strategy: A Tutorial"
/// (arXiv 1604.00772, Table 1), for n dimensions and a population of λ.
package struct CMAParameters: Sendable, Equatable {
    /// n
    package let dimensions: Int
    /// λ, candidates of a generation.
    package let population: Int
    /// w, from the best candidate to the worst, [λ]: positive ones that sum to 1, then negative ones.
    package let weights: [Double]
    /// μ, how many weights are positive.
    package let parents: Int
    /// μ_eff = 1/Σw² of the positive weights.
    package let effectiveSelection: Double
    /// c_σ, how fast the path of the step size forgets.
    package let stepPathRate: Double
    /// d_σ, the damping of the step size.
    package let stepDamping: Double
    /// c_c, how fast the path of the covariance forgets.
    package let pathRate: Double
    /// c_1, how fast the covariance learns from its path.
    package let rankOneRate: Double
    /// c_μ, how fast the covariance learns from the candidates.
    package let rankMuRate: Double
    /// E‖N(0, I)‖ ≈ √n (1 − 1/4n + 1/21n²).
    package let expectedNorm: Double
    /// Generations for which the root of an n×n covariance serves: max(1, ⌊1/(10n(c_1 + c_μ))⌋).
    package let rootGenerations: Int

    /// λ = 4 + ⌊3 log n⌋.
    package static func defaultPopulation(dimensions: Int) -> Int {
        4 + Int(3 * Elementary.log(Double(dimensions)))
    }

    package init(dimensions: Int, population: Int) {
        precondition(dimensions >= 1, "expected at least one dimension; got \(dimensions)")
        precondition(population >= 2, "expected a population of at least 2; got \(population)")
        let n = Double(dimensions)
        let middle = Elementary.log((Double(population) + 1) / 2)
        let raw = (1...population).map { middle - Elementary.log(Double($0)) }
        let positive = raw.filter { $0 > 0 }
        let negative = raw.filter { $0 < 0 }
        func effective(_ weights: [Double]) -> Double {
            let sum = weights.reduce(0, +)
            return sum * sum / weights.reduce(0) { $0 + $1 * $1 }
        }
        let selection = effective(positive)
        let one = 2 / ((n + 1.3) * (n + 1.3) + selection)
        let many = min(
            1 - one, 2 * (0.25 + selection + 1 / selection - 2) / ((n + 2) * (n + 2) + selection))
        // The sum of the negative weights: no decay of C, a rate that respects their own μ_eff, and C positive
        // definite, in this order (equations 50 to 53).
        let negativeSum = min(
            1 + one / many, 1 + 2 * effective(negative) / (selection + 2), (1 - one - many) / (n * many))
        let positiveTotal = positive.reduce(0, +)
        let negativeTotal = -negative.reduce(0, +)
        self.dimensions = dimensions
        self.population = population
        weights = raw.map { $0 > 0 ? $0 / positiveTotal : $0 < 0 ? $0 * negativeSum / negativeTotal : 0 }
        parents = positive.count
        effectiveSelection = selection
        stepPathRate = (selection + 2) / (n + selection + 5)
        stepDamping =
            1 + 2 * max(0, ((selection - 1) / (n + 1)).squareRoot() - 1) + (selection + 2)
            / (n + selection + 5)
        pathRate = (4 + selection / n) / (n + 4 + 2 * selection / n)
        rankOneRate = one
        rankMuRate = many
        expectedNorm = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        rootGenerations = Int(max(1, min(1e6, 1 / (10 * n * (one + many)))))
    }
}
