package import Tensors

/// A fixed matrix of normal numbers, A [rows, columns], that makes prompts of points of a subspace.
package struct RandomProjection: Sendable {
    private let rows: Int
    private let columns: Int
    private let packed: PackedWeights
    /// The entries anew, row by row; they are kept packed only.
    private let entries: @Sendable () -> [Float]

    /// - Parameters:
    ///   - mean: of every entry, as `deviation` is.
    ///   - stream: entry i is its normal i, scaled and shifted.
    package init(rows: Int, columns: Int, mean: Double, deviation: Double, stream: RandomStream) {
        self.init(rows: rows, columns: columns) {
            stream.normals(rows * columns).map { Float(mean + deviation * Double($0)) }
        }
    }

    /// - Parameter entries: makes the same numbers at each call, row by row.
    package init(rows: Int, columns: Int, entries: @escaping @Sendable () -> [Float]) {
        (self.rows, self.columns, self.entries) = (rows, columns, entries)
        packed = PackedWeights(entries(), outputs: rows, inputs: columns)
    }

    /// A z of some points, each as a matrix of rows of `width`.
    package func apply(_ points: [ArraySlice<Float>], width: Int) -> [Matrix] {
        let product = packed.apply(Matrix(rows: points.map { Array($0) }))
        return (0..<points.count).map { index in
            Matrix(rows: rows / width, columns: width, values: Array(product.row(index)))
        }
    }

    package func traced(_ name: String) -> NamedTensor {
        NamedTensor(name, shape: [rows, columns], entries())
    }
}
