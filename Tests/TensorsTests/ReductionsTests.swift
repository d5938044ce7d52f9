import CKernels
import Foundation
import Tensors
import Testing

struct ReductionsTests {
    @Test(arguments: 0...70)
    func `reductions follow the lane rule at every level`(_ count: Int) throws {
        let x = samples(count + 3, "x")
        let y = samples(count + 3, "y")
        for offset in 0..<4 {
            let (a, b) = (Array(x[min(offset, 3)...].prefix(count)), Array(y.prefix(count)))
            for (level, got) in try atEachLevel({
                x.withUnsafeBufferPointer { pointer in
                    let start = pointer.baseAddress.unsafelyUnwrapped + min(offset, 3)
                    var updated = b
                    zl_axpy(0.7, start, &updated, count)
                    return [
                        zl_sum(start, count), zl_dot(start, y, count), zl_sum_squares(start, count),
                        zl_max(start, count),
                    ] + updated
                }
            }) {
                let wanted =
                    [Twin.sum(a), Twin.dot(a, b), Twin.dot(a, a), Twin.maximum(a)]
                    + zip(a, b).map { $1.addingProduct(0.7, $0) }
                #expect(sameBits(got, wanted), "\(level) at offset \(offset)")
            }
        }
    }

    @Test(arguments: 1...70)
    func `cross-entropy and softmax follow their rules`(_ classes: Int) throws {
        let logits = samples(classes, "logits", scale: 8)
        let label = classes * 5 % classes
        let top = Twin.maximum(logits)
        let total = Twin.sum(exponentials(logits.map { $0 - top }))
        var logarithm: Float = 0
        zl_log([total], &logarithm, 1)
        let wanted = logarithm - (logits[label] - top)
        let probabilities = Twin.softmax(logits) { exponentials([$0])[0] }
        for (level, got) in try atEachLevel({
            [crossEntropy(logits, label: label)] + softmax(logits)
        }) {
            #expect(sameBits(got, [wanted] + probabilities), "\(level)")
        }
        let exact =
            log(logits.reduce(0.0) { $0 + exp(Double($1) - Double(top)) })
            - (Double(logits[label]) - Double(top))
        #expect(abs(Double(wanted) - exact) <= 4e-6 * max(1, exact))
    }

    @Test(arguments: 0...12)
    func `the Walsh-Hadamard transform is its stages`(_ power: Int) throws {
        let x = samples(1 << power, "x")
        let wanted = Twin.walshHadamard(x)
        for (level, got) in try atEachLevel({
            var y = x
            walshHadamard(&y)
            return y
        }) {
            #expect(sameBits(got, wanted), "\(level)")
        }
        if power <= 8 {
            for (i, value) in wanted.enumerated() {
                let sum = x.indices.reduce(0.0) {
                    $0 + ((i & $1).nonzeroBitCount % 2 == 0 ? 1 : -1) * Double(x[$1])
                }
                #expect(abs(Double(value) - sum) < 1e-4)
            }
        }
    }

    @Test func `norms and NaN`() {
        #expect(l2Norm([3, 4]) == 5)
        #expect(l2Norm([]) == 0)
        #expect(sum([1, 2, 3.5]) == 6.5)
        #expect(dot([1, 2], [3, 4]) == 11)
        #expect(sumOfSquares([1, .nan]).isNaN)
        #expect(crossEntropy([1, .nan, 2], label: 0).isNaN)
        #expect(crossEntropy([0, 0], label: 1) == 0.6931472)
    }
}
