public import Tensors

/// A temperature and a bias a class, fitted on answers to training images: the baseline `bias`.
///
/// N images, C classes. With g the logits, centred over the classes and divided by their standard deviation, minimises
/// the mean cross-entropy of τ·g + b plus 0.01/2 ‖b‖² and 10⁻⁴/2 τ², under τ ≥ 0.05. The last ridge only sees to it that
/// there is a minimum where every answer is right.
public struct TemperatureFit: Sendable, Equatable {
    /// The factor of the raw logits, τ over their standard deviation.
    public let scale: Double
    /// b, one value a class.
    public let biases: [Double]

    package static let biasRidge = 0.01
    package static let temperatureRidge = 1e-4
    package static let leastTemperature = 0.05

    /// Fits on logits [N, C] of images with those labels; N is at least 1.
    ///
    /// - Parameter passing: called before each pass over the images; what it throws ends the work.
    public init(_ logits: Matrix, labels: [Int], passing: () throws -> Void = {}) rethrows {
        let standard = StandardLogits(logits)
        let best = try Self.fit(standard.values, labels: labels, passing: passing)
        scale = best.temperature / standard.deviation
        biases = best.biases
    }

    /// Logits [B, C] with the temperature and the biases; each row is centred first.
    public func apply(_ logits: Matrix) -> Matrix {
        precondition(
            logits.columns == biases.count, "expected \(biases.count) columns; got \(logits.columns)")
        let centred = StandardLogits.centred(logits)
        let columns = logits.columns
        return Matrix(
            rows: logits.rows, columns: columns,
            values: centred.indices.map { Float(scale * centred[$0] + biases[$0 % columns]) })
    }

    /// The objective at (τ, b₁, …, b_C), and its gradient; g is [N, C].
    package static func objective(
        _ point: [Double], _ g: DoubleMatrix, labels: [Int]
    ) -> (value: Double, gradient: [Double]) {
        let columns = g.columns
        let values = g.values.indices.map { point[0] * g.values[$0] + point[1 + $0 % columns] }
        var residuals = DoubleMatrix(rows: g.rows, columns: columns, values: values)
        let count = Double(g.rows)
        let loss = residuals.softmaxResiduals(labels: labels).reduce(0, +) / count
        var gradient = [Double](repeating: 0, count: point.count)
        for index in g.values.indices {
            gradient[0] += residuals.values[index] * g.values[index]
            gradient[1 + index % columns] += residuals.values[index]
        }
        var penalty = 0.0
        for index in point.indices {
            let ridge = index == 0 ? temperatureRidge : biasRidge
            penalty += ridge / 2 * point[index] * point[index]
            gradient[index] = gradient[index] / count + ridge * point[index]
        }
        return (loss + penalty, gradient)
    }

    /// τ and b at the minimum.
    package static func fit(
        _ g: DoubleMatrix, labels: [Int], passing: () throws -> Void = {}
    ) rethrows -> (temperature: Double, biases: [Double]) {
        precondition(g.rows > 0, "expected images; got none")
        var start = [Double](repeating: 0, count: 1 + g.columns)
        start[0] = 1
        let free = try QuasiNewton.minimum(from: start) { point in
            try passing()
            return objective(point, g, labels: labels)
        }
        guard free[0] < leastTemperature else { return (free[0], Array(free[1...])) }
        // Convex: where the free minimum is beyond the bound, the bounded one is on it.
        start[0] = leastTemperature
        let bound = try QuasiNewton.minimum(from: start) { point in
            try passing()
            var (value, gradient) = objective(point, g, labels: labels)
            gradient[0] = 0
            return (value, gradient)
        }
        return (bound[0], Array(bound[1...]))
    }

    /// τ alone at the minimum of the mean cross-entropy of τ·g plus 10⁻⁴/2 τ², but at least 0.05.
    package static func temperature(
        _ g: DoubleMatrix, labels: [Int], passing: () throws -> Void = {}
    ) rethrows -> Double {
        let best = try QuasiNewton.minimum(from: [0]) { point in
            try passing()
            var residuals = DoubleMatrix(
                rows: g.rows, columns: g.columns, values: g.values.map { point[0] * $0 })
            let loss = residuals.softmaxResiduals(labels: labels).reduce(0, +)
            var slope = 0.0
            for index in g.values.indices { slope += residuals.values[index] * g.values[index] }
            let count = Double(g.rows)
            return (
                loss / count + temperatureRidge / 2 * point[0] * point[0],
                [slope / count + temperatureRidge * point[0]]
            )
        }
        return max(leastTemperature, best[0])
    }
}
