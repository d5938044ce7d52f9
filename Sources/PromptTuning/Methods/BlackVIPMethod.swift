public import BlackBox
import Synchronization
public import Tensors
import ZerothOrder

/// BlackVIP: a decoder draws an additive prompt for each picture, moved by SPSA with momentum (Oh et al. 2023).
public struct BlackVIPMethod: PerturbedMethod {
    public static let name = "blackvip"
    public static let summary = "a decoder draws each picture's additive prompt, SPSA-GC (Oh et al. 2023)"
    public static let help = """
        A small decoder draws a prompt of 3 × side × side for each picture, from a frozen encoder's
        class token joined with a learned trigger: x' = x + ε · prompt on normalised pixels, clipped to
        the range that pixels have. The text is a hand-written prompt. All the decoder's numbers and the
        trigger are moved by two-sided SPSA with momentum (SPSA-GC, β = 0.8), without clipping.

        The published encoder is a ViT-MAE that the user runs. Here it is the vision tower of the model
        folder --encoder, or the box's own vision tower where none is given, before its final LayerNorm;
        asking it is no query. The published pictures are 224 px; any multiple of 32 serves, the first
        map is then (side/32)² with as many channels as hold the class token and a trigger of its length.

        Batch normalisation uses the minibatch's own moments while training and the running averages
        (momentum 0.1, gathered over the perturbed passes) in evaluation, so that accuracy does not depend
        on how evaluation is batched. The published code trains on random crops and flips: --augment.

        Trace: step.k.w [δ] (trigger, then layers in turn), batch [b] (and views [b], with --augment),
        z [K, δ], loss_plus [K], loss_minus [K], gradient [δ], w_next [δ], and the averages after the
        step: running_means [144], running_variances [144]. The metadata has encoder_sha256.

          prompt new --method blackvip
          prompt new --method blackvip --encoder Assets/Model
        """

    static let encoder = Setting.optional(
        "encoder", .path, absent: "own", placeholder: "FOLDER",
        "model whose vision tower feeds the decoder (the box's own)")
    static let strength = Setting.number("epsilon", default: 1, "factor ε of the prompt")
    static let momentum = Setting.number("momentum", .number(0...1), default: 0.8, "β of SPSA-GC")

    public static let settings =
        [
            CommonSettings.template.key, encoder.key, strength.key, momentum.key, CommonSettings.augment.key,
        ] + PerturbationSettings.keys
    public static let measures = PerturbationSettings.measures

    public let settings: MethodSettings
    private let problem: TuningProblem
    private let imageEncoder: any ImageEncoder
    private let decoder: BlackVIPDecoder
    let optimizer: SimultaneousPerturbation
    private(set) var spsa: SimultaneousPerturbation.State
    private var statistics: BlackVIPDecoder.RunningStatistics

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        imageEncoder = try problem.encoder(settings[Self.encoder])
        decoder = try BlackVIPDecoder(featureLength: imageEncoder.length, side: problem.facts.imageSide)
        optimizer = PerturbationSettings.optimizer(
            settings, clipping: .none, momentum: settings[Self.momentum], seed: problem.seed)
        // A step holds 2K candidates with their directions, and draws each picture's prompt.
        try problem.checkRoom(
            candidates: optimizer.evaluationsPerStep, PerturbationSettings.directions,
            numbers: 2 * decoder.parameterCount, what: "\(decoder.parameterCount) parameters")
        // Prompts and the decoder's last maps of a whole minibatch are held at once.
        try problem.checkRoom(
            candidates: problem.plan.batchSize, CommonSettings.batch,
            numbers: 9 * problem.facts.imageSide * problem.facts.imageSide,
            what: "pictures of \(problem.facts.imageSide) px")
        spsa = .init(parameters: decoder.initialParameters(seed: problem.seed))
        statistics = decoder.initialStatistics
        self.settings = settings
        self.problem = problem
    }

    public var description: String {
        "a decoder of \(decoder.channels) channels fed by a feature of \(decoder.featureLength) and a trigger of "
            + "\(decoder.triggerLength), δ = \(parameters.count)"
    }
    public var schedule: String {
        "a = \(optimizer.schedule.stepSize), c = \(optimizer.schedule.perturbationSize), ε = \(settings[Self.strength])"
    }

    public var provenance: [String: String] { ["encoder": imageEncoder.digest] }

    public var deployed: Classifier {
        Classifier(
            prompt(
                DecodedPixels(
                    decoder: decoder, parameters: parameters, statistics: statistics, encoder: imageEncoder,
                    strengths: strengths)))
    }

    private func prompt(_ program: any PixelProgram) -> Prompt {
        Prompt(text: .templates(settings[CommonSettings.template]), visual: .pixels(program))
    }

    /// What a prompt is multiplied with to change pixels in 0…1: ε and each channel's deviation.
    private var strengths: [Float] {
        problem.facts.pixelDeviation.map { Float(settings[Self.strength]) * $0 }
    }

    /// The trigger, the stages, the last layer.
    var blocks: [(name: String, count: Int)] {
        decoder.layout.reduce(into: []) { blocks, tensor in
            let name = String(tensor.name.prefix { $0 != "." })
            let count = tensor.shape.reduce(1, *)
            if let last = blocks.last, last.name == name {
                blocks[blocks.count - 1].count = last.count + count
            } else {
                blocks.append((name, count))
            }
        }
    }

    var batch: Minibatch {
        problem.batch(step: step + 1, augment: settings[CommonSettings.augment])
    }

    func query(at parameters: [Float], on batch: Minibatch) -> Query {
        Query(
            prompt(
                DecodedPixels(
                    decoder: decoder, parameters: parameters, statistics: nil, encoder: imageEncoder,
                    strengths: strengths)), batch)
    }

    /// The losses, and behind them the running statistics after the round's passes.
    public func read(_ answers: [Answer], to queries: [Query]) throws -> [Float] {
        var statistics = statistics
        for query in queries {
            guard case .pixels(let program) = query.prompt.visual, let pass = program as? DecodedPixels else {
                preconditionFailure("a query that is not this method's")
            }
            statistics.take(try pass.moments(of: query.batch))
        }
        return zip(answers, queries).map { $0.meanLoss(labels: $1.batch.labels) } + statistics.values
    }

    public func readingCount(of queries: [Query]) -> Int { queries.count + statistics.values.count }

    public mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        let running = Array(readings.dropFirst(queriesPerStep))
        // Pictures of a decoder that overflows are black, and their losses look like any other.
        guard running.allSatisfy(\.isFinite) else {
            throw ZerothOrderError.parametersNotFinite(step: step + 1)
        }
        let record = try optimizer.tell(&spsa, Array(readings.prefix(queriesPerStep)))
        statistics.values = running
        return StepRecord(record)
    }

    public var state: MethodState {
        var state = spsa.saved
        state.tensors.append(NamedTensor("statistics", statistics.values))
        return state
    }

    public mutating func restore(_ state: MethodState) throws {
        let values = try state.floats("statistics", count: statistics.values.count, of: Self.name)
        guard values.allSatisfy(\.isFinite) else {
            throw TuningError.badState(method: Self.name, tensor: "statistics")
        }
        try spsa.restore(state, of: Self.name, momentum: true)
        statistics.values = values
    }

    public func traced(_ readings: [Float]) throws -> [NamedTensor] {
        let running = readings.dropFirst(queriesPerStep)
        return batch.traced
            + (try optimizer.traced(spsa, Array(readings.prefix(queriesPerStep))))
            + [
                NamedTensor("running_means", Array(running.prefix(running.count / 2))),
                NamedTensor("running_variances", Array(running.suffix(running.count / 2))),
            ]
    }
}

/// Pictures with the prompts that a decoder draws for them.
private final class DecodedPixels: PixelProgram {
    private let decoder: BlackVIPDecoder
    private let parameters: [Float]
    /// Running statistics for evaluation; nil while training, where the batch has its own.
    private let statistics: BlackVIPDecoder.RunningStatistics?
    private let encoder: any ImageEncoder
    /// Factor of each channel.
    private let strengths: [Float]
    /// Of the minibatch that was drawn.
    private let drawn = Mutex<BlackVIPDecoder.BatchMoments?>(nil)

    init(
        decoder: BlackVIPDecoder, parameters: [Float], statistics: BlackVIPDecoder.RunningStatistics?,
        encoder: any ImageEncoder, strengths: [Float]
    ) {
        self.decoder = decoder
        self.parameters = parameters
        self.statistics = statistics
        self.encoder = encoder
        self.strengths = strengths
    }

    var cropSide: Int { decoder.side }

    /// The decoder's tensors as in PyTorch, and its running statistics.
    var tensors: [NamedTensor] {
        var start = 0
        var tensors: [NamedTensor] = decoder.layout.map { name, shape in
            let count = shape.reduce(1, *)
            defer { start += count }
            return NamedTensor("decoder." + name, shape: shape, Array(parameters[start..<(start + count)]))
        }
        if let statistics {
            for (stage, (means, variances)) in zip(statistics.means, statistics.variances).enumerated() {
                tensors.append(NamedTensor("decoder.stage\(stage + 1).norm.running_mean", means))
                tensors.append(NamedTensor("decoder.stage\(stage + 1).norm.running_var", variances))
            }
        }
        return tensors + [NamedTensor("pixel_strengths", strengths)]
    }

    /// Moments of the training pass over a minibatch; a pass that the box did not make is made here.
    func moments(of batch: Minibatch) throws -> BlackVIPDecoder.BatchMoments {
        if let moments = drawn.withLock({ $0 }) { return moments }
        return decoder.train(parameters, features: try encoder.states(batch) { _, _ in }).moments
    }

    func prepare(_ batch: Minibatch, progress: (_ done: Int, _ total: Int) throws -> Void) throws {
        _ = try encoder.states(batch, progress: progress)
    }

    func change(for batch: Minibatch) throws -> @Sendable (Int, [Float]) -> [Float] {
        let features = try encoder.states(batch) { _, _ in }
        let prompts: Matrix
        if let statistics {
            prompts = decoder.evaluate(parameters, features: features, statistics: statistics)
        } else {
            let pass = decoder.train(parameters, features: features)
            drawn.withLock { $0 = pass.moments }
            prompts = pass.prompts
        }
        let strengths = strengths
        let plane = decoder.side * decoder.side
        return { place, pixels in
            let prompt = prompts.row(place)
            var result = pixels
            for channel in 0..<3 {
                for index in (channel * plane)..<((channel + 1) * plane) {
                    let value = pixels[index] + strengths[channel] * prompt[prompt.startIndex + index]
                    result[index] = min(1, max(0, value))
                }
            }
            return result
        }
    }
}

extension BlackVIPDecoder.RunningStatistics {
    /// All means, then all variances, stage by stage.
    fileprivate var values: [Float] {
        get { means.flatMap { $0 } + variances.flatMap { $0 } }
        set {
            var rest = newValue[...]
            func take(_ lists: [[Float]]) -> [[Float]] {
                lists.map { list in
                    defer { rest = rest.dropFirst(list.count) }
                    return Array(rest.prefix(list.count))
                }
            }
            self = .init(means: take(means), variances: take(variances))
        }
    }
}
