import CKernels
import Tensors
import Testing

struct PackedWeightsTests {
    struct Sample: Sendable {
        let rows, outputs, inputs: Int
        var padding = 0, offset = 0
    }

    static let sizes: [Sample] =
        (1...70).map { Sample(rows: $0, outputs: 71 - $0, inputs: ($0 * 37) % 67 + 1) }
        + (1...14).map { Sample(rows: $0, outputs: 100, inputs: 19, padding: $0 % 5, offset: $0 % 4) }
        + [
            Sample(rows: 40, outputs: 33, inputs: 700, padding: 3, offset: 1),
            Sample(rows: 2, outputs: 17, inputs: 0), Sample(rows: 50, outputs: 3, inputs: 6000),
        ]

    @Test(arguments: sizes)
    func `a product is one chain an element at every level`(_ s: Sample) throws {
        let weight = samples(s.outputs * s.inputs, "weight")
        let input = samples(s.rows * s.inputs, "input")
        let bias = samples(s.outputs, "bias")
        let residual = samples(s.rows * s.outputs, "residual")
        var wanted: [Float] = []
        for r in 0..<s.rows {
            for o in 0..<s.outputs {
                wanted.append(
                    Twin.chain(
                        input[r * s.inputs..<(r + 1) * s.inputs],
                        weight[o * s.inputs..<(o + 1) * s.inputs]) + bias[o]
                        + residual[r * s.outputs + o])
            }
        }
        let layer = PackedWeights(weight, outputs: s.outputs, inputs: s.inputs, bias: bias)
        for (level, (got, intact)) in try atEachLevel({
            var source = StridedRows(
                input, rows: s.rows, columns: s.inputs, stride: s.inputs + s.padding, offset: s.offset)
            // The residual is the output itself.
            var target = StridedRows(
                residual, rows: s.rows, columns: s.outputs, stride: s.outputs + s.padding,
                offset: s.offset)
            let (from, to) = (source.stride, target.stride)
            source.withPointer { a in
                target.withPointer { c in
                    layer.apply(
                        a, rows: s.rows, stride: from, adding: c, residualStride: to, into: c,
                        outputStride: to)
                }
            }
            return (target.values, target.isIntactOutside)
        }) {
            #expect(sameBits(got, wanted), "\(level)")
            #expect(intact, "\(level)")
        }
    }

    @Test(arguments: [
        Sample(rows: 9, outputs: 20, inputs: 30_000), Sample(rows: 1, outputs: 1, inputs: 3_000_000),
        Sample(rows: 700, outputs: 33, inputs: 300), Sample(rows: 130, outputs: 200, inputs: 400),
        Sample(rows: 0, outputs: 5, inputs: 4), Sample(rows: 3, outputs: 0, inputs: 4),
    ])
    func `threads share rows or outputs and never a sum`(_ s: Sample) {
        let layer = PackedWeights(
            samples(s.outputs * s.inputs, "weight"), outputs: s.outputs, inputs: s.inputs,
            bias: samples(s.outputs, "bias"))
        let input = samples(s.rows * s.inputs, "input")
        var wanted = [Float](repeating: 0, count: s.rows * s.outputs)
        layer.apply(
            input, rows: s.rows, stride: s.inputs, activation: .gelu, into: &wanted, outputStride: s.outputs)
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        for count in [1, 2, 3, 8, 40] {
            Parallel.threads = count
            // NaN where a thread leaves an output out.
            var got = [Float](repeating: .nan, count: wanted.count)
            layer.applyInParallel(input, rows: s.rows, activation: .gelu, into: &got)
            #expect(sameBits(got, wanted), "\(count) threads")
        }
    }

    @Test(arguments: [Activation.none, .quickGELU, .gelu], [1, 5, 6, 16, 37])
    func `bias, activation and residual come in this order`(_ activation: Activation, _ n: Int) throws {
        let weight = samples(n * 11, "weight")
        let input = samples(9 * 11, "input")
        let bias = samples(n, "bias")
        let residual = samples(9 * n, "residual")
        let code: Int32 = activation == .none ? 0 : activation == .quickGELU ? 1 : 2
        var wanted: [Float] = []
        for r in 0..<9 {
            for o in 0..<n {
                var y = Twin.chain(input[r * 11..<r * 11 + 11], weight[o * 11..<o * 11 + 11]) + bias[o]
                zl_activate(code, [y], &y, 1)
                wanted.append(y + residual[r * n + o])
            }
        }
        let layer = PackedWeights(weight, outputs: n, inputs: 11, bias: bias)
        for (level, got) in try atEachLevel({
            var output = [Float](repeating: 0, count: 9 * n)
            layer.apply(
                input, rows: 9, stride: 11, activation: activation, adding: residual, residualStride: n,
                into: &output, outputStride: n)
            return output
        }) {
            #expect(sameBits(got, wanted), "\(level)")
        }
    }

    @Test func `rows computed together or alone agree`() {
        let layer = PackedWeights(samples(50 * 40, "weight"), outputs: 50, inputs: 40)
        let input = Matrix(rows: 23, columns: 40, values: samples(23 * 40, "input"))
        let together = layer.apply(input, activation: .gelu)
        for r in 0..<23 {
            let alone = layer.apply(
                Matrix(rows: 1, columns: 40, values: Array(input.row(r))), activation: .gelu)
            #expect(sameBits(alone.values, Array(together.row(r))))
        }
    }

    @Test func `a chain starts from positive zero`() throws {
        let layer = PackedWeights([1], outputs: 1, inputs: 1)
        for (level, got) in try atEachLevel({
            var output: Float = 1
            layer.apply([-0.0], rows: 1, stride: 1, into: &output, outputStride: 1)
            return output
        }) {
            // fma(-0, 1, +0) is +0.
            #expect(got.bitPattern == 0, "\(level)")
        }
    }

    @Test(arguments: [(1, 1), (15, 3), (16, 8), (17, 5), (50, 40)])
    func `weights read in strips are those packed at once`(_ outputs: Int, _ inputs: Int) throws {
        let weight = samples(outputs * inputs, "weight")
        let bias = samples(outputs, "bias")
        var next = 0
        let strips = try PackedWeights(outputs: outputs, inputs: inputs, bias: bias) { rows, strip in
            #expect(rows.lowerBound == next)
            next = rows.upperBound
            for (i, value) in weight[rows.lowerBound * inputs..<rows.upperBound * inputs].enumerated() {
                strip[i] = value
            }
        }
        #expect(next == outputs)
        let whole = PackedWeights(weight, outputs: outputs, inputs: inputs, bias: bias)
        let input = Matrix(rows: 3, columns: inputs, values: samples(3 * inputs, "input"))
        #expect(strips.apply(input) == whole.apply(input))
    }

    @Test func `a product goes into a matrix of any shape`() {
        let layer = PackedWeights(samples(20 * 7, "weight"), outputs: 20, inputs: 7)
        let input = Matrix(rows: 9, columns: 7, values: samples(9 * 7, "input"))
        var output = Matrix(rows: 36, columns: 5, repeating: 3)
        layer.apply(input, activation: .gelu, into: &output)
        #expect(output.rows == 36 && output.values == layer.apply(input, activation: .gelu).values)
    }

    @Test func `what reading throws is thrown on`() {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            _ = try PackedWeights(outputs: 40, inputs: 2) { rows, _ in
                if rows.lowerBound == 32 { throw Failure() }
            }
        }
    }
}
