import CKernels
import Tensors
import Testing

struct AttentionTests {
    struct Sample: Sendable {
        let heads, headWidth, prefix, own, queries: Int
        let causal: Bool
    }

    static let cases: [Sample] =
        (1...24).map {
            Sample(
                heads: $0 % 3 + 1, headWidth: ($0 * 7) % 40 + 1, prefix: $0 % 6, own: $0,
                queries: $0 - $0 / 3, causal: $0 % 2 == 0)
        } + [
            Sample(heads: 2, headWidth: 64, prefix: 9, own: 5, queries: 5, causal: true),
            Sample(heads: 1, headWidth: 32, prefix: 0, own: 77, queries: 77, causal: true),
            Sample(heads: 2, headWidth: 48, prefix: 0, own: 50, queries: 50, causal: false),
            Sample(heads: 1, headWidth: 64, prefix: 1, own: 257, queries: 7, causal: false),
            Sample(heads: 3, headWidth: 16, prefix: 12, own: 1, queries: 1, causal: true),
        ]

    /// q [queries, width], k and v [prefix + own, width] with `extra` unused columns each.
    struct Data {
        let s: Sample
        let shape: AttentionShape
        let stride: Int
        let q, k, v: [Float]

        init(_ s: Sample, extra: Int = 3) {
            self.s = s
            shape = AttentionShape(heads: s.heads, headWidth: s.headWidth)
            stride = shape.width + extra
            q = samples(s.queries * stride, "q")
            k = samples((s.prefix + s.own) * stride, "k")
            v = samples((s.prefix + s.own) * stride, "v")
        }

        /// Outputs of queries `range`, with the first `split` keys as the prefix.
        func run(_ range: Range<Int>, split: Int) -> [Float] {
            let total = s.prefix + s.own
            let width = shape.width
            // Under the mask a query's own keys end with its own one.
            let end = s.causal ? total - s.queries + range.upperBound : total
            var output = [Float](repeating: 0, count: range.count * width)
            var scratch = [Float](repeating: .nan, count: shape.scratchCount(keys: end))
            q.withUnsafeBufferPointer { q in
                k.withUnsafeBufferPointer { k in
                    v.withUnsafeBufferPointer { v in
                        let (q, k, v) = (
                            q.baseAddress.unsafelyUnwrapped, k.baseAddress.unsafelyUnwrapped,
                            v.baseAddress.unsafelyUnwrapped
                        )
                        scratch.withUnsafeMutableBufferPointer { scratch in
                            attention(
                                shape, queries: q + range.lowerBound * stride, queryCount: range.count,
                                queryStride: stride,
                                prefix: AttentionSpan(keys: k, values: v, count: split, stride: stride),
                                own: AttentionSpan(
                                    keys: k + split * stride, values: v + split * stride,
                                    count: end - split, stride: stride),
                                causal: s.causal, into: &output, outputStride: width, scratch: scratch)
                        }
                    }
                }
            }
            return output
        }

        func twin() -> [Float] {
            let total = s.prefix + s.own
            let exp: (Float) -> Float = { x in exponentials([x])[0] }
            return (0..<s.queries).flatMap { i in
                (0..<s.heads).flatMap { h in
                    let columns = h * s.headWidth..<(h + 1) * s.headWidth
                    let seen = s.causal ? total - s.queries + i + 1 : total
                    func rows(_ x: [Float]) -> [[Float]] {
                        (0..<seen).map { j in columns.map { x[j * stride + $0] } }
                    }
                    return Twin.attend(
                        columns.map { q[i * stride + $0] }, keys: rows(k), values: rows(v),
                        scale: shape.scale, exp: exp)
                }
            }
        }
    }

    @Test(arguments: cases)
    func `attention equals its plain twin at every level`(_ s: Sample) throws {
        let data = Data(s)
        let wanted = data.twin()
        for (level, got) in try atEachLevel({ data.run(0..<s.queries, split: s.prefix) }) {
            #expect(sameBits(got, wanted), "\(level)")
        }
    }

    @Test(arguments: cases.suffix(5))
    func `neither the division of keys nor of queries matters`(_ s: Sample) {
        let data = Data(s)
        let wanted = data.run(0..<s.queries, split: s.prefix)
        let limit = s.causal ? s.prefix + s.own - s.queries : s.prefix + s.own
        for split in Set([0, limit / 2, limit]) {
            #expect(sameBits(data.run(0..<s.queries, split: split), wanted), "split at \(split)")
        }
        let alone = (0..<s.queries).flatMap { data.run($0..<$0 + 1, split: s.prefix) }
        #expect(sameBits(alone, wanted))
    }

    @Test func `a key that is masked may hold anything`() {
        let shape = AttentionShape(heads: 1, headWidth: 2, scale: 1)
        var scratch = [Float](repeating: 0, count: shape.scratchCount(keys: 2))
        var output: [Float] = [0, 0, 0, 0]
        let bad: [Float] = [1, 2, .nan, .infinity]
        bad.withUnsafeBufferPointer { k in
            let start = k.baseAddress.unsafelyUnwrapped
            scratch.withUnsafeMutableBufferPointer { scratch in
                attention(
                    shape, queries: [1, 1, 1, 1], queryCount: 2, queryStride: 2,
                    own: AttentionSpan(keys: start, values: start, count: 2, stride: 2), causal: true,
                    into: &output, outputStride: 2, scratch: scratch)
            }
        }
        #expect(output[0] == 1 && output[1] == 2)
        #expect(output[2].isNaN && output[3].isNaN)
    }
}
