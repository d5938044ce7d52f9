/// A row-major matrix in double precision, for fits that run to the optimum.
///
/// Each element of a product is one sum in increasing order of the inner index, from zero, each step a product and an
/// addition; threads take whole elements, so no result depends on their number.
package struct DoubleMatrix: Sendable, Equatable {
    package let rows: Int
    package let columns: Int
    /// The elements, row by row; always rows × columns of them.
    package private(set) var values: [Double]

    package init(rows: Int, columns: Int, values: [Double]) {
        precondition(rows >= 0 && columns >= 0, "expected sizes from 0; got \(rows) × \(columns)")
        precondition(
            values.count == rows * columns, "expected \(rows * columns) values; got \(values.count)")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// self · other.
    package func times(_ other: DoubleMatrix) -> DoubleMatrix {
        precondition(columns == other.rows, "expected \(columns) rows; got \(other.rows)")
        return product(rows: rows, inner: columns, rowStep: columns, innerStep: 1, other)
    }

    /// selfᵀ · other.
    package func transposedTimes(_ other: DoubleMatrix) -> DoubleMatrix {
        precondition(rows == other.rows, "expected \(rows) rows; got \(other.rows)")
        return product(rows: columns, inner: rows, rowStep: 1, innerStep: columns, other)
    }

    /// self + other.
    package consuming func plus(_ other: DoubleMatrix) -> DoubleMatrix {
        precondition(
            rows == other.rows && columns == other.columns,
            "expected \(rows) × \(columns) elements; got \(other.rows) × \(other.columns)")
        for index in values.indices { values[index] += other.values[index] }
        return self
    }

    /// Some of the rows, in the order given.
    package func takingRows(_ indices: [Int]) -> DoubleMatrix {
        var taken: [Double] = []
        taken.reserveCapacity(indices.count * columns)
        for index in indices { taken += values[index * columns..<(index + 1) * columns] }
        return DoubleMatrix(rows: indices.count, columns: columns, values: taken)
    }

    /// The matrix with a column of ones behind it, for a constant of a linear model.
    package func withOnes() -> DoubleMatrix {
        var extended: [Double] = []
        extended.reserveCapacity(rows * (columns + 1))
        for row in 0..<rows {
            extended += values[row * columns..<(row + 1) * columns]
            extended.append(1)
        }
        return DoubleMatrix(rows: rows, columns: columns + 1, values: extended)
    }

    /// Replaces each row of logits by softmax(row) minus one at the row's label, the gradient of its cross-entropy.
    ///
    /// - Returns: −log softmax(row)[label] of each row.
    package mutating func softmaxResiduals(labels: [Int]) -> [Double] {
        let (rows, columns) = (rows, columns)
        precondition(labels.count == rows, "expected \(rows) labels; got \(labels.count)")
        precondition(
            labels.allSatisfy { $0 >= 0 && $0 < columns }, "expected labels below \(columns); got \(labels)")
        var losses = [Double](repeating: 0, count: rows)
        values.withUnsafeMutableBufferPointer { values in
            losses.withUnsafeMutableBufferPointer { losses in
                guard let values = values.baseAddress, let losses = losses.baseAddress else { return }
                // Rows are disjoint, and both pointers outlive the call.
                Self.forEachPart(rows, work: 32 * columns) { part in
                    for index in part {
                        losses[index] = Self.softmaxResidual(
                            values + index * columns, count: columns, label: labels[index])
                    }
                }
            }
        }
        return losses
    }

    private static func softmaxResidual(
        _ row: UnsafeMutablePointer<Double>, count: Int, label: Int
    ) -> Double {
        var largest = row[0]
        for index in 1..<max(1, count) where row[index] > largest { largest = row[index] }
        let own = row[label] - largest
        var sum = 0.0
        for index in 0..<count {
            row[index] = Elementary.exp(row[index] - largest)
            sum += row[index]
        }
        for index in 0..<count { row[index] /= sum }
        row[label] -= 1
        return Elementary.log(sum) - own
    }

    /// Element (i, j) is the sum over k of self[i · rowStep + k · innerStep] · other[k, j].
    private func product(
        rows: Int, inner: Int, rowStep: Int, innerStep: Int, _ other: DoubleMatrix
    ) -> DoubleMatrix {
        let columns = other.columns
        let result = [Double](unsafeUninitializedCapacity: rows * columns) { output, count in
            count = rows * columns
            guard let output = output.baseAddress, count > 0 else { return }
            output.initialize(repeating: 0, count: count)
            values.withUnsafeBufferPointer { left in
                other.values.withUnsafeBufferPointer { right in
                    guard let left = left.baseAddress, let right = right.baseAddress else { return }
                    // Parts write disjoint rows, and all pointers outlive the call.
                    Self.forEachPart(rows, work: inner * columns) { part in
                        for first in stride(from: part.lowerBound, to: part.upperBound, by: 4) {
                            Self.strip(
                                rows: min(4, part.upperBound - first), inner: inner, columns: columns,
                                left + first * rowStep, rowStep: rowStep, innerStep: innerStep, right,
                                into: output + first * columns)
                        }
                    }
                }
            }
        }
        return DoubleMatrix(rows: rows, columns: columns, values: result)
    }

    /// Up to four rows of a product; tiles of four by four have their chains in registers.
    private static func strip(
        rows: Int, inner: Int, columns: Int, _ left: UnsafePointer<Double>, rowStep: Int, innerStep: Int,
        _ right: UnsafePointer<Double>, into output: UnsafeMutablePointer<Double>
    ) {
        var column = 0
        while rows == 4, column + 4 <= columns {
            var (a, b) = (SIMD4<Double>(), SIMD4<Double>())
            var (c, d) = (SIMD4<Double>(), SIMD4<Double>())
            var (x, y) = (left, UnsafeRawPointer(right + column))
            for _ in 0..<inner {
                let four = y.loadUnaligned(as: SIMD4<Double>.self)
                a += x[0] * four
                b += x[rowStep] * four
                c += x[2 * rowStep] * four
                d += x[3 * rowStep] * four
                x += innerStep
                y += columns * MemoryLayout<Double>.stride
            }
            for (row, four) in [a, b, c, d].enumerated() {
                UnsafeMutableRawPointer(output + row * columns + column).storeBytes(
                    of: four, as: SIMD4<Double>.self)
            }
            column += 4
        }
        for column in column..<columns {
            for row in 0..<rows {
                var sum = 0.0
                for k in 0..<inner {
                    sum += left[row * rowStep + k * innerStep] * right[k * columns + column]
                }
                output[row * columns + column] = sum
            }
        }
    }

    /// Fewest steps of work that are worth a part of its own.
    private static let shareOfPart = 1 << 16

    /// Runs `body` on all threads for parts of 0 ..< count that begin at multiples of four; `work` counts an item's
    /// steps.
    private static func forEachPart(_ count: Int, work: Int, _ body: (Range<Int>) -> Void) {
        let size = max(4, (shareOfPart / max(1, work) + 3) / 4 * 4)
        Parallel.forEach((count + size - 1) / size) { part in
            body(part * size..<min(count, (part + 1) * size))
        }
    }
}
