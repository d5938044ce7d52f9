/// Sums over rows of row-major matrices in double precision.
///
/// Every element is its own chain in the order written, so vector instructions do not change a bit. The loops run
/// over buffers, as the compiler does not vectorize those that check each subscript; lengths are checked once.
enum RowArithmetic {
    /// target[at ..< at + count] += factor · source[from ..< from + count].
    static func add(
        _ factor: Double, _ source: [Double], from: Int, to target: inout [Double], at: Int, count: Int
    ) {
        check(from, count, source.count)
        check(at, count, target.count)
        // Both ranges lie inside their arrays, as checked above.
        unsafe source.withUnsafeBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
                for i in 0..<count { unsafe target[at + i] += factor * source[from + i] }
            }
        }
    }

    /// Rows i and j of a matrix become c · i − s · j and s · i + c · j.
    static func rotate(
        _ matrix: inout [Double], _ i: Int, _ j: Int, columns: Int, cosine c: Double, sine s: Double
    ) {
        check(i * columns, columns, matrix.count)
        check(j * columns, columns, matrix.count)
        // Both rows lie inside the matrix, as checked above.
        unsafe matrix.withUnsafeMutableBufferPointer { matrix in
            for k in 0..<columns {
                let a = unsafe matrix[i * columns + k]
                let b = unsafe matrix[j * columns + k]
                unsafe matrix[i * columns + k] = c * a - s * b
                unsafe matrix[j * columns + k] = s * a + c * b
            }
        }
    }

    /// Σ x_i y_i in eight chains of every eighth index, which are then summed in order.
    static func dot(_ x: [Double], _ y: [Double]) -> Double {
        precondition(x.count == y.count, "expected \(x.count) values; got \(y.count)")
        return dot(x, y, count: x.count)
    }

    /// The same of the first `count` values.
    static func dot(_ x: [Double], _ y: [Double], count: Int) -> Double {
        check(0, count, min(x.count, y.count))
        var lanes = SIMD8<Double>()
        let whole = count & ~7
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { return }
                for i in stride(from: 0, to: whole, by: 8) {
                    // Eight values from an index below `whole`, which is at most either count.
                    let left = unsafe UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Double>.self)
                    let right = unsafe UnsafeRawPointer(y + i).loadUnaligned(as: SIMD8<Double>.self)
                    lanes += left * right
                }
            }
        }
        for i in whole..<count { lanes[i - whole] += x[i] * y[i] }
        return (0..<8).reduce(0) { $0 + lanes[$1] }
    }

    /// Euclidean length.
    static func norm(_ x: [Double]) -> Double { dot(x, x).squareRoot() }

    /// target[at ..< at + count] += factor · source[from ..< from + count].
    static func add(
        _ factor: Double, _ source: [Float], from: Int, to target: inout [Double], at: Int, count: Int
    ) {
        check(from, count, source.count)
        check(at, count, target.count)
        // Both ranges lie inside their arrays, as checked above.
        unsafe source.withUnsafeBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
                for i in 0..<count { unsafe target[at + i] += factor * Double(source[from + i]) }
            }
        }
    }

    /// Σ x_i y_i of `count` values from two places on, in eight chains as above.
    static func dot(_ x: [Float], from: Int, _ y: [Double], from start: Int, count: Int) -> Double {
        check(from, count, x.count)
        check(start, count, y.count)
        var lanes = SIMD8<Double>()
        let whole = count & ~7
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { return }
                for i in stride(from: 0, to: whole, by: 8) {
                    // As above.
                    let left = unsafe UnsafeRawPointer(x + from + i).loadUnaligned(as: SIMD8<Float>.self)
                    let right = unsafe UnsafeRawPointer(y + start + i).loadUnaligned(as: SIMD8<Double>.self)
                    lanes += SIMD8<Double>(left) * right
                }
            }
        }
        for i in whole..<count { lanes[i - whole] += Double(x[from + i]) * y[start + i] }
        return (0..<8).reduce(0) { $0 + lanes[$1] }
    }

    /// target[from + i] = weights_i · (x_{from + i} − Σ_c P x), the sum over every `group`-th value, rounded to float.
    static func centred(
        _ x: [Float], from: Int, _ probabilities: [Double], _ weights: [Double], group: Int,
        into target: inout [Float]
    ) {
        let count = probabilities.count
        check(0, count, weights.count)
        check(from, count, min(x.count, target.count))
        precondition(group > 0 && count % group == 0, "\(count) values in groups of \(group)")
        var means = [Double](repeating: 0, count: group)
        // Indices stay below the count, as checked above.
        unsafe x.withUnsafeBufferPointer { x in
            unsafe probabilities.withUnsafeBufferPointer { p in
                unsafe means.withUnsafeMutableBufferPointer { means in
                    for first in stride(from: 0, to: count, by: group) {
                        for i in 0..<group {
                            unsafe means[i] += p[first + i] * Double(x[from + first + i])
                        }
                    }
                }
                unsafe weights.withUnsafeBufferPointer { w in
                    unsafe target.withUnsafeMutableBufferPointer { target in
                        unsafe means.withUnsafeBufferPointer { means in
                            for first in stride(from: 0, to: count, by: group) {
                                for i in 0..<group {
                                    let at = first + i
                                    unsafe target[from + at] = Float(
                                        w[at] * (Double(x[from + at]) - means[i]))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Rows and columns exchanged, from [rows, ·].
    static func transposed<Value>(_ values: [Value], rows: Int) -> [Value] {
        let columns = values.count / max(1, rows)
        return values.indices.map { values[$0 % rows * columns + $0 / rows] }
    }

    private static func check(_ start: Int, _ count: Int, _ available: Int) {
        precondition(
            start >= 0 && count >= 0 && start + count <= available,
            "expected \(count) values from \(start) on among \(available)")
    }
}
