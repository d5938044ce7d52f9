/// C = A Aᵀ through A = M₁^{1/2} M₂^{1/2} ⋯, one factor a generation; no n×n matrix is formed.
///
/// In the samples' own space, where y = A z and p_c = A q, the update of a generation reads
/// C ← A M Aᵀ with M = decay · I + c_1 q qᵀ + c_μ Σ w°_i z_i z_iᵀ, so that A ← A M^{1/2} and q ← M^{−1/2} q. This is
/// the update of C without any delay; products with the factors are in single precision.
///
/// A is not the symmetric root but turned against it, ever more slowly than C changes. Whatever lives in the samples'
/// space, such as the path of the step size, turns with it, as in the MA-ES (Beyer and Sendhoff, "Simplify Your
/// Covariance Matrix Adaptation Evolution Strategy", 2017).
package struct ProductCovariance: SearchCovariance {
    let dimensions: Int
    private var factors: [LowRankRoot] = []
    /// q = A⁻¹ p_c, [n].
    package private(set) var path: [Double]

    package init(dimensions: Int) {
        self.dimensions = dimensions
        path = [Double](repeating: 0, count: dimensions)
    }

    package mutating func learn(_ lesson: CovarianceLesson) throws {
        lesson.move(&path, by: lesson.meanSample)
        let weighted = zip(lesson.samples, lesson.rankMuWeights).filter { $0.1 != 0 }
        guard
            let factor = LowRankRoot(
                base: lesson.decay, vectors: [path] + weighted.map(\.0),
                weights: [lesson.parameters.rankOneRate] + weighted.map(\.1))
        else { throw ZerothOrderError.covarianceNotPositive(generation: lesson.generation + 1) }
        path = factor.inverse(path)
        factors.append(factor)
    }

    package func transformed(_ samples: [[Double]]) -> [[Double]] {
        LowRankRoot.apply(factors, to: samples)
    }
}
