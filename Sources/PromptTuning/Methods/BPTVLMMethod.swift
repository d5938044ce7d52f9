public import BlackBox
public import Tensors
import ZerothOrder

/// BPT-VLM: text and visual prompt tokens from a random subspace, searched by CMA-ES (Yu et al. 2023).
public struct BPTVLMMethod: TuningMethod {
    public static let name = "bptvlm"
    public static let summary = "text and visual tokens in a random subspace, CMA-ES (Yu et al. 2023)"
    public static let help = """
        A vector z of dim + visual-dim numbers makes the prompt: context = A_text z, visual tokens =
        A_visual z, with A_text ~ N(0, σ_emb/(√dim σ)), σ_emb the standard deviation of the token
        embeddings, and A_visual ~ N(μ_conv · 3072/dim, σ_conv √(3072/dim) σ), μ_conv and σ_conv those of
        the patch convolution's weights; 3072 is a literal of the published code. There is no initial
        prompt. Visual tokens stand behind the patches, before the first LayerNorm, without positions.

        A step is a generation of CMA-ES: each of the candidates is asked on every minibatch of an epoch
        of its own, its fitness is the mean loss. So it costs population × minibatches queries; one that
        the budget does not allow is not begun. Deployed is the candidate with the lowest mean so far;
        the published code takes the lowest running mean after any minibatch: --best running. It ends
        after 1 000 candidates; here the budget ends it. It trains on random crops: --augment.

        Trace, for n = dim + visual-dim, λ candidates and e minibatches: A_text [tokens · d, dim],
        A_visual [visual tokens · d_v, visual-dim]; step.k.mean [n] and sigma [1] before the step,
        z [λ, n], batch [λ · e · b] (and views, with --augment), loss [λ, e], mean_next [n],
        sigma_next [1].

          prompt new --method bptvlm
          prompt new --method bptvlm --visual-tokens 0
        """

    static let tokens = Setting.integer("tokens", 1...1000, default: 5, "text context tokens")
    static let visualTokens = Setting.integer(
        "visual-tokens", 0...1000, default: 5, "visual tokens; 0 for text alone")
    static let dimensions = Setting.integer(
        "dim", 1...100_000, default: 2000, "intrinsic dimensions of the text")
    static let visualDimensions = Setting.integer(
        "visual-dim", 1...100_000, default: 2000, "intrinsic dimensions of the visual tokens")
    static let population = Setting.integer("population", 2...1000, default: 15, "candidates a generation")
    static let sigma = Setting.number("sigma", default: 1, "first step size σ of the search")
    static let best = Setting.choice(
        "best", ["mean", "running"], default: "mean",
        "which loss makes a candidate the best: its epoch's mean, or any running mean")

    public static let settings = [
        tokens.key, visualTokens.key, dimensions.key, visualDimensions.key, population.key, sigma.key,
        best.key, CommonSettings.augment.key,
    ]
    public static let measures = [
        MeasureKey("best-loss", symbol: "best", title: "Best loss so far", isHeadline: true),
        MeasureKey("sigma", symbol: "σ", title: "Step size σ", isHeadline: true),
    ]

    /// A literal of the published code: the MLP width of ViT-B.
    private static let published = 3072.0
    public let settings: MethodSettings
    private let problem: TuningProblem
    private let text: RandomProjection
    private let visual: RandomProjection?
    private var search: CMAEvolutionStrategy
    private var bestLoss = Double.infinity
    /// z of the best candidate so far; the zero vector at the start, [n].
    private var bestPoint: [Float]

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        self.settings = settings
        self.problem = problem
        let facts = problem.facts
        let sigma = settings[Self.sigma]
        let (dimensions, visualDimensions) = (settings[Self.dimensions], settings[Self.visualDimensions])
        // Where no context fits, the box names the class.
        guard facts.contextLimit < 1 || settings[Self.tokens] <= facts.contextLimit else {
            throw TuningError.badSetting(
                name: Self.tokens.key.name,
                expected: "1 to \(facts.contextLimit), so that every class name fits,",
                got: "\(settings[Self.tokens])")
        }
        let textRows = settings[Self.tokens] * facts.width
        let visualRows = settings[Self.visualTokens] * facts.visionWidth
        let count = dimensions + (visualRows == 0 ? 0 : visualDimensions)
        try problem.checkRoom(
            candidates: settings[Self.population], Self.population,
            numbers: 4 * count + textRows + visualRows,
            what: "\(count) dimensions")
        try problem.checkRoom(
            candidates: dimensions, Self.dimensions, numbers: 2 * textRows,
            what: "\(textRows) numbers of context")
        try problem.checkRoom(
            candidates: visualDimensions, Self.visualDimensions, numbers: 2 * visualRows,
            what: "\(visualRows) numbers of visual tokens")
        let spread = facts.embeddingDeviation() / (Double(dimensions).squareRoot() * sigma)
        let ratio = Self.published / Double(visualDimensions)
        let visualSpread = facts.patchKernel.deviation * ratio.squareRoot() * sigma
        // The largest normal that is ever drawn is below 9.
        guard Float(9 * spread).isFinite, Float(9 * visualSpread).isFinite, Float(spread) > 0 else {
            throw TuningError.badSetting(
                name: Self.sigma.key.name, expected: "a σ whose projections are finite numbers",
                got: "\(sigma)")
        }
        text = RandomProjection(
            rows: textRows, columns: dimensions, mean: 0,
            deviation: spread,
            stream: RandomStream(seed: problem.seed, purpose: .textProjection))
        visual =
            visualRows == 0
            ? nil
            : RandomProjection(
                rows: visualRows, columns: visualDimensions, mean: facts.patchKernel.mean * ratio,
                deviation: visualSpread,
                stream: RandomStream(seed: problem.seed, purpose: .visualProjection))
        search = CMAEvolutionStrategy(
            mean: [Double](repeating: 0, count: count), stepSize: sigma,
            population: settings[Self.population], seed: problem.seed)
        bestPoint = [Float](repeating: 0, count: count)
    }

    /// The mean of the search.
    public var parameters: [Float] { search.mean.map { Float($0) } }
    public var step: Int { search.generation }
    public var queriesPerStep: Int { search.population * problem.plan.batchesPerEpoch }
    public var description: String {
        "\(settings[Self.tokens]) context tokens, "
            + DisplayNumber.count(settings[Self.visualTokens], "visual token")
            + ", n = \(search.dimensions), population \(search.population)"
    }
    public var schedule: String { "σ = \(settings[Self.sigma])" }
    public var deployed: Classifier { Classifier(prompts([bestPoint])[0]) }

    /// The prompts of some points of the subspace.
    private func prompts(_ points: [[Float]]) -> [Prompt] {
        let width = settings[Self.dimensions]
        let contexts = text.apply(points.map { $0.prefix(width) }, width: problem.facts.width)
        let tokens = visual?.apply(
            points.map { $0.dropFirst(width) }, width: problem.facts.visionWidth)
        return contexts.indices.map { index in
            Prompt(text: .context(contexts[index]), visual: tokens.map { .tokens($0[index]) } ?? .none)
        }
    }

    private var candidates: [[Float]] { search.ask().map { $0.map { Float($0) } } }

    /// The minibatches of a candidate's epoch.
    private func batches(candidate: Int) -> [Minibatch] {
        let each = problem.plan.batchesPerEpoch
        let epoch = search.generation * search.population + candidate
        return (1...each).map {
            problem.batch(step: epoch * each + $0, augment: settings[CommonSettings.augment])
        }
    }

    public func ask() -> [Query] {
        prompts(candidates).enumerated().flatMap { index, prompt in
            batches(candidate: index).map { Query(prompt, $0) }
        }
    }

    public mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        let each = problem.plan.batchesPerEpoch
        let points = candidates
        var losses: [Double] = []
        var (bestLoss, bestPoint) = (bestLoss, bestPoint)
        for (index, point) in points.enumerated() {
            var sum = 0.0
            for batch in 0..<each {
                sum += Double(readings[index * each + batch])
                let counts = batch == each - 1 || settings[Self.best] == "running"
                let mean = sum / Double(batch + 1)
                if counts, mean < bestLoss { (bestLoss, bestPoint) = (mean, point) }
            }
            losses.append(sum / Double(each))
        }
        try search.tell(losses)
        (self.bestLoss, self.bestPoint) = (bestLoss, bestPoint)
        return StepRecord(
            step: search.generation, loss: losses.reduce(0, +) / Double(losses.count),
            measures: [.number(bestLoss), .number(search.stepSize)])
    }

    public var state: MethodState {
        let saved = search.state
        return MethodState(
            saved.doubles.sorted { $0.key < $1.key }.map { NamedTensor("search." + $0.key, $0.value) }
                + saved.floats.sorted { $0.key < $1.key }.map { NamedTensor("search." + $0.key, $0.value) }
                + [NamedTensor("best", bestPoint), NamedTensor("best-loss", [bestLoss])],
            counters: saved.counters)
    }

    public mutating func restore(_ state: MethodState) throws {
        var saved = CMAEvolutionStrategy.State(doubles: [:], floats: [:], counters: state.counters)
        for tensor in state.tensors where tensor.name.hasPrefix("search.") {
            let name = String(tensor.name.dropFirst("search.".count))
            switch tensor.values {
            case .doubles(let values): saved.doubles[name] = values
            case .floats(let values): saved.floats[name] = values
            case .integers: throw TuningError.badState(method: Self.name, tensor: tensor.name)
            }
        }
        let point = try state.floats("best", count: bestPoint.count, of: Self.name)
        let loss = try state.doubles("best-loss", of: Self.name)
        // Before anything of their size is made.
        let own = search.state.counters
        guard ["dimensions", "population", "seed"].allSatisfy({ saved.counters[$0] == own[$0] }),
            let loss = loss.first
        else { throw TuningError.badState(method: Self.name, tensor: "search") }
        let restored = try CMAEvolutionStrategy(restoring: saved)
        (search, bestPoint, bestLoss) = (restored, point, loss)
    }

    public var traced: [NamedTensor] {
        [text.traced("A_text")] + (visual.map { [$0.traced("A_visual")] } ?? [])
    }

    public func traced(_ readings: [Float]) throws -> [NamedTensor] {
        var next = self
        _ = try next.tell(readings)
        let points = candidates
        let batches = points.indices.flatMap { self.batches(candidate: $0) }
        let views = batches.flatMap { $0.views?.chosen ?? [] }
        return [
            NamedTensor("mean", search.mean), NamedTensor("sigma", [search.stepSize]),
            NamedTensor("z", shape: [points.count, search.dimensions], points.flatMap { $0 }),
            NamedTensor("batch", integers: batches.flatMap(\.indices)),
            NamedTensor("loss", shape: [points.count, readings.count / points.count], readings),
            NamedTensor("mean_next", next.search.mean), NamedTensor("sigma_next", [next.search.stepSize]),
        ] + (views.isEmpty ? [] : [NamedTensor("views", integers: views)])
    }
}

extension RandomPurpose {
    /// A_text
    static let textProjection = RandomPurpose("bptvlm.text")
    /// A_visual
    static let visualProjection = RandomPurpose("bptvlm.visual")
}
