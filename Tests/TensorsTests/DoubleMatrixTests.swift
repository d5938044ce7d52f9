import Foundation
import Tensors
import Testing

struct DoubleMatrixTests {
    private static func matrix(_ rows: Int, _ columns: Int, _ index: UInt64 = 0) -> DoubleMatrix {
        let stream = RandomStream(seed: 9, purpose: RandomPurpose("tests.double"), index: index)
        return DoubleMatrix(
            rows: rows, columns: columns, values: stream.normals(rows * columns).map { Double($0) })
    }

    @Test(arguments: [0, 1, 3, 4, 5, 8, 11, 70])
    func `products are plain sums`(_ rows: Int) {
        for (inner, columns) in [(0, 3), (1, 1), (5, 4), (7, 9), (40, 13)] {
            let (left, right) = (Self.matrix(rows, inner), Self.matrix(inner, columns, 1))
            var turned = [Double](repeating: 0, count: rows * inner)
            var wanted: [Double] = []
            for i in 0..<rows {
                for k in 0..<inner { turned[k * rows + i] = left.values[i * inner + k] }
                for j in 0..<columns {
                    var sum = 0.0
                    for k in 0..<inner { sum += left.values[i * inner + k] * right.values[k * columns + j] }
                    wanted.append(sum)
                }
            }
            #expect(left.times(right).values == wanted)
            let transposed = DoubleMatrix(rows: inner, columns: rows, values: turned)
            #expect(transposed.transposedTimes(right).values == wanted)
        }
    }

    @Test func `softmax residuals are probabilities less one at the label`() {
        let logits = Self.matrix(300, 7)
        let labels = (0..<300).map { $0 * $0 % 7 }
        var residuals = logits
        let losses = residuals.softmaxResiduals(labels: labels)
        for (row, label) in labels.enumerated() {
            let exponentials = (0..<7).map { exp(logits.values[row * 7 + $0]) }
            let sum = exponentials.reduce(0, +)
            #expect(abs(losses[row] + log(exponentials[label] / sum)) < 1e-14)
            for column in 0..<7 {
                let wanted = exponentials[column] / sum - (column == label ? 1 : 0)
                #expect(abs(residuals.values[row * 7 + column] - wanted) < 1e-15)
            }
        }
    }

    @Test func `sums and rows`() {
        let matrix = Self.matrix(4, 3)
        #expect(matrix.plus(matrix).values == matrix.values.map { $0 + $0 })
        #expect(
            matrix.takingRows([2, 0, 2]).values
                == Array(matrix.values[6..<9] + matrix.values[0..<3] + matrix.values[6..<9]))
    }
}
