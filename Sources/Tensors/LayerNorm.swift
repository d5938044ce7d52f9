import CKernels

/// Layer normalization with a learned scale and shift.
public struct LayerNorm: Sendable, Equatable {
    public let weight: [Float]
    public let bias: [Float]
    public let epsilon: Float

    public var width: Int { weight.count }

    /// `weight` and `bias` have one value a column.
    public init(weight: [Float], bias: [Float], epsilon: Float = 1e-5) {
        precondition(
            weight.count == bias.count, "expected \(weight.count) biases; got \(bias.count)")
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }

    /// output = (x − mean) / √(variance + ε) · weight + bias for each row; may work in place.
    public func apply(
        _ input: UnsafePointer<Float>, rows: Int, stride: Int,
        into output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        precondition(rows >= 0, "expected rows from 0; got \(rows)")
        precondition(rows <= 1 || stride >= width, "expected a stride from \(width); got \(stride)")
        precondition(
            rows <= 1 || outputStride >= width,
            "expected an output stride from \(width); got \(outputStride)")
        zl_layer_norm(input, rows, width, stride, weight, bias, epsilon, output, outputStride)
    }
}
