public import Tensors

/// A linear map from the logits of some images to those of others, for any prompt.
///
/// B references, M others, C classes, G prompts asked on all of them. Logits are linear in an image's feature, so an image
/// whose feature is about a combination of the references' has that combination of their logits, whatever the prompt:
/// R [M, B] is at the minimum of Σ ‖L_others − R L_references‖² over the G prompts' logits, centred over the classes, plus
/// λ‖R‖². λ is the one of the smallest error of equations left out one by one. At the first prompt the map is exact.
public struct ImageMap: Sendable, Equatable {
    /// λ as a share of the largest eigenvalue, strongest first.
    static let ridges = (0...20).map { Elementary.pow(10, -0.5 * Double($0)) }

    /// R, [M, B].
    public let weights: Matrix
    /// What the first prompt's logits are beyond the map's, [M, C].
    public let offset: Matrix
    /// Root mean square of what is left of an equation that was left out, over that of the equations; nil where it is not known.
    public let error: Double?
    private let layer: PackedWeights

    /// Fits the map.
    ///
    /// - Parameters:
    ///   - references: logits [B, C] of each prompt.
    ///   - others: logits [M, C] of the same prompts.
    public init(references: [Matrix], others: [Matrix]) {
        precondition(
            references.count == others.count && !references.isEmpty,
            "\(references.count) prompts on references, \(others.count) on others")
        // Equations are pairs of a prompt and a class.
        let x = Self.equations(references)
        let y = Self.equations(others)
        let (fit, error) = Self.fit(x, y)
        let weights = RowArithmetic.transposed(fit.values.map { Float($0) }, rows: fit.rows)
        self.init(
            weights: Matrix(rows: fit.columns, columns: fit.rows, values: weights),
            offset: Matrix(rows: others[0].rows, columns: others[0].columns), error: error)
        let rest = zip(Self.centred(others[0]).values, apply(references[0]).values).map { $0 - $1 }
        self.init(
            weights: self.weights,
            offset: Matrix(rows: others[0].rows, columns: others[0].columns, values: rest), error: error)
    }

    /// A map that was fitted before.
    public init(weights: Matrix, offset: Matrix, error: Double? = nil) {
        (self.weights, self.offset, self.error) = (weights, offset, error)
        layer = PackedWeights(weights.values, outputs: weights.rows, inputs: weights.columns)
    }

    public static func == (one: ImageMap, other: ImageMap) -> Bool {
        one.weights == other.weights && one.offset == other.offset && one.error == other.error
    }

    /// Logits [M, C] of the others, centred over the classes, from those [B, C] of the references.
    public func apply(_ references: Matrix) -> Matrix {
        let mapped = layer.apply(Self.transposed(Self.centred(references)))
        var result = offset.values
        for label in 0..<references.columns {
            for image in 0..<offset.rows {
                result[image * references.columns + label] += mapped.values[label * offset.rows + image]
            }
        }
        return Matrix(rows: offset.rows, columns: offset.columns, values: result)
    }

    private static func transposed(_ matrix: Matrix) -> Matrix {
        Matrix(
            rows: matrix.columns, columns: matrix.rows,
            values: RowArithmetic.transposed(matrix.values, rows: matrix.rows))
    }

    /// Logits less each image's mean.
    private static func centred(_ logits: Matrix) -> Matrix {
        var values = logits.values
        for row in 0..<logits.rows {
            let place = row * logits.columns
            var sum = 0.0
            for at in place..<(place + logits.columns) { sum += Double(values[at]) }
            let mean = Float(sum / Double(logits.columns))
            for at in place..<(place + logits.columns) { values[at] -= mean }
        }
        return Matrix(rows: logits.rows, columns: logits.columns, values: values)
    }

    /// Centred logits, [G C, images].
    private static func equations(_ logits: [Matrix]) -> DoubleMatrix {
        let rows = logits.flatMap { transposed(centred($0)).values.map { Double($0) } }
        return DoubleMatrix(rows: logits.count * logits[0].columns, columns: logits[0].rows, values: rows)
    }

    /// Rᵀ [B, M], and the error of equations left out.
    private static func fit(_ x: DoubleMatrix, _ y: DoubleMatrix) -> (DoubleMatrix, error: Double?) {
        let nothing = DoubleMatrix(
            rows: x.columns, columns: y.columns,
            values: [Double](repeating: 0, count: x.columns * y.columns))
        // Of the smaller of X Xᵀ and XᵀX; both have the same eigenvalues above zero.
        let isWide = x.rows <= x.columns
        let columns = transposed(x)
        let square = isWide ? columns.transposedTimes(columns) : x.transposedTimes(x)
        guard let parts = SymmetricEigendecomposition(square.values, count: square.rows),
            let largest = parts.values.last, largest > 0
        else { return (nothing, nil) }
        let kept = parts.values.indices.filter { parts.values[$0] > 1e-12 * largest }
        let values = kept.map { parts.values[$0] }
        let vectors = transposed(
            DoubleMatrix(
                rows: kept.count, columns: parts.count,
                values: kept.flatMap { parts.vectors[($0 * parts.count)..<(($0 + 1) * parts.count)] }))
        // U [E, r], the left singular vectors.
        var u = isWide ? vectors : x.times(vectors)
        if !isWide {
            u = DoubleMatrix(
                rows: u.rows, columns: u.columns,
                values: u.values.enumerated().map { $1 / values[$0 % values.count].squareRoot() })
        }
        let z = u.transposedTimes(y)
        func scaled(_ shares: [Double]) -> DoubleMatrix {
            DoubleMatrix(
                rows: z.rows, columns: z.columns,
                values: z.values.enumerated().map { $1 * shares[$0 / max(1, z.columns)] })
        }
        var best: (ridge: Double, error: Double)?
        for ridge in ridges {
            let shares = values.map { $0 / ($0 + ridge * largest) }
            let predicted = u.times(scaled(shares))
            var sum = 0.0
            for row in 0..<y.rows {
                var leverage = 0.0
                for at in 0..<u.columns {
                    leverage += shares[at] * u.values[row * u.columns + at] * u.values[row * u.columns + at]
                }
                let share = 1 / max(1e-6, 1 - leverage)
                for column in 0..<y.columns {
                    let at = row * y.columns + column
                    let rest = share * (y.values[at] - predicted.values[at])
                    sum += rest * rest
                }
            }
            if best.map({ sum < $0.error }) ?? true { best = (ridge, sum) }
        }
        guard let best else { return (nothing, nil) }
        let size = y.values.reduce(0) { $0 + $1 * $1 }
        let coefficients = u.times(scaled(values.map { 1 / ($0 + best.ridge * largest) }))
        return (columns.times(coefficients), size > 0 ? (best.error / size).squareRoot() : nil)
    }

    private static func transposed(_ matrix: DoubleMatrix) -> DoubleMatrix {
        DoubleMatrix(
            rows: matrix.columns, columns: matrix.rows,
            values: RowArithmetic.transposed(matrix.values, rows: matrix.rows))
    }
}
