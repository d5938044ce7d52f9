import Tensors
import Testing

struct LayerNormTests {
    @Test(arguments: 1...70)
    func `rows follow the lane rule at every level`(_ width: Int) throws {
        let rows = width % 4 + 1
        let stride = width + width % 3
        let x = samples(rows * width, "x", scale: 3)
        let weight = samples(width, "weight")
        let bias = samples(width, "bias")
        let norm = LayerNorm(weight: weight, bias: bias, epsilon: 1e-5)
        let wanted = (0..<rows).flatMap {
            Twin.layerNorm(
                Array(x[$0 * width..<($0 + 1) * width]), weight: weight, bias: bias, epsilon: 1e-5)
        }
        for (level, (got, intact)) in try atEachLevel({
            // In place.
            var target = StridedRows(
                x, rows: rows, columns: width, stride: stride, offset: width % 5)
            target.withPointer {
                norm.apply($0, rows: rows, stride: stride, into: $0, outputStride: stride)
            }
            return (target.values, target.isIntactOutside)
        }) {
            #expect(sameBits(got, wanted), "\(level)")
            #expect(intact, "\(level)")
        }
    }

    @Test func `a constant row gives the bias`() {
        let norm = LayerNorm(weight: [1, 2, 3], bias: [4, 5, 6])
        var y = [Float](repeating: 0, count: 3)
        norm.apply([9, 9, 9], rows: 1, stride: 3, into: &y, outputStride: 3)
        #expect(y == [4, 5, 6])
    }
}
