import CKernels

/// The heads of an attention layer.
public struct AttentionShape: Sendable, Equatable {
    public let heads: Int
    /// Columns of one head.
    public let headWidth: Int
    /// The factor of the scores, 1 / √headWidth where nothing else is said.
    public let scale: Float

    /// Columns of all heads.
    public var width: Int { heads * headWidth }

    public init(heads: Int, headWidth: Int, scale: Float? = nil) {
        precondition(heads > 0 && headWidth > 0, "expected heads; got \(heads) of \(headWidth)")
        self.heads = heads
        self.headWidth = headWidth
        self.scale = scale ?? 1 / Float(headWidth).squareRoot()
    }

    /// Floats of scratch that `attention` needs over that many keys (prefix and own together).
    public func scratchCount(keys: Int) -> Int { zl_attention_scratch(keys, headWidth) }
}

/// Keys and values as rows in the caller's memory.
public struct AttentionSpan {
    public let keys: UnsafePointer<Float>
    public let values: UnsafePointer<Float>
    public let count: Int
    /// Floats from one row to the next, in both.
    public let stride: Int

    public init(
        keys: UnsafePointer<Float>, values: UnsafePointer<Float>, count: Int, stride: Int
    ) {
        precondition(count >= 0, "expected a count from 0; got \(count)")
        self.keys = keys
        self.values = values
        self.count = count
        self.stride = stride
    }
}

/// Multi-head softmax attention over a prefix's keys, then own keys, on the calling thread.
///
/// With `causal`, query i stands at own position keys − queries + i and sees the prefix and the own keys up
/// to itself; otherwise it sees all. The result depends neither on how keys are divided between the prefix
/// and the own span, nor on how many queries are computed together. `scratch` has at least
/// `shape.scratchCount(keys:)` floats.
public func attention(
    _ shape: AttentionShape, queries: UnsafePointer<Float>, queryCount: Int, queryStride: Int,
    prefix: AttentionSpan? = nil, own: AttentionSpan, causal: Bool,
    into output: UnsafeMutablePointer<Float>, outputStride: Int,
    scratch: UnsafeMutableBufferPointer<Float>
) {
    let total = (prefix?.count ?? 0) + own.count
    precondition(queryCount >= 0, "expected queries from 0; got \(queryCount)")
    precondition(total > 0 || queryCount == 0, "expected keys; got none")
    precondition(
        !causal || own.count >= queryCount,
        "expected at least \(queryCount) own keys under the mask; got \(own.count)")
    let needed = shape.scratchCount(keys: total)
    guard queryCount > 0, let workspace = scratch.baseAddress, scratch.count >= needed else {
        precondition(
            queryCount == 0, "expected \(needed) floats of scratch; got \(scratch.count)")
        return
    }
    zl_attention(
        queries, queryStride, queryCount, prefix?.keys, prefix?.values, prefix?.stride ?? 0,
        prefix?.count ?? 0, own.keys, own.values, own.stride, own.count, shape.heads,
        shape.headWidth, shape.scale, causal, output, outputStride, workspace)
}
