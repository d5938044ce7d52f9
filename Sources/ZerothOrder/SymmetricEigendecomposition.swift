/// Eigenvalues and eigenvectors of a symmetric matrix: A = Σ_k λ_k v_k v_kᵀ.
///
/// Householder reflections make the matrix tridiagonal, implicit QL steps with Wilkinson's shift make that diagonal
/// (Golub and Van Loan, "Matrix Computations", sections 8.3.1 and 8.3.3); O(n³), one order of sums.
package struct SymmetricEigendecomposition: Sendable {
    package let count: Int
    /// λ, ascending, [n].
    package private(set) var values: [Double]
    /// v, row by row in the order of the values, orthonormal, [n, n].
    package private(set) var vectors: [Double]

    /// Decomposes a row-major symmetric [n, n] matrix.
    ///
    /// Returns nil where an element is not finite.
    package init?(_ matrix: [Double], count n: Int) {
        precondition(matrix.count == n * n, "expected \(n) × \(n) elements; got \(matrix.count)")
        guard matrix.allSatisfy(\.isFinite) else { return nil }
        count = n
        values = [Double](repeating: 0, count: n)
        vectors = Self.identity(n)
        let largest = matrix.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { return }
        // Elements of at most 2 by a power of two: squares neither overflow nor lose the result in rounding.
        let exponent = max(-1000, min(1000, Int(largest.exponent)))
        let scale = Double(sign: .plus, exponent: -exponent, significand: 1)
        var reduced = matrix.map { $0 * scale }
        var offDiagonal = [Double](repeating: 0, count: n)
        Self.tridiagonalize(&reduced, n, diagonal: &values, offDiagonal: &offDiagonal, vectors: &vectors)
        guard Self.diagonalize(n, &values, &offDiagonal, &vectors) else { return nil }
        let order = (0..<n).sorted { (values[$0], $0) < (values[$1], $1) }
        let unscale = Double(sign: .plus, exponent: exponent, significand: 1)
        values = order.map { values[$0] * unscale }
        vectors = order.flatMap { vectors[$0 * n..<($0 + 1) * n] }
    }

    /// f(A) = Σ_k f(λ_k) v_k v_kᵀ, [n, n], symmetric to the last bit.
    package func mapped(_ function: (Double) -> Double) -> [Double] {
        let n = count
        var result = [Double](repeating: 0, count: n * n)
        for k in 0..<n {
            let value = function(values[k])
            for i in 0..<n {
                RowArithmetic.add(
                    value * vectors[k * n + i], vectors, from: k * n + i, to: &result, at: i * n + i,
                    count: n - i)
            }
        }
        for i in 0..<n {
            for j in 0..<i { result[i * n + j] = result[j * n + i] }
        }
        return result
    }

    static func identity(_ n: Int) -> [Double] {
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n { matrix[i * n + i] = 1 }
        return matrix
    }

    /// Finds T = QᵀAQ with diagonal d and off-diagonal e (e_i between i and i + 1); the vectors become Qᵀ.
    ///
    /// Reflection k, I − τvvᵀ, clears column k below the off-diagonal; v is kept in that column's place.
    private static func tridiagonalize(
        _ a: inout [Double], _ n: Int, diagonal d: inout [Double], offDiagonal e: inout [Double],
        vectors: inout [Double]
    ) {
        var factors = [Double](repeating: 0, count: n)
        for k in 0..<max(n - 2, 0) {
            let first = k + 1
            var v = (first..<n).map { a[$0 * n + k] }
            let tail = v.dropFirst().reduce(0) { $0 + $1 * $1 }
            e[k] = v[0]
            guard tail > 0 else { continue }
            let length = (v[0] * v[0] + tail).squareRoot()
            e[k] = v[0] > 0 ? -length : length
            v[0] -= e[k]
            let tau = 2 / (v[0] * v[0] + tail)
            factors[k] = tau
            // w = τAv − (τ²/2)(vᵀAv)v; A ← A − vwᵀ − wvᵀ.
            var w = [Double](repeating: 0, count: v.count)
            for (i, value) in v.enumerated() {
                RowArithmetic.add(
                    tau * value, a, from: (first + i) * n + first, to: &w, at: 0, count: v.count)
            }
            RowArithmetic.add(
                -tau / 2 * RowArithmetic.dot(v, w), v, from: 0, to: &w, at: 0, count: v.count)
            for i in 0..<v.count {
                let row = (first + i) * n + first
                RowArithmetic.add(-v[i], w, from: 0, to: &a, at: row, count: v.count)
                RowArithmetic.add(-w[i], v, from: 0, to: &a, at: row, count: v.count)
                a[(first + i) * n + k] = v[i]
            }
        }
        for i in 0..<n { d[i] = a[i * n + i] }
        if n > 1 { e[n - 2] = a[(n - 1) * n + n - 2] }
        // Q = H₀H₁…, from the last reflection to the first, each on the block that is not the identity yet.
        var q = identity(n)
        for k in stride(from: n - 3, through: 0, by: -1) where factors[k] > 0 {
            let first = k + 1
            let size = n - first
            var w = [Double](repeating: 0, count: size)
            for i in first..<n {
                RowArithmetic.add(a[i * n + k], q, from: i * n + first, to: &w, at: 0, count: size)
            }
            for i in first..<n {
                RowArithmetic.add(
                    -factors[k] * a[i * n + k], w, from: 0, to: &q, at: i * n + first, count: size)
            }
        }
        for i in 0..<n {
            for j in 0..<n { vectors[j * n + i] = q[i * n + j] }
        }
    }

    /// Makes the tridiagonal matrix diagonal by rotations, done to the rows of the vectors as well.
    ///
    /// - Returns: false where one eigenvalue takes more than 60 sweeps.
    private static func diagonalize(
        _ n: Int, _ d: inout [Double], _ e: inout [Double], _ vectors: inout [Double]
    ) -> Bool {
        // What is below rounding of the whole is 0: beside a null space no local measure would ever be met.
        let size = d.indices.reduce(0.0) { max($0, abs(d[$1]) + abs(e[$1])) }
        for l in 0..<n {
            var sweeps = 0
            while true {
                // The first place from l on where the matrix falls apart.
                var m = l
                while m < n - 1, abs(e[m]) > 0x1p-53 * size { m += 1 }
                if m == l { break }
                sweeps += 1
                if sweeps > 60 { return false }
                var g = (d[l + 1] - d[l]) / (2 * e[l])
                let root = (g * g + 1).squareRoot()
                g = d[m] - d[l] + e[l] / (g >= 0 ? g + root : g - root)
                var (s, c, p) = (1.0, 1.0, 0.0)
                var i = m - 1
                while i >= l {
                    let f = s * e[i]
                    let b = c * e[i]
                    let r = (f * f + g * g).squareRoot()
                    e[i + 1] = r
                    guard r > 0 else { break }
                    s = f / r
                    c = g / r
                    g = d[i + 1] - p
                    let t = (d[i] - g) * s + 2 * c * b
                    p = s * t
                    d[i + 1] = g + p
                    g = c * t - b
                    RowArithmetic.rotate(&vectors, i, i + 1, columns: n, cosine: c, sine: s)
                    i -= 1
                }
                if i >= l {
                    // The rotation vanished: the matrix falls apart here.
                    d[i + 1] -= p
                    e[m] = 0
                    continue
                }
                d[l] -= p
                e[l] = g
                e[m] = 0
            }
        }
        return true
    }
}
