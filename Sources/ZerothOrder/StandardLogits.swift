package import Tensors

/// Logits that are centred over the classes of each image and divided by their standard deviation, one number.
package struct StandardLogits: Sendable {
    /// g, [N, C]
    package let values: DoubleMatrix
    /// Of all centred logits together, with one degree of freedom less; 1 where they are all equal.
    package let deviation: Double

    package init(_ logits: Matrix) {
        self.init(logits, deviation: nil)
    }

    /// With a given deviation, that of other logits.
    package init(_ logits: Matrix, deviation given: Double?) {
        let centred = Self.centred(logits)
        deviation = given ?? Self.deviation(centred)
        let divisor = deviation
        values = DoubleMatrix(
            rows: logits.rows, columns: logits.columns, values: centred.map { $0 / divisor })
    }

    /// Logits less their row's mean, row by row.
    package static func centred(_ logits: Matrix) -> [Double] {
        let columns = logits.columns
        var centred = logits.values.map { Double($0) }
        for row in 0..<logits.rows {
            let places = row * columns..<(row + 1) * columns
            var sum = 0.0
            for place in places { sum += centred[place] }
            let mean = sum / Double(columns)
            for place in places { centred[place] -= mean }
        }
        return centred
    }

    private static func deviation(_ centred: [Double]) -> Double {
        var squares = 0.0
        for value in centred { squares += value * value }
        guard squares != 0 else { return 1 }
        return (squares / Double(max(1, centred.count - 1))).squareRoot()
    }
}
