import Tensors

/// C = A Aᵀ through A = M₁^{1/2} M₂^{1/2} ⋯, one factor a generation; no n×n matrix is formed.
///
/// In the samples' own space, where y = A z and p_c = A q, the update of a generation reads
/// C ← A M Aᵀ with M = decay · I + c_1 q qᵀ + c_μ Σ w°_i z_i z_iᵀ, so that A ← A M^{1/2} and q ← M^{−1/2} q. This is
/// the update of C without any delay; products with the factors are in single precision.
package struct ProductCovariance: SearchCovariance {
    let dimensions: Int
    private var factors: [LowRankRoot] = []
    /// The product of the factors' √β.
    private var scale = 1.0
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
        scale *= factor.scale
        factors.append(factor)
    }

    package func transformed(_ samples: [[Double]]) -> [[Double]] {
        let n = dimensions
        var values = samples.flatMap { $0.map { Float($0) } }
        var scratch = [Float](repeating: 0, count: values.count)
        // Threads take samples: one chain of products each, so no bit depends on their number.
        let parts = max(1, min(Parallel.threads, samples.count))
        unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe scratch.withUnsafeMutableBufferPointer { scratch in
                guard let first = values.baseAddress, let room = scratch.baseAddress else { return }
                // Parts touch disjoint rows of buffers that outlive the loop.
                nonisolated(unsafe) let start = unsafe first
                nonisolated(unsafe) let spare = unsafe room
                Parallel.forEach(parts) { part in
                    let row = samples.count * part / parts
                    let rows = samples.count * (part + 1) / parts - row
                    for factor in factors.reversed() {
                        unsafe factor.applyUnscaled(to: start + row * n, rows: rows, scratch: spare + row * n)
                    }
                }
            }
        }
        return samples.indices.map { sample in
            values[sample * n..<(sample + 1) * n].map { scale * Double($0) }
        }
    }
}
