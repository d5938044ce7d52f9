/// What one step showed.
public struct StepSummary: Sendable, Equatable {
    /// k, from 1.
    public var step: Int
    /// Training queries used after the step.
    public var queries = 0
    /// Mean of all losses of the step.
    public var loss: Double
    /// ℓ(w + c_k z), [K]
    public var lossPlus: [Float]
    /// ℓ(w − c_k z), [K]
    public var lossMinus: [Float]
    /// ‖ĝ‖₂ before clipping.
    public var gradientNorm: Double
    public var clipped: Bool
    /// a_k
    public var stepSize: Float
    /// c_k
    public var perturbationSize: Float
}

/// Accuracy and loss on a split, and when they were measured.
public struct Evaluation: Sendable, Equatable {
    /// "training", "validation" or "test".
    public var split: String
    /// Steps taken before.
    public var step: Int
    /// Training queries used before.
    public var queries: Int
    public var score: Score
}

/// All numbers of a run, in order.
public struct RunHistory: Sendable, Equatable {
    public internal(set) var steps: [StepSummary] = []
    public internal(set) var evaluations: [Evaluation] = []

    /// Evaluations of one split, in order.
    public func evaluations(of split: String) -> [Evaluation] {
        evaluations.filter { $0.split == split }
    }
}
