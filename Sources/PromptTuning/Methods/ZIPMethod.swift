public import Tensors
import ZerothOrder

/// ZIP: the re-parameterized context of `ZIPParameterization`, moved by clipped two-sided SPSA.
public struct ZIPMethod: TuningMethod {
    public static let name = "zip"
    /// Most floats that the candidates of one step take together, 1 GiB.
    static let candidateLimit = 1 << 28

    public let settings: PromptSettings
    let parameterization: ZIPParameterization
    let optimizer: SimultaneousPerturbation
    private(set) var state: SimultaneousPerturbation.State

    public init(_ settings: PromptSettings, initial: Matrix?, width: Int) throws {
        self.settings = settings
        parameterization = try ZIPParameterization(
            shape: settings.shape,
            initial: initial
                ?? ZIPParameterization.randomContext(
                    tokens: settings.shape.tokens, width: width, seed: settings.seed),
            seed: settings.seed)
        // A step holds 2K candidates of δ parameters, each with its direction and its context.
        let floats = 2 * parameterization.parameterCount + parameterization.initial.values.count
        let limit = Self.candidateLimit / (2 * settings.directions)
        guard floats <= limit else {
            throw TuningError.badSetting(
                name: "directions",
                expected: "fewer, or a smaller prompt: a step would hold too many numbers",
                got: "\(settings.directions) with \(parameterization.parameterCount) parameters")
        }
        optimizer = SimultaneousPerturbation(
            directions: settings.directions, perturbation: settings.perturbation, schedule: settings.schedule,
            clipping: settings.clipping, momentum: settings.momentum, seed: settings.seed)
        state = .init(parameters: parameterization.initialParameters)
    }

    public var parameters: [Float] { state.parameters }
    public var step: Int { state.step }
    public var queriesPerStep: Int { optimizer.evaluationsPerStep }
    public var clipThreshold: Double? { settings.clipping.threshold(parameters: state.parameters.count) }
    public var context: Matrix { parameterization.context(state.parameters) }

    public mutating func advance(_ losses: ([Matrix]) throws -> [Float]) throws -> StepSummary {
        StepSummary(
            try optimizer.step(&state) { candidates in
                try losses(candidates.map { parameterization.context($0) })
            })
    }

    /// Repeats a step whose losses are known, without the black box; the parameters come out with the same bits.
    mutating func repeatStep(_ summary: StepSummary) throws -> SimultaneousPerturbation.Record {
        try optimizer.step(&state) { _ in
            zip(summary.lossPlus, summary.lossMinus).flatMap { [$0, $1] }
        }
    }
}

extension StepSummary {
    init(_ record: SimultaneousPerturbation.Record) {
        self.init(
            step: record.step, loss: record.meanLoss, lossPlus: record.lossPlus, lossMinus: record.lossMinus,
            gradientNorm: record.gradientNorm, clipped: record.clipped, stepSize: record.stepSize,
            perturbationSize: record.perturbationSize)
    }
}
