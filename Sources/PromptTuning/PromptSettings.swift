public import ZerothOrder

/// Everything that decides a tuning run besides model and data; the defaults are ZIP's published ones.
public struct PromptSettings: Sendable, Equatable {
    public var method = "zip"
    /// Sizes and parts of the parameterization.
    public var shape = ZIPParameterization.Shape()
    /// Where θ₀ comes from.
    public var initial = InitialContext.normal
    /// Seed of everything drawn: θ₀, projections, V, perturbations, batches.
    public var seed: UInt64 = 1
    /// Most training queries.
    public var budget = 5000
    /// Most images of one minibatch.
    public var batchSize = 128
    /// K
    public var directions = 5
    public var perturbation = Perturbation.segmented
    public var schedule = GainSchedule()
    public var clipping = Clipping.intrinsicDimension
    /// β of SPSA-GC; nil for plain SPSA.
    public var momentum: Double?

    /// Where the first context comes from.
    public enum InitialContext: Sendable, Equatable, CustomStringConvertible {
        /// Drawn from N(0, 0.02²).
        case normal
        /// Token embeddings of these words.
        case words(String)
        /// A saved context, known by the SHA-256 of its file.
        case file(digest: String)

        public var description: String {
            switch self {
            case .normal: "normal"
            case .words(let words): "words: \(words)"
            case .file(let digest): "file sha256:\(digest)"
            }
        }
    }

    public init() {}

    /// Names and values as text, in a fixed order; numbers are written so that they read back exactly.
    public var described: [(name: String, value: String)] {
        let clip =
            switch clipping {
            case .none: "none"
            case .fixed(let limit): "\(limit)"
            case .intrinsicDimension: "auto"
            }
        return [
            ("method", method), ("tokens", "\(shape.tokens)"), ("dim", "\(shape.dimensions)"),
            ("rank", shape.rank.map { "\($0)" } ?? "full"), ("diagonal", "\(shape.diagonal)"),
            ("sharing", "\(shape.sharing)"), ("projection", "\(shape.projection)"),
            ("init", "\(initial)"), ("seed", "\(seed)"), ("budget", "\(budget)"),
            ("batch", "\(batchSize)"), ("directions", "\(directions)"),
            ("perturbation", perturbation.rawValue), ("a", "\(schedule.stepSize)"),
            ("c", "\(schedule.perturbationSize)"), ("o", "\(schedule.offset)"),
            ("alpha", "\(schedule.stepDecay)"), ("gamma", "\(schedule.perturbationDecay)"), ("clip", clip),
            ("momentum", momentum.map { "\($0)" } ?? "none"),
        ]
    }
}
