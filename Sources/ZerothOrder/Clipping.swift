/// What is done to a gradient estimate that is too long.
public enum Clipping: Sendable, Equatable {
    case none
    /// The longest norm is given.
    case fixed(Double)
    /// The longest norm is √δ, the square root of the number of parameters (ZIP's rule; nothing to tune).
    case intrinsicDimension

    /// The longest norm for δ parameters; nil where nothing is clipped.
    public func threshold(parameters: Int) -> Double? {
        switch self {
        case .none: nil
        case .fixed(let limit): limit
        case .intrinsicDimension: Double(parameters).squareRoot()
        }
    }

    /// Scales the gradient to the threshold if its norm reaches it: ĝ ← ĝ·T/‖ĝ‖ where ‖ĝ‖ ≥ T.
    ///
    /// - Returns: whether it was scaled.
    func apply(to gradient: inout [Float], norm: Double) -> Bool {
        guard let limit = threshold(parameters: gradient.count), norm >= limit else { return false }
        let factor = limit / norm
        for index in gradient.indices { gradient[index] = Float(Double(gradient[index]) * factor) }
        return true
    }
}
