import Tensors

/// A linear model of logits under cross-entropy: f + Σ_j x_j A_j, with a quadratic penalty on x.
///
/// N images, C classes, p coordinates. Minimises the mean cross-entropy over the images plus Σ_j λ_j/2 (x_j − c_j)², which
/// is convex, by damped Newton steps. The Hessian's product is made in float32 by the bit-exact kernel, since it
/// only steers; gradients and values are in double precision.
package struct SoftmaxModel: Sendable {
    /// f, [N, C].
    package var base: [Double]
    /// A_j, [N, C] each.
    package var columns: [[Double]]
    package let labels: [Int]
    package let classes: Int

    package init(base: [Double], columns: [[Double]], labels: [Int], classes: Int) {
        precondition(base.count == labels.count * classes, "\(base.count) logits for \(labels.count) images")
        (self.base, self.columns, self.labels, self.classes) = (base, columns, labels, classes)
    }

    /// What a solve found.
    package struct Solution: Sendable {
        /// x, [p].
        package var point: [Double]
        /// f + Σ_j x_j A_j, [N, C].
        package var logits: [Double]
        /// Cross-entropy and penalty.
        package var value: Double
    }

    /// Mean cross-entropy of logits [N, C].
    package static func loss(_ logits: [Double], labels: [Int], classes: Int) -> Double {
        var residuals = DoubleMatrix(rows: labels.count, columns: classes, values: logits)
        return residuals.softmaxResiduals(labels: labels).reduce(0, +) / Double(labels.count)
    }

    /// The minimum, or as near as some Newton steps come.
    ///
    /// - Parameters:
    ///   - ridges: λ, [p], above 0.
    ///   - centres: c, [p].
    ///   - start: nil for zeros.
    ///   - tolerance: ends where a step gains less, relative to the value.
    package func minimum(
        ridges: [Double], centres: [Double], from start: [Double]? = nil, steps: Int = 25,
        tolerance: Double = 1e-7
    ) -> Solution {
        precondition(
            ridges.count == columns.count && centres.count == columns.count,
            "\(ridges.count) ridges and \(centres.count) centres for \(columns.count) coordinates")
        var point = start ?? [Double](repeating: 0, count: columns.count)
        var logits = base
        for (index, column) in columns.enumerated() where point[index] != 0 {
            RowArithmetic.add(point[index], column, from: 0, to: &logits, at: 0, count: logits.count)
        }
        func value(_ logits: [Double], _ point: [Double]) -> Double {
            point.indices.reduce(Self.loss(logits, labels: labels, classes: classes)) { sum, index in
                let distance = point[index] - centres[index]
                return sum + ridges[index] / 2 * distance * distance
            }
        }
        var best = value(logits, point)
        for _ in 0..<steps {
            guard let direction = newtonStep(logits, point, ridges, centres) else { break }
            var change = [Double](repeating: 0, count: logits.count)
            for (index, column) in columns.enumerated() {
                RowArithmetic.add(
                    direction.step[index], column, from: 0, to: &change, at: 0, count: change.count)
            }
            var length = 1.0
            var (nextPoint, nextLogits, next) = (point, logits, best)
            while true {
                nextPoint = zip(point, direction.step).map { $0 + length * $1 }
                nextLogits = logits
                RowArithmetic.add(length, change, from: 0, to: &nextLogits, at: 0, count: change.count)
                next = value(nextLogits, nextPoint)
                if next <= best - 1e-4 * length * direction.fall || length < 1e-4 { break }
                length /= 2
            }
            guard next < best else { break }
            let gain = best - next
            (point, logits, best) = (nextPoint, nextLogits, next)
            if gain < tolerance * max(1, abs(best)) { break }
        }
        return Solution(point: point, logits: logits, value: best)
    }

    /// −H⁻¹g and gᵀH⁻¹g; nil where H is not positive definite to rounding.
    private func newtonStep(
        _ logits: [Double], _ point: [Double], _ ridges: [Double], _ centres: [Double]
    ) -> (step: [Double], fall: Double)? {
        let (images, count) = (labels.count, columns.count)
        var residuals = DoubleMatrix(rows: images, columns: classes, values: logits)
        _ = residuals.softmaxResiduals(labels: labels)
        let mean = 1 / Double(images)
        var probabilities = residuals.values
        for (image, label) in labels.enumerated() { probabilities[image * classes + label] += 1 }
        let weights = probabilities.map { ($0 > 0 ? $0 * mean : 0).squareRoot() }
        var gradient = [Double](repeating: 0, count: count)
        var rows = [Float](repeating: 0, count: count * logits.count)
        for index in 0..<count {
            gradient[index] =
                RowArithmetic.dot(columns[index], residuals.values) * mean
                + ridges[index] * (point[index] - centres[index])
            RowArithmetic.centred(
                columns[index], probabilities, weights, group: classes, into: &rows, at: index * logits.count)
        }
        // H = B Bᵀ + diag λ with B's rows √(P/N) (A_j − Σ_c P A_j).
        let matrix = Matrix(rows: count, columns: logits.count, values: rows)
        let product = PackedWeights(rows, outputs: count, inputs: logits.count).apply(matrix)
        var hessian = product.values.map { Double($0) }
        for index in 0..<count { hessian[index * count + index] += ridges[index] + 1e-9 }
        guard let factor = CholeskyFactor(hessian, count: count) else { return nil }
        let solved = factor.solve(gradient)
        return (solved.map { -$0 }, RowArithmetic.dot(gradient, solved))
    }
}

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
