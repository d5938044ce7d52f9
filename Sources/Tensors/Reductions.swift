import CKernels

/// The sum of products by the 16-lane rule.
public func dot(_ x: [Float], _ y: [Float]) -> Float {
    precondition(x.count == y.count, "expected \(x.count) values; got \(y.count)")
    return zl_dot(x, y, x.count)
}

/// The sum of squares by the 16-lane rule.
public func sumOfSquares(_ x: [Float]) -> Float { zl_sum_squares(x, x.count) }

/// √(sum of squares).
public func l2Norm(_ x: [Float]) -> Float { sumOfSquares(x).squareRoot() }

/// The sum by the 16-lane rule.
public func sum(_ x: [Float]) -> Float { zl_sum(x, x.count) }

/// −log softmax(logits)[label] of one row of logits.
public func crossEntropy(_ logits: UnsafeBufferPointer<Float>, label: Int) -> Float {
    precondition(
        label >= 0 && label < logits.count,
        "expected a label below \(logits.count); got \(label)")
    guard let start = logits.baseAddress else { return .nan }
    return zl_cross_entropy(start, logits.count, label)
}

/// −log softmax(logits)[label] of one row of logits.
public func crossEntropy(_ logits: [Float], label: Int) -> Float {
    logits.withUnsafeBufferPointer { crossEntropy($0, label: label) }
}

/// The probabilities softmax(logits) of one row of logits.
public func softmax(_ logits: [Float]) -> [Float] {
    var result = logits
    zl_softmax(&result, result.count)
    return result
}

/// e^x, element by element.
public func exponentials(_ x: [Float]) -> [Float] {
    var result = x
    result.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        zl_exp(start, start, buffer.count)
    }
    return result
}

/// Replaces a vector by its unnormalised Walsh–Hadamard transform H x.
///
/// The count is a power of two. Stages run over h = 1, 2, 4, …, each pair (a, b) at distance h becoming
/// (a + b, a − b).
public func walshHadamard(_ x: inout [Float]) {
    precondition(
        x.count > 0 && x.count & (x.count - 1) == 0, "expected a power of two; got \(x.count)")
    zl_walsh_hadamard(&x, x.count)
}
