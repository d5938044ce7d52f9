/// The factor L of a symmetric positive definite matrix, A = L Lᵀ.
package struct CholeskyFactor: Sendable {
    private let count: Int
    /// L, row by row; what is above the diagonal is of no account.
    private var rows: [[Double]]

    /// Factors a row-major [n, n] matrix; where it is not positive definite to rounding, once more with 10⁻⁵ of its mean
    /// diagonal added. Nil where that does not serve either.
    package init?(_ matrix: [Double], count n: Int) {
        precondition(matrix.count == n * n, "expected \(n) × \(n) elements; got \(matrix.count)")
        count = n
        let mean = (0..<n).reduce(0.0) { $0 + matrix[$1 * n + $1] } / Double(max(1, n))
        for added in [0, 1e-5 * mean] {
            if let rows = Self.factor(matrix, n, added: added) {
                self.rows = rows
                return
            }
        }
        return nil
    }

    private static func factor(_ matrix: [Double], _ n: Int, added: Double) -> [[Double]]? {
        var rows: [[Double]] = []
        for i in 0..<n {
            var row = [Double](repeating: 0, count: n)
            for j in 0...i {
                let sum = matrix[i * n + j] - RowArithmetic.dot(row, i == j ? row : rows[j], count: j)
                if i == j {
                    let pivot = sum + added
                    guard pivot > 0, pivot.isFinite else { return nil }
                    row[i] = pivot.squareRoot()
                } else {
                    row[j] = sum / rows[j][j]
                }
            }
            rows.append(row)
        }
        return rows
    }

    /// x of L Lᵀ x = b.
    package func solve(_ right: [Double]) -> [Double] {
        var x = right
        for i in 0..<count { x[i] = (x[i] - RowArithmetic.dot(rows[i], x, count: i)) / rows[i][i] }
        for i in stride(from: count - 1, through: 0, by: -1) {
            x[i] /= rows[i][i]
            RowArithmetic.add(-x[i], rows[i], from: 0, to: &x, at: 0, count: i)
        }
        return x
    }
}
