import CKernels

/// Divides each row by its Euclidean length, in place; rows lie one behind the other.
///
/// The length is the square root of the sum of squares by the 16-lane rule.
public func normalizeRows(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "expected sizes from 0; got \(rows) × \(columns)")
    for row in 0..<rows {
        let start = values + row * columns
        let length = zl_sum_squares(start, columns).squareRoot()
        for column in 0..<columns { start[column] /= length }
    }
}

extension Matrix {
    /// Divides each row by its Euclidean length.
    public mutating func normalizeRows() {
        let (rows, columns) = (rows, columns)
        withMutableValues { Tensors.normalizeRows($0, rows: rows, columns: columns) }
    }
}
