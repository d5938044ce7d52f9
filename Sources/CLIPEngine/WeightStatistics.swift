import Tensors

/// Mean and standard deviation of many weights, in double precision.
///
/// Two passes: Σx / n, then √(Σ(x − mean)² / (n − 1)), the deviation that `torch.std` gives.
struct WeightStatistics: Sendable {
    let mean: Double
    let deviation: Double

    /// Of n weights that come in pieces, summed one by one in their order.
    ///
    /// - Parameter pieces: hands all weights to its argument; called twice.
    init(count: Int, pieces: (_ add: ([Float]) -> Void) throws -> Void) rethrows {
        var sum = 0.0
        try pieces { piece in
            for value in piece { sum += Double(value) }
        }
        let mean = sum / Double(count)
        var squares = 0.0
        try pieces { piece in
            for value in piece {
                let difference = Double(value) - mean
                squares += difference * difference
            }
        }
        self.init(mean: mean, squares: squares, count: count)
    }

    /// Of a matrix, on all threads: each row is summed in four lanes, element i in lane i mod 4, joined as
    /// (0 + 1) + (2 + 3), then the rows' sums in order.
    init(_ matrix: Matrix) {
        let count = matrix.values.count
        let mean = Self.sum(matrix) { $0 } / Double(count)
        let squares = Self.sum(matrix) { value in
            let difference = value - mean
            return difference * difference
        }
        self.init(mean: mean, squares: squares, count: count)
    }

    private init(mean: Double, squares: Double, count: Int) {
        self.mean = mean
        deviation = (squares / Double(max(1, count - 1))).squareRoot()
    }

    private static let rowsOfThread = 256

    private static func sum(_ matrix: Matrix, _ term: (SIMD4<Double>) -> SIMD4<Double>) -> Double {
        let (rows, columns) = (matrix.rows, matrix.columns)
        let sums = [Double](unsafeUninitializedCapacity: rows) { sums, initialized in
            matrix.values.withUnsafeBufferPointer { values in
                // Every item writes its own rows.
                nonisolated(unsafe) let sums = sums
                Parallel.forEach((rows + rowsOfThread - 1) / rowsOfThread) { item in
                    for row in item * rowsOfThread..<min(rows, (item + 1) * rowsOfThread) {
                        sums[row] = Self.sum(
                            UnsafeBufferPointer(rebasing: values[row * columns..<(row + 1) * columns]), term)
                    }
                }
            }
            initialized = rows
        }
        return sums.reduce(0, +)
    }

    private static func sum(
        _ row: UnsafeBufferPointer<Float>, _ term: (SIMD4<Double>) -> SIMD4<Double>
    ) -> Double {
        var lanes = SIMD4<Double>()
        let whole = row.count & ~3
        for i in stride(from: 0, to: whole, by: 4) {
            lanes += term(SIMD4(Double(row[i]), Double(row[i + 1]), Double(row[i + 2]), Double(row[i + 3])))
        }
        for i in whole..<row.count {
            lanes[i & 3] += term(SIMD4(repeating: Double(row[i])))[0]
        }
        return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    }
}
