/// A row-major matrix of float32.
public struct Matrix: Sendable, Equatable {
    public let rows: Int
    public let columns: Int
    /// The elements, row by row; always rows × columns of them.
    public private(set) var values: [Float]

    /// A matrix of given values, row by row.
    public init(rows: Int, columns: Int, values: [Float]) {
        precondition(rows >= 0 && columns >= 0, "expected sizes from 0; got \(rows) × \(columns)")
        precondition(
            values.count == rows * columns, "expected \(rows * columns) values; got \(values.count)")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// A matrix of one repeated value.
    public init(rows: Int, columns: Int, repeating value: Float = 0) {
        self.init(
            rows: rows, columns: columns, values: [Float](repeating: value, count: rows * columns))
    }

    /// A matrix of equally long rows.
    public init(rows list: [[Float]]) {
        let columns = list.first?.count ?? 0
        precondition(
            list.allSatisfy { $0.count == columns },
            "expected rows of \(columns) values; got \(list.map(\.count))")
        self.init(rows: list.count, columns: columns, values: list.flatMap { $0 })
    }

    public subscript(row: Int, column: Int) -> Float {
        get { values[index(row, column)] }
        set {
            let at = index(row, column)
            values[at] = newValue
        }
    }

    /// Changes the elements in place.
    public mutating func withMutableValues(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        values.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            body(start)
        }
    }

    /// Each element times a factor.
    public func scaled(by factor: Float) -> Matrix {
        Matrix(rows: rows, columns: columns, values: values.map { $0 * factor })
    }

    /// One row, sharing the matrix's storage.
    public func row(_ row: Int) -> ArraySlice<Float> {
        precondition(row >= 0 && row < rows, "expected a row below \(rows); got \(row)")
        return values[row * columns..<(row + 1) * columns]
    }

    /// Replaces one row.
    public mutating func setRow(_ row: Int, to newValues: some Collection<Float>) {
        precondition(row >= 0 && row < rows, "expected a row below \(rows); got \(row)")
        precondition(
            newValues.count == columns, "expected \(columns) values; got \(newValues.count)")
        values.replaceSubrange(row * columns..<(row + 1) * columns, with: newValues)
    }

    private func index(_ row: Int, _ column: Int) -> Int {
        precondition(
            row >= 0 && row < rows && column >= 0 && column < columns,
            "expected an element of \(rows) × \(columns); got (\(row), \(column))")
        return row * columns + column
    }
}
