/// How the covariance of a search distribution is kept.
package enum CovarianceForm: Int, Sendable, CaseIterable {
    /// C and its symmetric root as n×n matrices; O(n²) memory, O(n³) time every few generations.
    case dense = 0
    /// A root of C as a product of the roots that the generations contributed; O(nλ) memory and time a generation.
    case product = 1

    /// Dense up to 512 dimensions.
    package static func standard(dimensions: Int) -> CovarianceForm {
        dimensions <= 512 ? .dense : .product
    }
}

/// What the covariance learns from one generation.
package struct CovarianceLesson: Sendable {
    /// z of the candidates, from the best to the worst, [λ, n].
    package let samples: [[Double]]
    /// ⟨z⟩, the weighted mean of the parents' samples, [n].
    package let meanSample: [Double]
    /// h_σ: false while the path of the step size is long, so that the path of the covariance waits.
    package let pathMoves: Bool
    /// The generation that is told, from 0.
    package let generation: Int
    package let parameters: CMAParameters

    package init(
        samples: [[Double]], meanSample: [Double], pathMoves: Bool, generation: Int,
        parameters: CMAParameters
    ) {
        self.samples = samples
        self.meanSample = meanSample
        self.pathMoves = pathMoves
        self.generation = generation
        self.parameters = parameters
    }

    /// 1 + c_1 δ(h_σ) − c_1 − c_μ Σw, what remains of C.
    var decay: Double {
        let rate = parameters.pathRate
        let waiting = pathMoves ? 0 : rate * (2 - rate)
        return 1 + parameters.rankOneRate * (waiting - 1)
            - parameters.rankMuRate * parameters.weights.reduce(0, +)
    }

    /// c_μ w°, the weight of each sample's y yᵀ, [λ]: w° = w, or w n/‖C^{−1/2} y‖² = w n/‖z‖² where w < 0.
    var rankMuWeights: [Double] {
        zip(parameters.weights, samples).map { weight, z in
            guard weight < 0 else { return parameters.rankMuRate * weight }
            return parameters.rankMuRate * weight * Double(z.count) / RowArithmetic.dot(z, z)
        }
    }

    /// p ← (1 − c_c) p + h_σ √(c_c (2 − c_c) μ_eff) ⟨·⟩.
    func move(_ path: inout [Double], by mean: [Double]) {
        let rate = parameters.pathRate
        let factor = pathMoves ? (rate * (2 - rate) * parameters.effectiveSelection).squareRoot() : 0
        for i in path.indices { path[i] = (1 - rate) * path[i] + factor * mean[i] }
    }
}

/// C through a root A, C = A Aᵀ, with the path p_c that it learns from.
package protocol SearchCovariance: Sendable {
    /// y = A z of several z at once.
    func transformed(_ samples: [[Double]]) -> [[Double]]

    /// C ← decay · C + c_1 p_c p_cᵀ + c_μ Σ w°_i y_i y_iᵀ.
    ///
    /// - Throws: `ZerothOrderError` where C is no longer positive definite.
    mutating func learn(_ lesson: CovarianceLesson) throws
}
