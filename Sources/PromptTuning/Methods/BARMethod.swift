public import BlackBox
public import Tensors
import ZerothOrder

/// BAR: a learned frame around a smaller picture, moved by one-sided random gradient-free estimates (Tsai et al. 2020).
public struct BARMethod: TuningMethod {
    public static let name = "bar"
    public static let summary = "a learned frame around the picture, one-sided estimates (Tsai et al. 2020)"
    public static let help = """
        The picture, cropped to 194/224 of the model's side, sits in the middle of a frame sigmoid(P) of
        pixels in 0…1; P ~ N(0, 1) at the start, one number a pixel and channel of the whole frame. The
        text is a hand-written prompt. A step asks the pivot's focal loss, γ = 2, and those at P + βu for
        K directions u of unit length: ĝ = (δ/K) Σ u (ℓ(P + βu) − ℓ(P))/β, P ← P − a_k ĝ. The loss of
        a step is the pivot's focal loss.

        a_k = (a − a-end)(1 − k/k_end)^0.9 + a-end. As published k_end is 0.9 · 1 000 epochs, whatever the
        budget, so that 5 000 queries end at 1.0 with one minibatch an epoch and at 9.3 with twelve;
        --plan budget takes 0.9 of the steps that the budget allows. The published code trains on random
        crops and flips: --augment.

        Trace, for δ = 3 · side²: step.k.w [δ], batch [b] (and views [b], with --augment), u [K, δ],
        loss [1 + K] with the pivot first, gradient [δ], step_size [1], w_next [δ]. A step has K + 3
        tensors of δ; 'trace FILE --last N' writes fewer steps.

          prompt new --method bar
          prompt new --method bar --plan budget --template "a drawing of a {}."
        """

    static let directions = Setting.integer("directions", 1...10_000, default: 5, "directions K a step")
    static let smoothing = Setting.number("beta", default: 0.01, "length β of a perturbation")
    static let first = Setting.number("a", default: 10, "step size at the start")
    static let last = Setting.number("a-end", default: 0.1, "step size at the end")
    static let plan = Setting.choice(
        "plan", ["published", "budget"], default: "published",
        "when the step size has fallen: after 900 epochs, or 0.9 of the budget")
    static let focus = Setting.number("focal", .atLeastZero, default: 2, "γ of the focal loss")
    static let inner = Setting<Int?>(
        "inner", .integer(1...100_000), absent: "auto", placeholder: "N",
        "side of the picture in the frame, in pixels (194/224 of the model's)"
    ) { if case .integer(let side)? = $0 { side } else { nil } }

    public static let settings = [
        directions.key, smoothing.key, first.key, last.key, plan.key, focus.key, inner.key,
        CommonSettings.template.key, CommonSettings.augment.key,
    ]
    public static let measures = [
        MeasureKey(
            "gradient-norm", plot: "gradient", symbol: "‖ĝ‖", title: "Gradient norm", isHeadline: true),
        MeasureKey("step-size", symbol: "a_k", title: "Step size"),
    ]
    public static let lossName = "focal loss"

    /// Epochs that the published schedule plans for, and the part of them over which it falls.
    private static let (epochs, falling, power) = (1000.0, 0.9, 0.9)

    public let settings: MethodSettings
    private let problem: TuningProblem
    private let estimate: RandomGradientFree
    private let innerSide: Int
    /// k_end
    private let end: Double
    private var program: [Float]
    public private(set) var step = 0

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        let side = problem.facts.imageSide
        let innerSide = settings[Self.inner] ?? Self.standardInner(side: side)
        guard innerSide >= 1, innerSide < side, (side - innerSide) % 2 == 0 else {
            let parity = side % 2 == 0 ? "even" : "odd"
            throw TuningError.badSetting(
                name: Self.inner.key.name,
                expected: "an \(parity) side below the model's \(side) px, so that a frame is left,",
                got: "\(innerSide)")
        }
        let count = 3 * side * side
        try problem.checkRoom(
            candidates: settings[Self.directions] + 1, Self.directions, numbers: 3 * count,
            what: "\(count) parameters")
        self.settings = settings
        self.problem = problem
        self.innerSide = innerSide
        estimate = RandomGradientFree(
            directions: settings[Self.directions], smoothing: settings[Self.smoothing], seed: problem.seed)
        let steps =
            settings[Self.plan] == "budget"
            ? Double(problem.budget / estimate.evaluationsPerStep)
            : Self.epochs * Double(problem.plan.batchesPerEpoch)
        end = max(1, Self.falling * steps)
        program = RandomStream(seed: problem.seed, purpose: .barProgram).normals(count)
    }

    /// 194/224 of the model's side, rounded to the nearest even number.
    package static func standardInner(side: Int) -> Int {
        let half = (Double(side) * 194 / 224 / 2).rounded()
        return 2 * Int(half) + side % 2
    }

    /// a_k of step k, from 1.
    package func stepSize(at step: Int) -> Float {
        let (first, last) = (settings[Self.first], settings[Self.last])
        let left = max(0, 1 - Double(step) / end)
        return Float((first - last) * Elementary.pow(left, Self.power) + last)
    }

    public var parameters: [Float] { program }
    public var queriesPerStep: Int { estimate.evaluationsPerStep }
    public var description: String {
        "pictures of \(innerSide) px in a frame of \(problem.facts.imageSide) px, δ = \(program.count), "
            + DisplayNumber.count(estimate.directions, "direction")
    }
    public var schedule: String {
        "a = \(settings[Self.first]) to \(settings[Self.last]), β = \(estimate.smoothing)"
    }
    public var deployed: Classifier { Classifier(prompt(program)) }

    private func prompt(_ program: [Float]) -> Prompt {
        Prompt(
            text: .templates(settings[CommonSettings.template]),
            visual: .pixels(PixelFrame(program: program, side: problem.facts.imageSide, inner: innerSide)))
    }

    /// The minibatch of the next step.
    private var batch: Minibatch {
        problem.batch(step: step + 1, augment: settings[CommonSettings.augment])
    }

    public func ask() throws -> [Query] {
        let batch = batch
        return try estimate.ask(program, step: step + 1).map { Query(prompt($0), batch) }
    }

    public func read(_ answers: [Answer], to queries: [Query]) -> [Float] {
        let gamma = settings[Self.focus]
        return zip(answers, queries).map { $0.meanFocalLoss(labels: $1.batch.labels, gamma: gamma) }
    }

    public mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        let gradient = try estimate.gradient(readings, step: step + 1, count: program.count)
        let size = stepSize(at: step + 1)
        let next = zip(program, gradient).map { $0 - size * $1 }
        guard next.allSatisfy(\.isFinite) else { throw ZerothOrderError.parametersNotFinite(step: step + 1) }
        program = next
        step += 1
        let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        return StepRecord(
            step: step, loss: Double(readings[0]), measures: [.number(norm), .single(size)])
    }

    public var state: MethodState {
        MethodState([NamedTensor("parameters", program)], counters: ["step": step])
    }

    public mutating func restore(_ state: MethodState) throws {
        let values = try state.floats("parameters", count: program.count, of: Self.name)
        step = try state.counter("step", of: Self.name)
        program = values
    }

    public func traced(_ readings: [Float]) throws -> [NamedTensor] {
        var next = self
        _ = try next.tell(readings)
        let drawn = estimate.drawn(step: step + 1, count: program.count)
        let gradient = try estimate.gradient(readings, step: step + 1, count: program.count)
        return batch.traced + [
            NamedTensor("w", program),
            NamedTensor("u", shape: [drawn.count, program.count], drawn.flatMap { $0 }),
            NamedTensor("loss", readings), NamedTensor("gradient", gradient),
            NamedTensor("step_size", [stepSize(at: step + 1)]), NamedTensor("w_next", next.program),
        ]
    }
}

extension Answer {
    /// Mean over the images of (1 − p)^γ · −log p, p the label's probability.
    package func meanFocalLoss(labels: [Int], gamma: Double) -> Float {
        let sum = labels.enumerated().reduce(0.0) { sum, item in
            let loss = Double(crossEntropy(Array(logits.row(item.offset)), label: item.element))
            let rest = 1 - Elementary.exp(-loss)
            return sum + (rest > 0 ? Elementary.pow(rest, gamma) : gamma == 0 ? 1 : 0) * loss
        }
        return Float(sum / Double(labels.count))
    }
}

extension RandomPurpose {
    /// P at the start.
    static let barProgram = RandomPurpose("bar.program")
}
