import BlackBox
public import Tensors
import ZerothOrder

/// ZIP: the re-parameterized context of `ZIPParameterization`, moved by clipped two-sided SPSA (Park et al. 2025).
public struct ZIPMethod: PerturbedMethod {
    public static let name = "zip"
    public static let summary = "re-parameterized context, clipped two-sided SPSA (Park et al. 2025)"
    public static let help = """
        ZIP moves m context vectors through δ parameters: a matrix of low rank with a diagonal and a
        shared row, projected at random (Fastfood). With the defaults δ = 417 and a gradient is clipped
        at √δ = 20.4. A step costs 2 × directions queries on one minibatch.

        --augment V draws V random crops (8 to 100 % of the area, half of them flipped) of each
        training image once and lets each step see one of them. The published code augments always,
        anew in each step; on the embedded tasks that costs accuracy, so 0, the images themselves, is
        the default.

        Ablations: --rank full, --no-diagonal, --no-sharing, --no-projection, --clip none or N,
        --momentum 0.8 (SPSA-GC), --perturbation rademacher.

        Trace, for m tokens of width d, K directions, b images and L the next power of two from d:

        - ctx0 [m, d]               the context before any step
        - fastfood.i.B, P, G [L]    signs, permutation and Gaussian of token i
        - step.k.w [δ]              parameters before step k, from 1
        - step.k.batch [b]          places in the list 'train_images' of the metadata
        - step.k.views [b]          which view of each, with --augment
        - step.k.z [K, δ]           directions
        - step.k.loss_plus [K]      losses at w + c_k z
        - step.k.loss_minus [K]     losses at w - c_k z
        - step.k.gradient [δ]       the averaged estimate before clipping
        - step.k.w_next [δ]         parameters after the step

        c_k = c/k^γ and a_k = a/(k + o)^α. The gradient is the mean over the directions of
        (loss_plus - loss_minus)/(2 c_k z); where its length reaches √δ it is scaled to √δ; then
        w_next = w - a_k gradient. Examples/check_trace.py checks a trace in this way.

          prompt new
          prompt new --tokens 4 --dim 200 --rank 3 --seed 2 --a 0.05
          prompt new --init "a photo of a" --rank 4
        """

    private static let standard = ZIPParameterization.Shape()
    static let tokens = Setting.integer("tokens", 1...1000, default: standard.tokens, "context tokens m")
    static let dimensions = Setting.integer(
        "dim", 1...10_000_000, default: standard.dimensions, "intrinsic dimension D")
    static let rank = Setting<Int?>(
        "rank", .choiceOrInteger(["full"], 1...100_000), default: standard.rank.map { .integer($0) },
        "rank r, or full"
    ) { value in
        if case .integer(let rank)? = value { rank } else { nil }
    }
    static let diagonal = Setting.on("diagonal", "ablation: W = U·Vᵀ + 1·uᵀ")
    static let sharing = Setting.on("sharing", "ablation: without the shared row u")
    static let projection = Setting.on("projection", "ablation: context = θ₀ + W, without Fastfood")
    static let clipping = Setting<Clipping>(
        "clip", .choiceOrNumber(["auto", "none"], Double.leastNonzeroMagnitude...Double.infinity),
        default: .text("auto"), placeholder: "auto|none|N", "longest gradient: √δ, no limit, or a number"
    ) { value in
        switch value {
        case .number(let limit)?: .fixed(limit)
        case .integer(let limit)?: .fixed(Double(limit))
        case .text("none")?: .none
        default: .intrinsicDimension
        }
    }
    static let momentum = Setting<Double?>(
        "momentum", .number(0...1), placeholder: "B", "β of SPSA-GC"
    ) { value in
        switch value {
        case .number(let value)?: value
        case .integer(let value)?: Double(value)
        default: nil
        }
    }

    public static let settings =
        [
            tokens.key, dimensions.key, rank.key, diagonal.key, sharing.key, projection.key,
            CommonSettings.initial.key, CommonSettings.augment.key,
        ] + PerturbationSettings.keys + [clipping.key, momentum.key]
    public static let measures = PerturbationSettings.measures

    public let settings: MethodSettings
    let parameterization: ZIPParameterization
    let optimizer: SimultaneousPerturbation
    private let problem: TuningProblem
    private(set) var spsa: SimultaneousPerturbation.State

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        var settings = settings
        let initial = try problem.initialContext(&settings, tokens: Self.tokens)
        let shape = try Self.shape(&settings, width: initial.columns)
        parameterization = try ZIPParameterization(shape: shape, initial: initial, seed: problem.seed)
        optimizer = PerturbationSettings.optimizer(
            settings, clipping: settings[Self.clipping], momentum: settings[Self.momentum], seed: problem.seed
        )
        try problem.checkRoom(
            candidates: optimizer.evaluationsPerStep, PerturbationSettings.directions,
            numbers: 2 * parameterization.parameterCount + initial.values.count,
            what: "\(parameterization.parameterCount) parameters")
        self.settings = settings
        self.problem = problem
        spsa = .init(parameters: parameterization.initialParameters)
    }

    /// The parameterization's shape; a rank that is not given is at most what fits.
    private static func shape(
        _ settings: inout MethodSettings, width: Int
    ) throws -> ZIPParameterization.Shape {
        var shape = ZIPParameterization.Shape()
        shape.tokens = settings[tokens]
        shape.dimensions = settings[dimensions]
        shape.diagonal = settings[diagonal]
        shape.sharing = settings[sharing]
        shape.projection = settings[projection]
        if shape.projection, !settings.isGiven(dimensions) {
            shape.dimensions = min(shape.dimensions, shape.largestDimensions(width: width))
            settings.set(dimensions, .integer(shape.dimensions))
        }
        let columns = shape.projection ? shape.dimensions / shape.tokens : width
        if !settings.isGiven(rank), let standard = settings[rank] {
            settings.set(rank, .integer(max(1, min(standard, shape.tokens, columns))))
        }
        shape.rank = settings[rank]
        if shape.rank == nil, !shape.diagonal {
            throw TuningError.conflict(
                name: "rank", reason: "'--no-diagonal' has no meaning with '--rank full'")
        }
        if !shape.projection, settings.isGiven(dimensions) {
            throw TuningError.conflict(name: "dim", reason: "'--dim' has no meaning with '--no-projection'")
        }
        return shape
    }

    var blocks: [(name: String, count: Int)] { parameterization.layout }
    public var limits: [String: Double] {
        optimizer.clipping.threshold(parameters: parameters.count).map { ["gradient-norm": $0] } ?? [:]
    }

    public var description: String {
        let shape = parameterization.shape
        let clip = limits["gradient-norm"].map { "clipped at \(DisplayNumber.figure($0))" } ?? "not clipped"
        return "\(shape.tokens) context tokens, "
            + (shape.projection ? "D = \(shape.dimensions)" : "no projection") + ", "
            + (shape.rank.map { "rank \($0)" } ?? "full rank")
            + ", δ = \(parameters.count), gradients \(clip)"
    }

    public var schedule: String {
        "a = \(optimizer.schedule.stepSize), c = \(optimizer.schedule.perturbationSize)"
    }

    public var deployed: Classifier {
        Classifier(Prompt(text: .context(parameterization.context(spsa.parameters))))
    }

    func query(at parameters: [Float], on batch: Minibatch) -> Query {
        Query(Prompt(text: .context(parameterization.context(parameters))), batch)
    }

    var batch: Minibatch {
        problem.batch(step: step + 1, augment: settings[CommonSettings.augment])
    }

    public mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        StepRecord(try optimizer.tell(&spsa, readings))
    }

    public var state: MethodState { spsa.saved }

    public mutating func restore(_ state: MethodState) throws {
        try spsa.restore(state, of: Self.name, momentum: optimizer.momentum != nil)
    }

    public var traced: [NamedTensor] {
        [NamedTensor("ctx0", parameterization.initial)] + parameterization.traced
    }

    public func traced(_ readings: [Float]) throws -> [NamedTensor] {
        batch.traced + (try optimizer.traced(spsa, readings))
    }
}
