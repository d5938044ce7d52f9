import Tensors

/// The symmetric root of M = βI + Σ_j ω_j v_j v_jᵀ, with k vectors of n elements where k may be far below n.
///
/// The root is √β (I + W diag(s) Wᵀ), W's r ≤ k columns orthonormal, found from the k×k Gram matrix G = VᵀV alone:
/// with G = UΓUᵀ the columns of F = V U Γ^{−1/2} are orthonormal, M = βI + F N Fᵀ with
/// N = Γ^{1/2} Uᵀ diag(ω) U Γ^{1/2}, and with N = PΛPᵀ it is W = F P and s = √(1 + Λ/β) − 1. Costs O(nk²).
package struct LowRankRoot: Sendable {
    /// √β
    private let scale: Double
    /// s, [r].
    private let gains: [Float]
    /// s of M^{−1/2} = (I + W diag(s) Wᵀ)/√β, [r].
    private let inverseGains: [Double]
    /// W as a layer from n to r values.
    private let inward: PackedWeights
    /// Wᵀ as a layer from r to n values.
    private let outward: PackedWeights

    /// Returns nil where M is not positive definite.
    package init?(base: Double, vectors: [[Double]], weights: [Double]) {
        let n = vectors.first?.count ?? 0
        let k = vectors.count
        var gram = [Double](repeating: 0, count: k * k)
        for i in 0..<k {
            for j in i..<k {
                gram[i * k + j] = RowArithmetic.dot(vectors[i], vectors[j])
                gram[j * k + i] = gram[i * k + j]
            }
        }
        guard base > 0, let outer = SymmetricEigendecomposition(gram, count: k) else { return nil }
        // Directions that are sums of the others but for rounding: what they add to M is below rounding too.
        let kept = Array((0..<k).filter { outer.values[$0] > 1e-12 * (outer.values.last ?? 0) }.suffix(n))
        let r = kept.count
        let lengths = kept.map { outer.values[$0].squareRoot() }
        var inner = [Double](repeating: 0, count: r * r)
        for a in 0..<r {
            for b in a..<r {
                var sum = 0.0
                for j in 0..<k {
                    sum += outer.vectors[kept[a] * k + j] * weights[j] * outer.vectors[kept[b] * k + j]
                }
                inner[a * r + b] = lengths[a] * lengths[b] * sum
                inner[b * r + a] = inner[a * r + b]
            }
        }
        guard let eigen = SymmetricEigendecomposition(inner, count: r),
            eigen.values.allSatisfy({ base + $0 > 0 })
        else { return nil }
        scale = base.squareRoot()
        // √(1 + x) − 1 without cancellation.
        let exact = eigen.values.map { $0 / base / ((1 + $0 / base).squareRoot() + 1) }
        gains = exact.map(Float.init)
        inverseGains = exact.map { -$0 / (1 + $0) }
        var rows: [Float] = []
        rows.reserveCapacity(r * n)
        for c in 0..<r {
            var column = [Double](repeating: 0, count: n)
            for j in 0..<k {
                var factor = 0.0
                for a in 0..<r {
                    factor += outer.vectors[kept[a] * k + j] / lengths[a] * eigen.vectors[c * r + a]
                }
                RowArithmetic.add(factor, vectors[j], from: 0, to: &column, at: 0, count: n)
            }
            rows += column.lazy.map { Float($0) }
        }
        var columns = [Float](repeating: 0, count: r * n)
        for c in 0..<r {
            for i in 0..<n { columns[i * r + c] = rows[c * n + i] }
        }
        inward = PackedWeights(rows, outputs: r, inputs: n)
        outward = PackedWeights(columns, outputs: n, inputs: r)
    }

    /// M^{−1/2} q.
    package func inverse(_ q: [Double]) -> [Double] {
        let n = inward.inputs
        let parts = inward.apply(Matrix(rows: 1, columns: n, values: q.map { Float($0) })).values
        let scaled = zip(parts, inverseGains).map { Float(Double($0) * $1) }
        let moved = outward.apply(Matrix(rows: 1, columns: scaled.count, values: scaled)).values
        return zip(q, moved).map { ($0 + Double($1)) / scale }
    }

    /// The product of several roots times each sample, [samples, n]; the last root comes first.
    package static func apply(_ factors: [LowRankRoot], to samples: [[Double]]) -> [[Double]] {
        let n = samples.first?.count ?? 0
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
                        unsafe factor.multiply(start + row * n, rows: rows, scratch: spare + row * n)
                    }
                }
            }
        }
        let scale = factors.reduce(1) { $0 * $1.scale }
        return samples.indices.map { sample in
            values[sample * n..<(sample + 1) * n].map { scale * Double($0) }
        }
    }

    /// z ← (I + W diag(s) Wᵀ) z for the rows of a dense [rows, n] buffer, without the factor √β.
    ///
    /// `scratch` has room for as many values.
    private func multiply(
        _ values: UnsafeMutablePointer<Float>, rows: Int, scratch: UnsafeMutablePointer<Float>
    ) {
        let n = inward.inputs
        let r = inward.outputs
        // Both buffers hold [rows, n] values and r ≤ n; a residual is read before its place is written.
        unsafe inward.apply(values, rows: rows, stride: n, into: scratch, outputStride: r)
        for row in 0..<rows {
            for c in 0..<r { unsafe scratch[row * r + c] *= gains[c] }
        }
        unsafe outward.apply(
            scratch, rows: rows, stride: r, adding: values, residualStride: n, into: values, outputStride: n)
    }
}
