import CKernels

extension Matrix {
    /// Mean and biased variance of each column, in double precision.
    ///
    /// Rows are summed in blocks of `blockRows`, each in increasing order from zero, then the blocks in increasing
    /// order; threads take blocks. What is summed is the distance from the first row's value, so that a column of
    /// one repeated value has variance 0. `blockRows` divides the number of rows.
    public func columnMoments(blockRows: Int) -> (means: [Double], variances: [Double]) {
        precondition(
            rows > 0 && blockRows > 0 && rows % blockRows == 0,
            "expected blocks that divide \(rows) rows; got \(blockRows)")
        let (blocks, columns) = (rows / blockRows, columns)
        let origin = values[..<columns].map { Double($0) }
        // Of each block the sums of all columns, then the sums of squares.
        var partial = [Double](repeating: 0, count: blocks * 2 * columns)
        partial.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            values.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress else { return }
                origin.withUnsafeBufferPointer { origin in
                    guard let origin = origin.baseAddress else { return }
                    // Blocks write disjoint parts, and all pointers outlive the call.
                    Parallel.forEach(blocks) { block in
                        Self.addMoments(
                            source + block * blockRows * columns, rows: blockRows, columns: columns, origin,
                            into: sums + block * 2 * columns)
                    }
                }
            }
        }
        var totals = [Double](repeating: 0, count: 2 * columns)
        for block in 0..<blocks {
            for place in totals.indices { totals[place] += partial[block * 2 * columns + place] }
        }
        var means = origin
        var variances = origin
        for column in 0..<columns {
            let distance = totals[column] / Double(rows)
            means[column] += distance
            // Rounding alone can make it negative; NaN stays.
            let variance = totals[columns + column] / Double(rows) - distance * distance
            variances[column] = variance < 0 ? 0 : variance
        }
        return (means, variances)
    }

    /// Replaces each element x of a column by activation((x − centre) · scale + shift), on all threads.
    ///
    /// `centre`, `scale` and `shift` have one value a column.
    public mutating func applyColumns(
        centre: [Float], scale: [Float], shift: [Float], activation: Activation = .none
    ) {
        let (rows, columns) = (rows, columns)
        for list in [centre, scale, shift] {
            precondition(list.count == columns, "expected \(columns) values; got \(list.count)")
        }
        // A part stays in the first-level cache between the two passes.
        let partRows = max(1, 2048 / max(1, columns))
        withMutableValues { values in
            Parallel.forEach((rows + Self.stripeRows - 1) / Self.stripeRows) { stripe in
                let end = min(rows, (stripe + 1) * Self.stripeRows)
                for first in stride(from: stripe * Self.stripeRows, to: end, by: partRows) {
                    let start = values + first * columns
                    let count = min(partRows, end - first)
                    for row in 0..<count {
                        let place = start + row * columns
                        for column in 0..<columns {
                            place[column] = (place[column] - centre[column]) * scale[column] + shift[column]
                        }
                    }
                    if activation != .none {
                        zl_activate(activation.code, start, start, count * columns)
                    }
                }
            }
        }
    }

    /// The matrix whose column j is column `order[j]` of this one, on all threads.
    public func takingColumns(_ order: [Int32]) -> Matrix {
        let (columns, wanted) = (columns, order.count)
        precondition(
            order.allSatisfy { $0 >= 0 && $0 < columns }, "expected columns below \(columns); got \(order)")
        let taken = [Float](unsafeUninitializedCapacity: rows * wanted) { output, count in
            count = rows * wanted
            guard let output = output.baseAddress, count > 0 else { return }
            values.withUnsafeBufferPointer { source in
                order.withUnsafeBufferPointer { order in
                    guard let source = source.baseAddress, let order = order.baseAddress else { return }
                    // Rows are disjoint, and all pointers outlive the call.
                    Parallel.forEach(rows) { row in
                        let (from, to) = (source + row * columns, output + row * wanted)
                        for place in 0..<wanted { to[place] = from[Int(order[place])] }
                    }
                }
            }
        }
        return Matrix(rows: rows, columns: wanted, values: taken)
    }

    /// Rows that a thread takes at a time where all rows are alike.
    private static let stripeRows = 512

    /// Adds the sums of x − origin and of its square over rows; [2, columns].
    private static func addMoments(
        _ source: UnsafePointer<Float>, rows: Int, columns: Int, _ origin: UnsafePointer<Double>,
        into sums: UnsafeMutablePointer<Double>
    ) {
        var column = 0
        // Eight columns side by side, each with its own chain.
        while column + 8 <= columns {
            let first = origin + column
            let centre = SIMD8(
                first[0], first[1], first[2], first[3], first[4], first[5], first[6], first[7])
            var sum = SIMD8<Double>()
            var squares = SIMD8<Double>()
            for row in 0..<rows {
                let x = source + row * columns + column
                let distance =
                    SIMD8(
                        Double(x[0]), Double(x[1]), Double(x[2]), Double(x[3]), Double(x[4]), Double(x[5]),
                        Double(x[6]), Double(x[7])) - centre
                sum += distance
                squares += distance * distance
            }
            for lane in 0..<8 {
                sums[column + lane] += sum[lane]
                sums[columns + column + lane] += squares[lane]
            }
            column += 8
        }
        while column < columns {
            var (sum, squares) = (0.0, 0.0)
            for row in 0..<rows {
                let distance = Double(source[row * columns + column]) - origin[column]
                sum += distance
                squares += distance * distance
            }
            sums[column] += sum
            sums[columns + column] += squares
            column += 1
        }
    }
}
