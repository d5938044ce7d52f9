package import Tensors

/// Multinomial logistic regression on top of given logits, with a ridge, to the optimum.
///
/// N images, C classes, K inputs. Minimises over X [K, C] the mean cross-entropy of base + inputs · X plus
/// λ/2 ‖X‖², which is strictly convex; in double precision, every sum in one order.
package struct SoftmaxRegression: Sendable {
    /// [N, K]
    package let inputs: DoubleMatrix
    /// [N, C]
    package let base: DoubleMatrix
    package let labels: [Int]

    package init(inputs: DoubleMatrix, base: DoubleMatrix, labels: [Int]) {
        precondition(
            inputs.rows == base.rows && labels.count == base.rows,
            "expected \(base.rows) inputs and labels; got \(inputs.rows) and \(labels.count)")
        self.inputs = inputs
        self.base = base
        self.labels = labels
    }

    /// The problem of some of the images.
    package func picking(_ indices: [Int]) -> SoftmaxRegression {
        SoftmaxRegression(
            inputs: inputs.takingRows(indices), base: base.takingRows(indices),
            labels: indices.map { labels[$0] })
    }

    /// Mean cross-entropy at X.
    package func loss(_ x: [Double]) -> Double {
        var logits = logits(x)
        return logits.softmaxResiduals(labels: labels).reduce(0, +) / Double(labels.count)
    }

    /// The function that is minimised and its gradient, both at X.
    package func objective(_ x: [Double], ridge: Double) -> (value: Double, gradient: [Double]) {
        let count = Double(labels.count)
        var residuals = logits(x)
        let loss = residuals.softmaxResiduals(labels: labels).reduce(0, +) / count
        var gradient = inputs.transposedTimes(residuals).values
        var squares = 0.0
        for index in x.indices {
            squares += x[index] * x[index]
            gradient[index] = gradient[index] / count + ridge * x[index]
        }
        return (loss + ridge / 2 * squares, gradient)
    }

    /// X at the minimum; `start` where there are no images.
    ///
    /// - Parameters:
    ///   - start: where the search begins, zero where nothing is given.
    ///   - excess: how far above the minimum the objective may be; nil: as near as L-BFGS comes.
    ///   - passing: called before each pass over the images; what it throws ends the work.
    package func minimum(
        ridge: Double, from start: [Double]? = nil, excess: Double? = nil, passing: () throws -> Void = {}
    ) rethrows -> [Double] {
        let start = start ?? [Double](repeating: 0, count: inputs.columns * base.columns)
        guard !labels.isEmpty else { return start }
        // The ridge makes the objective λ-strongly convex: value − minimum ≤ ‖gradient‖² / 2λ.
        let tolerance = excess.map { (2 * ridge * $0).squareRoot() } ?? 1e-7
        return try QuasiNewton.minimum(from: start, tolerance: tolerance) { x in
            try passing()
            return objective(x, ridge: ridge)
        }
    }

    /// How far above its minimum an objective of a cross-validation may stay.
    private static let validationExcess = 1e-8

    /// Cross-validation: the summed loss of the images that a fit left out, for each ridge.
    ///
    /// - Parameters:
    ///   - ridges: strongest first; each fit starts from the one before.
    ///   - folds: image i is left out of fit `folds[i]`, below `foldCount`.
    ///   - passing: called before each pass over the images with the number of fits done; what it throws ends the work.
    package func validationLosses(
        ridges: [Double], folds: [Int], of foldCount: Int, passing: (_ done: Int) throws -> Void
    ) rethrows -> [Double] {
        var losses = [Double](repeating: 0, count: ridges.count)
        for fold in 0..<foldCount {
            let left = picking(folds.indices.filter { folds[$0] == fold })
            guard !left.labels.isEmpty else { continue }
            let kept = picking(folds.indices.filter { folds[$0] != fold })
            // The next ridge's map is not far from the last one's.
            var map: [Double]?
            for (index, ridge) in ridges.enumerated() {
                let next = try kept.minimum(ridge: ridge, from: map, excess: Self.validationExcess) {
                    try passing(fold * ridges.count + index)
                }
                losses[index] += left.loss(next) * Double(left.labels.count)
                map = next
            }
        }
        return losses
    }

    /// base + inputs · X.
    func logits(_ x: [Double]) -> DoubleMatrix {
        inputs.times(DoubleMatrix(rows: inputs.columns, columns: base.columns, values: x)).plus(base)
    }
}
