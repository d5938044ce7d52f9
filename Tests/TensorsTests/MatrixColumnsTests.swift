import Foundation
import Tensors
import Testing

struct MatrixColumnsTests {
    private static func matrix(_ rows: Int, _ columns: Int, mean: Float = 0) -> Matrix {
        let values = RandomStream(seed: 5, purpose: RandomPurpose("tests.columns")).normals(rows * columns)
        return Matrix(rows: rows, columns: columns, values: values.map { $0 + mean })
    }

    @Test(arguments: [1, 2, 7, 8, 9, 16, 21, 64])
    func `moments are those of plain sums`(_ columns: Int) {
        for (rows, blockRows) in [(1, 1), (6, 2), (6, 6), (1200, 40)] {
            for mean in [Float(0), 1000] {
                let matrix = Self.matrix(rows, columns, mean: mean)
                let (means, variances) = matrix.columnMoments(blockRows: blockRows)
                #expect(means.count == columns && variances.count == columns)
                for column in 0..<columns {
                    let list = (0..<rows).map { Double(matrix[$0, column]) }
                    let wanted = list.reduce(0, +) / Double(rows)
                    let square = list.reduce(0) { $0 + ($1 - wanted) * ($1 - wanted) } / Double(rows)
                    #expect(abs(means[column] - wanted) < 1e-12 * max(1, Double(mean)))
                    #expect(abs(variances[column] - square) < 1e-10 && variances[column] >= 0)
                }
            }
        }
    }

    @Test func `a repeated value has no variance`() {
        let (means, variances) = Matrix(rows: 30, columns: 9, repeating: 12345.67).columnMoments(blockRows: 5)
        #expect(means.allSatisfy { $0 == Double(Float(12345.67)) } && variances.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [1, 3, 16, 33])
    func `columns are moved, scaled and activated`(_ columns: Int) {
        let rows = 1300
        let matrix = Self.matrix(rows, columns)
        let lists = (0..<3).map { k in (0..<columns).map { Float($0 % 5) * 0.25 - Float(k) * 0.5 } }
        for activation in [Activation.none, .gelu, .quickGELU] {
            var moved = matrix
            moved.applyColumns(centre: lists[0], scale: lists[1], shift: lists[2], activation: activation)
            // An identity layer applies the same activation.
            let identity = (0..<columns * columns).map { Float($0 % (columns + 1) == 0 ? 1 : 0) }
            let plain = (0..<rows).flatMap { row in
                (0..<columns).map { (matrix[row, $0] - lists[0][$0]) * lists[1][$0] + lists[2][$0] }
            }
            let wanted = PackedWeights(identity, outputs: columns, inputs: columns)
                .apply(Matrix(rows: rows, columns: columns, values: plain), activation: activation)
            #expect(moved == wanted, "\(activation)")
        }
    }

    @Test func `columns are taken in any order`() {
        let matrix = Self.matrix(5, 4)
        let taken = matrix.takingColumns([3, 0, 0, 2, 1, 3])
        #expect(taken.rows == 5 && taken.columns == 6)
        for row in 0..<5 {
            #expect(Array(taken.row(row)) == [3, 0, 0, 2, 1, 3].map { matrix[row, $0] })
        }
        #expect(matrix.takingColumns([]).values.isEmpty)
        #expect(Matrix(rows: 0, columns: 2).takingColumns([1]).rows == 0)
    }

    @Test func `threads change no bit`() {
        let matrix = Self.matrix(4000, 19)
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        let moments = [1, 3].map { count in
            Parallel.threads = count
            return matrix.columnMoments(blockRows: 50)
        }
        #expect(moments[0] == moments[1])
    }
}
