import Tensors
import ZerothOrder

/// Settings, measures and trace of the methods that move by simultaneous perturbation.
///
/// The gains are Spall's (1992): a_k = a/(k + o)^α, c_k = c/k^γ, with the values of Park et al. (2025).
enum PerturbationSettings {
    private static let gains = GainSchedule()
    static let directions = Setting.integer("directions", 1...10_000, default: 5, "directions K a step")
    static let perturbation = Setting.choice(
        "perturbation", Perturbation.allCases.map(\.rawValue), default: Perturbation.segmented.rawValue,
        "how directions are drawn")
    static let stepSize = Setting.number("a", default: gains.stepSize, "step size")
    static let perturbationSize = Setting.number(
        "c", default: gains.perturbationSize, "perturbation size")
    static let offset = Setting.number("o", .atLeastZero, default: gains.offset, "offset of the step size")
    static let stepDecay = Setting.number(
        "alpha", .atLeastZero, default: gains.stepDecay, "decay of the step size")
    static let perturbationDecay = Setting.number(
        "gamma", .atLeastZero, default: gains.perturbationDecay, "decay of the perturbation size")

    static let keys = [
        directions.key, perturbation.key, stepSize.key, perturbationSize.key, offset.key, stepDecay.key,
        perturbationDecay.key,
    ]

    static let measures = [
        MeasureKey(
            "gradient-norm", plot: "gradient", symbol: "‖ĝ‖", title: "Gradient norm", isHeadline: true,
            limitLabel: "clip at"),
        MeasureKey("clipped", symbol: "clipped", title: "Clipped steps", isHeadline: true),
        MeasureKey("step-size", symbol: "a_k", title: "Step size"),
        MeasureKey("perturbation-size", symbol: "c_k", title: "Perturbation size"),
    ]

    static func optimizer(
        _ settings: MethodSettings, clipping: Clipping, momentum: Double?, seed: UInt64
    ) -> SimultaneousPerturbation {
        SimultaneousPerturbation(
            directions: settings[directions],
            perturbation: Perturbation(rawValue: settings[perturbation]) ?? .segmented,
            schedule: GainSchedule(
                stepSize: settings[stepSize], perturbationSize: settings[perturbationSize],
                offset: settings[offset], stepDecay: settings[stepDecay],
                perturbationDecay: settings[perturbationDecay]),
            clipping: clipping, momentum: momentum, seed: seed)
    }
}

extension StepRecord {
    init(_ record: SimultaneousPerturbation.Record) {
        self.init(
            step: record.step, loss: record.meanLoss,
            measures: [
                .number(record.gradientNorm), .flag(record.clipped), .single(record.stepSize),
                .single(record.perturbationSize),
            ])
    }
}

extension SimultaneousPerturbation {
    /// The tensors of the step from `state`: w, z, loss_plus, loss_minus, gradient (averaged, before clipping), w_next.
    func traced(_ state: State, _ losses: [Float]) throws -> [NamedTensor] {
        var next = state
        let record = try tell(&next, losses)
        return [
            NamedTensor("w", state.parameters),
            NamedTensor(
                "z", shape: [record.directions.count, state.parameters.count],
                record.directions.flatMap { $0 }),
            NamedTensor("loss_plus", record.lossPlus), NamedTensor("loss_minus", record.lossMinus),
            NamedTensor("gradient", record.gradient), NamedTensor("w_next", next.parameters),
        ]
    }
}

extension SimultaneousPerturbation.State {
    var saved: MethodState {
        MethodState(
            [NamedTensor("parameters", parameters), NamedTensor("velocity", velocity)],
            counters: ["step": step])
    }

    /// - Parameter method: whose state it is, for errors.
    mutating func restore(_ saved: MethodState, of method: String, momentum: Bool) throws {
        var next = self
        next.step = try saved.counter("step", of: method)
        next.parameters = try saved.floats("parameters", count: parameters.count, of: method)
        let length = momentum && next.step > 0 ? parameters.count : 0
        next.velocity = try saved.floats("velocity", count: length, of: method)
        self = next
    }
}
