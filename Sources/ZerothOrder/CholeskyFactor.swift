/// The factor L of a symmetric positive definite matrix, A = L Lᵀ.
package struct CholeskyFactor: Sendable {
    private var count: Int
    /// L, row by row up to the diagonal.
    private var rows: [[Double]]

    /// The factor of a matrix without rows.
    package init() { (count, rows) = (0, []) }

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
            guard let row = row(Array(matrix[(i * n)..<(i * n + i + 1)]), below: rows, added: added) else {
                return nil
            }
            rows.append(row)
        }
        return rows
    }

    /// The next row of L, from the next row of A up to its diagonal.
    private static func row(_ values: [Double], below rows: [[Double]], added: Double = 0) -> [Double]? {
        let i = rows.count
        var row = [Double](repeating: 0, count: i + 1)
        for j in 0..<i { row[j] = (values[j] - RowArithmetic.dot(row, rows[j], count: j)) / rows[j][j] }
        let pivot = values[i] - RowArithmetic.dot(row, row, count: i) + added
        guard pivot > 0, pivot.isFinite else { return nil }
        row[i] = pivot.squareRoot()
        return row
    }

    /// Makes it the factor of the matrix with one row and column more; false, and no change, where that is not positive
    /// definite to rounding.
    ///
    /// - Parameter values: the new row up to its diagonal, [n + 1].
    package mutating func extend(_ values: [Double]) -> Bool {
        precondition(values.count == count + 1, "expected \(count + 1) values; got \(values.count)")
        guard let row = Self.row(values, below: rows) else { return false }
        rows.append(row)
        count += 1
        return true
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

    /// X of L Lᵀ X = B for a row-major [n, width] matrix B, by whole rows.
    package func solve(_ right: [Double], width: Int) -> [Double] {
        precondition(right.count == count * width, "expected \(count) × \(width) values; got \(right.count)")
        var rows = (0..<count).map { Array(right[($0 * width)..<(($0 + 1) * width)]) }
        for i in 0..<count {
            var row = rows[i]
            for j in 0..<i {
                RowArithmetic.add(-self.rows[i][j], rows[j], from: 0, to: &row, at: 0, count: width)
            }
            rows[i] = row.map { $0 / self.rows[i][i] }
        }
        for i in stride(from: count - 1, through: 0, by: -1) {
            var row = rows[i]
            for j in (i + 1)..<max(i + 1, count) {
                RowArithmetic.add(-self.rows[j][i], rows[j], from: 0, to: &row, at: 0, count: width)
            }
            rows[i] = row.map { $0 / self.rows[i][i] }
        }
        return rows.flatMap { $0 }
    }
}
