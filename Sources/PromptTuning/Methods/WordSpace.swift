import BlackBox
import Tensors
import ZerothOrder

/// The space in which a shared context moves: θ_i = start_i + S(√½ ξ₀ + √½ ξ_i), ξ ∈ R^{(m+1)d}.
///
/// S [d, d] is the square root of the covariance of the embeddings of whole words, so that a step of length one is a
/// step among words; half of the variance moves all tokens together. The covariance is of published vocabulary, but it
/// is made of weights.
struct WordSpace: ContextSpace {
    let start: Matrix
    let classStarts: [Matrix]?
    /// S as a layer.
    private let root: PackedWeights

    /// What moves all tokens together shows most, [(m + 1) d].
    var weights: [Double] {
        [Double](repeating: 2, count: start.columns)
            + [Double](repeating: 1, count: start.rows * start.columns)
    }

    /// - Parameter words: embeddings of whole words, [words, d]; nil for S = σ·1.
    init(start: Matrix, classStarts: [Matrix]? = nil, words: Matrix?, deviation: Double) {
        self.start = start
        self.classStarts = classStarts
        let width = start.columns
        var values = [Float](repeating: 0, count: width * width)
        if let words, let root = Self.root(words) {
            values = root.map { Float($0) }
        } else {
            for index in 0..<width { values[index * width + index] = Float(deviation) }
        }
        root = PackedWeights(values, outputs: width, inputs: width)
    }

    /// The symmetric square root of the rows' covariance, [d, d]; nil without rows or where it is no number.
    private static func root(_ rows: Matrix) -> [Double]? {
        guard rows.rows > 0 else { return nil }
        let width = rows.columns
        var mean = [Double](repeating: 0, count: width)
        for row in 0..<rows.rows {
            for (column, value) in rows.row(row).enumerated() { mean[column] += Double(value) }
        }
        mean = mean.map { $0 / Double(rows.rows) }
        let centred = DoubleMatrix(
            rows: rows.rows, columns: width,
            values: rows.values.enumerated().map { Double($1) - mean[$0 % width] })
        let covariance = centred.transposedTimes(centred).values.map { $0 / Double(rows.rows) }
        return SymmetricEigendecomposition(covariance, count: width)?
            .mapped { max($0, 1e-12).squareRoot() }
    }

    /// S, [d, d], as `root`.
    var traced: [NamedTensor] {
        var one = Matrix(rows: start.columns, columns: start.columns)
        for row in 0..<one.rows { one.setRow(row, to: (0..<one.columns).map { $0 == row ? 1 : 0 }) }
        return [NamedTensor("root", root.apply(one))]
    }

    func move(_ point: [Double]) -> Matrix {
        let (m, d) = (start.rows, start.columns)
        let half = 0.5.squareRoot()
        var mixed = [Float](repeating: 0, count: m * d)
        for token in 0..<m {
            for column in 0..<d {
                mixed[token * d + column] = Float(
                    half * (point[column] + point[(token + 1) * d + column]))
            }
        }
        return root.apply(Matrix(rows: m, columns: d, values: mixed))
    }
}
