import Tensors

/// Spall's gain sequences: step size a_k = a/(k + o)^α and perturbation size c_k = c/k^γ, k = 1, 2, ….
public struct GainSchedule: Sendable, Equatable {
    /// a, the numerator of the step size.
    public var stepSize: Double
    /// c, the numerator of the perturbation size.
    public var perturbationSize: Double
    /// o, the stability offset.
    public var offset: Double
    /// α, how fast the step size falls.
    public var stepDecay: Double
    /// γ, how fast the perturbation size falls.
    public var perturbationDecay: Double

    /// The published settings: (o, c, a, α, γ) = (1, 0.01, 0.01, 0.4, 0.1).
    public init(
        stepSize: Double = 0.01, perturbationSize: Double = 0.01, offset: Double = 1, stepDecay: Double = 0.4,
        perturbationDecay: Double = 0.1
    ) {
        self.stepSize = stepSize
        self.perturbationSize = perturbationSize
        self.offset = offset
        self.stepDecay = stepDecay
        self.perturbationDecay = perturbationDecay
    }

    /// a_k of step k ≥ 1, computed in double precision and rounded once.
    public func stepSize(at step: Int) -> Float {
        Float(stepSize / Elementary.pow(Double(step) + offset, stepDecay))
    }

    /// c_k of step k ≥ 1, computed in double precision and rounded once.
    public func perturbationSize(at step: Int) -> Float {
        Float(perturbationSize / Elementary.pow(Double(step), perturbationDecay))
    }
}
