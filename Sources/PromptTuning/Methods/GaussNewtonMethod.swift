public import BlackBox
import Datasets
public import Tensors
import ZerothOrder

/// Gauss–Newton on the logits that the box shows: a context, or one a class, for some hundred queries.
public struct GaussNewtonMethod: TuningMethod {
    public static let name = "gauss-newton"
    public static let summary = "a context by Gauss–Newton on visible logits, for some hundred queries"
    public static let help = """
        A query answers with the logits of a whole minibatch; ZIP keeps their mean loss. Here all answers
        so far, as points of a Gaussian process, make a linear model of all logits, whose cross-entropy is
        minimised inside a trust region. A step measures new directions (two) and asks one to three trial
        points, always on the same stratified minibatch. It needs logits or probabilities; a box that
        shows labels or a loss alone has nothing to give it. With --images N the first step asks four prompts on N
        images, too, and fits a linear map from the minibatch's logits to those of the others, which
        then count in every step; that is 3 + 4 times the minibatches beyond the first, in queries.

        The first step asks the start again (--repeats) to measure the noise. With noise or rounding the
        differences grow until they stand above it, the region is not made narrower than they can see, and
        answers near each other are averaged. The measure 'noise' says what was found. It does well where all classes are shown, even
        as probabilities to two decimals; where the largest ones alone are (--top), it is misled, and
        'calibrate' did better.

        --space words moves the context by steps among word embeddings (the square root of their
        covariance, half of it shared by all tokens); raw by steps of their standard deviation; zip moves ZIP's own
        parameters (D = 500 and rank 5 where they fit), which is the poorest space of the three. --head
        bias tunes a bias a class along; map fits the linear map of 'calibrate' to the last logits in
        the end, for no query; none deploys the context alone.

        A hand-written template with 'calibrate' costs one or two queries: compare before you pay more.

        Trace: ctx0 [m, d], root S [d, d] (of --space zip w0 [δ], unit [1] and the fastfood of 'help zip'), batch [b] places in 'train_images'; step.k.round.r. with point
        [n], bias [C] and region [4] (radius, damping, noise σ, slope s) before the round, points [q, n]
        and contexts 'asked' [q, m · d], logits [q, b · C] answers, in a trial's round trial.bias [C] and
        trial.predicted [1], its loss by the model; point_next, bias_next, region_next. With --images the first round has others [M], the
        map [M, b] and map.offset [M, C], and logits those of the others behind the minibatch's. Context i at ξ is
        ctx0_i + S (ξ_0 + ξ_i)/√2; with --space zip ctx0 + F(W(w0 + unit ξ)). Examples/check_gauss_newton.py recomputes a trace.

        --contexts class tunes a context a class (CoOp's class-specific contexts): one query with one
        direction for all classes, forth for half of them and back for the others, measures every class's own
        derivatives. It learns faster; a new
        class has no context of its own and gets their mean by 'prompt load'. Started from a file of
        such contexts, a run's trace has ctx0 [C, m, d].

        Measures of a step: ratio ρ, the fall of the loss over the predicted one; radius r of the trust
        region; rank k, directions measured so far; accepted; noise σ of a logit. A step costs directions + 1 to
        directions + 3 queries, the first one more.

          prompt new --method gauss-newton --contexts class --budget 100
          prompt new --method gauss-newton --budget 250
          prompt new --method gauss-newton --head map --budget 100
        """

    static let tokens = Setting.integer("tokens", 1...1000, default: 8, "context tokens m")
    static let contexts = Setting.choice(
        "contexts", ["shared", "class"], default: "shared", "one context for all classes, or one a class")
    static let head = Setting.choice(
        "head", ["none", "bias", "map"], default: "bias", "what is deployed behind the logits")
    static let space = Setting.choice(
        "space", ["words", "raw", "zip"], default: "words",
        "where a context moves, what a step of length one is"
    )
    static let images = Setting.integer(
        "images", 0...10_000_000, default: 0,
        "training images that count, by a map from the minibatch fitted at the start; 0 for the minibatch alone"
    )
    private static let standard = GaussNewton.Settings()
    static let directions = Setting.integer(
        "directions", 1...1000, default: standard.directions, "directions measured in a step")
    static let difference = Setting.number(
        "difference", default: standard.difference, "length of a directional difference")
    static let radius = Setting.number("radius", default: standard.radius, "trust region at the start")
    static let scale = Setting.number(
        "scale", default: standard.scale, "distance over which answers forget each other")
    static let repeats = Setting.integer(
        "repeats", 0...100, default: standard.repeats, "further queries of the start, to measure noise")
    static let prior = Setting.number(
        "prior", default: standard.prior,
        "ridge on the distance from the start, times the directions measured; 1e-5 with a context a class")
    /// The prior of a context a class where none is given: each class has as many coordinates as a shared context.
    private static let classPrior = 1e-5
    static let biasRidge = Setting.number("bias-ridge", default: standard.biasRidge ?? 1, "ridge on the bias")

    public static let settings = [
        tokens.key, CommonSettings.initial.key, contexts.key, head.key, space.key, images.key, directions.key,
        difference.key, radius.key, scale.key, repeats.key, prior.key, biasRidge.key,
    ]
    public static let measures = [
        MeasureKey("ratio", symbol: "ρ", title: "Fall over predicted fall", isHeadline: true),
        MeasureKey("radius", symbol: "r", title: "Trust region", isHeadline: true),
        MeasureKey("rank", symbol: "k", title: "Directions measured"),
        MeasureKey("accepted", symbol: "accepted", title: "Accepted steps", isHeadline: true),
        MeasureKey("noise", symbol: "σ", title: "Noise of a logit"),
    ]
    public static let lossName = "penalised cross-entropy"

    public let settings: MethodSettings
    private let problem: TuningProblem
    private let batch: Minibatch
    private let space: any ContextSpace
    /// Nil where the minibatch alone counts.
    private let survey: GaussNewtonSurvey?
    private var search: GaussNewton
    /// The logits of the other images from those of the minibatch; nil before the first answers.
    private var map: ImageMap?

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        var settings = settings
        let isShared = settings[Self.contexts] == "shared"
        let start = try problem.initialContext(&settings, tokens: Self.tokens, isShared: isShared)
        if !isShared, !settings.isGiven(Self.prior) { settings.set(Self.prior, .number(Self.classPrior)) }
        let indices = Self.stratified(
            problem.train.labels, classes: problem.facts.classCount, most: problem.plan.batchSize,
            seed: problem.seed)
        let batch = Minibatch(list: problem.train, indices: indices)
        var search = Self.standard
        search.directions = settings[Self.directions]
        search.difference = settings[Self.difference]
        search.radius = settings[Self.radius]
        search.scale = settings[Self.scale]
        search.repeats = settings[Self.repeats]
        search.prior = settings[Self.prior]
        search.biasRidge = settings[Self.head] == "none" ? nil : settings[Self.biasRidge]
        space = try Self.space(settings, start: start, for: problem)
        let dimensions = space.dimensions
        survey = GaussNewtonSurvey(problem, batch: batch, most: settings[Self.images])
        let labels = batch.labels + (survey?.labels ?? [])
        let logits = labels.count * problem.facts.classCount
        let blocks = settings[Self.contexts] == "class" ? problem.facts.classCount : 1
        // In float32: answers, their differences, the Jacobian and its weighted copy; coordinates and distances, and
        // the directions, in double precision.
        let places = 2 * blocks * min(dimensions, problem.budget)
        try problem.checkRoom(
            candidates: problem.budget, CommonSettings.budget,
            numbers: 4 * logits + 2 * (places + dimensions),
            what: "\(logits) logits a query")
        self.search = GaussNewton(
            search, dimensions: dimensions, labels: labels, classes: problem.facts.classCount,
            blockPerClass: settings[Self.contexts] == "class", weights: space.weights,
            rounding: Self.rounding(problem.view),
            whole: problem.view.numbers == .logits ? batch.indices.count : 0,
            seed: problem.seed)
        self.settings = settings
        self.problem = problem
        self.batch = batch
    }

    /// Where the context, or that of each class, moves from its start.
    private static func space(
        _ settings: MethodSettings, start: Matrix, for problem: TuningProblem
    ) throws -> any ContextSpace {
        let deviation = problem.facts.embeddingDeviation()
        let ofClasses = problem.initial?.ofClasses
        switch settings[space] {
        case "zip":
            return try ZIPSpace(
                start: start, classStarts: ofClasses, deviation: deviation, seed: problem.seed)
        case "words":
            return WordSpace(
                start: start, classStarts: ofClasses, words: problem.facts.wordEmbeddings(),
                deviation: deviation)
        default:
            return WordSpace(start: start, classStarts: ofClasses, words: nil, deviation: deviation)
        }
    }

    /// To what a box that is seen so rounds its answers.
    private static func rounding(_ view: BoxView) -> GaussNewton.Rounding? {
        guard let decimals = view.decimals else { return nil }
        let step = Elementary.pow(10, Double(-decimals))
        return view.numbers == .probabilities ? .probabilities(step) : .logits(step)
    }

    /// Indices of at most `most` images, classes as even as can be, ascending.
    ///
    /// Class c is permuted by stream (seed, `gauss-newton.batch`, c); images are taken by their places in these orders, classes of
    /// one place in the order of a uniform number.
    static func stratified(_ labels: [Int], classes: Int, most: Int, seed: UInt64) -> [Int] {
        guard labels.count > most else { return Array(labels.indices) }
        var images = [[Int]](repeating: [], count: classes)
        for (image, label) in labels.enumerated() { images[label].append(image) }
        var keys: [(place: Int, draw: Float, image: Int)] = []
        for (label, own) in images.enumerated() {
            let stream = RandomStream(seed: seed, purpose: .gaussNewtonBatch, index: UInt64(label))
            let draws = RandomStream(
                seed: seed, purpose: .gaussNewtonBatch, index: UInt64(classes + label)
            ).uniforms(own.count)
            for (place, image) in stream.permutation(own.count).enumerated() {
                keys.append((place, draws[place], own[Int(image)]))
            }
        }
        keys.sort { ($0.place, $0.draw, $0.image) < ($1.place, $1.draw, $1.image) }
        return keys.prefix(most).map(\.image).sorted()
    }

    public var parameters: [Float] { (search.point + search.bias).map { Float($0) } }
    public var step: Int { search.step }
    public var queriesPerStep: Int { search.evaluationsPerStep + (isSurveying ? survey?.queries ?? 0 : 0) }
    /// Whether the next round asks some prompts on all images.
    private var isSurveying: Bool { survey != nil && map == nil }
    public var fewestQueriesPerStep: Int { settings[Self.directions] + 1 }
    public var description: String {
        "\(space.start.rows) context tokens\(settings[Self.contexts] == "class" ? " a class" : ""), n = \(search.dimensions), head \(settings[Self.head]), "
            + "space \(settings[Self.space])"
    }
    public var schedule: String {
        "fixed minibatch of \(batch.indices.count)\(survey.map { " for \(batch.indices.count + $0.labels.count) images" } ?? ""), difference \(settings[Self.difference]), radius \(settings[Self.radius])"
            + (isPartial ? "; misled by classes that are not shown: compare with 'calibrate'" : "")
    }
    /// Whether some classes of an image are not shown.
    private var isPartial: Bool { problem.view.top.map { $0 < problem.facts.classCount } ?? false }

    public var deployed: Classifier {
        let prompt = prompts([search.point])[0]
        guard !search.logits.isEmpty else { return Classifier(prompt) }
        switch settings[Self.head] {
        case "bias": return Classifier(prompt, head: BiasHead(bias: search.bias.map { Float($0) }))
        case "map":
            let labels = batch.labels + (survey?.labels ?? [])
            let logits = Matrix(
                rows: labels.count, columns: problem.facts.classCount, values: search.logits)
            let head = try? CalibrateMethod.Head(
                map: LogitMap(logits, labels: labels, seed: problem.seed),
                classes: problem.facts.classCount)
            return Classifier(prompt, head: head)
        default: return Classifier(prompt)
        }
    }

    /// The prompts of some points of the search.
    private func prompts(_ points: [[Double]]) -> [Prompt] {
        guard settings[Self.contexts] == "class" else {
            return space.contexts(points).map { Prompt(text: .context($0)) }
        }
        return points.map { point in
            let own = (0..<problem.facts.classCount).map { label in
                Array(point[(label * search.dimensions)..<((label + 1) * search.dimensions)])
            }
            return Prompt(text: .classContexts(space.contexts(ofClasses: own)))
        }
    }

    public func ask() -> [Query] {
        let queries = prompts(search.ask()).map { Query($0, batch) }
        guard let survey, isSurveying else { return queries }
        let further = GaussNewtonSurvey.points(
            blocks: search.point.count / search.dimensions, weights: space.weights,
            radius: settings[Self.radius], seed: problem.seed)
        return queries + survey.asked(start: queries[0].prompt, further: prompts(further), batch)
    }

    /// All logits, query by query.
    public func read(_ answers: [Answer], to queries: [Query]) -> [Float] { answers.flatMap(\.logits.values) }

    public func readingCount(of queries: [Query]) -> Int {
        queries.reduce(0) { $0 + $1.batch.indices.count } * problem.facts.classCount
    }

    public mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        let (answers, map) = learned(readings)
        let record = try search.tell(answers)
        self.map = map
        guard let record else { return nil }
        return StepRecord(
            step: record.step, loss: record.loss,
            measures: [
                .number(record.ratio), .number(record.radius), .number(Double(record.rank)),
                .flag(record.accepted), .number(record.noise),
            ])
    }

    /// What the search learns from readings: the minibatch's logits, those of the other images by the map behind them.
    private func learned(_ readings: [Float]) -> (answers: [[Float]], map: ImageMap?) {
        let classes = problem.facts.classCount
        let size = batch.indices.count * classes
        let own = isSurveying ? search.ask().count : readings.count / size
        var map = map
        if let survey, isSurveying {
            map = survey.map(
                start: Array(readings[..<size]), readings: readings[(own * size)...], batch: batch,
                classes: classes)
        }
        let answers = (0..<own).map { index in
            let logits = Array(readings[(index * size)..<((index + 1) * size)])
            guard let map else { return logits }
            return logits
                + map.apply(Matrix(rows: batch.indices.count, columns: classes, values: logits)).values
        }
        return (answers, map)
    }

    public var state: MethodState {
        MethodState(
            search.state
                + (map.map { [NamedTensor("map", $0.weights), NamedTensor("map.offset", $0.offset)] } ?? []),
            counters: ["step": search.step])
    }

    public mutating func restore(_ state: MethodState) throws {
        var next = search
        var map: ImageMap?
        if let survey, state.tensors.contains(where: { $0.name == "map" }) {
            let (rows, own) = (survey.labels.count, batch.indices.count)
            let classes = problem.facts.classCount
            map = ImageMap(
                weights: Matrix(
                    rows: rows, columns: own,
                    values: try state.floats("map", count: rows * own, of: Self.name)),
                offset: Matrix(
                    rows: rows, columns: classes,
                    values: try state.floats("map.offset", count: rows * classes, of: Self.name)))
        }
        guard next.restore(state.tensors), try state.counter("step", of: Self.name) == next.step else {
            throw TuningError.badState(method: Self.name, tensor: "region")
        }
        guard survey == nil || (map == nil) == next.logits.isEmpty else {
            throw TuningError.badState(method: Self.name, tensor: "map")
        }
        (search, self.map) = (next, map)
    }

    public var traced: [NamedTensor] {
        let start =
            space.classStarts.map { starts in
                NamedTensor(
                    "ctx0", shape: [starts.count, space.start.rows, space.start.columns],
                    starts.flatMap(\.values))
            } ?? NamedTensor("ctx0", space.start)
        return [start] + space.traced + [NamedTensor("batch", integers: batch.indices)]
    }

    public func traced(_ readings: [Float]) throws -> [NamedTensor] {
        var next = self
        _ = try next.tell(readings)
        let (answers, map) = learned(readings)
        let points = search.ask()
        let asked = prompts(points).flatMap(\.tensors)
        let trial = search.trial.map {
            [NamedTensor("trial.bias", $0.bias), NamedTensor("trial.predicted", [$0.predicted])]
        }
        return [
            NamedTensor("point", search.point), NamedTensor("bias", search.bias),
            NamedTensor("region", search.region),
            NamedTensor(
                "points", shape: [points.count, search.point.count], points.flatMap { $0.map { Float($0) } }),
            NamedTensor(
                "asked", shape: [asked.count] + (asked.first?.shape ?? [0]), asked.flatMap(\.floats)),
            NamedTensor(
                "logits", shape: [answers.count, answers.first?.count ?? 0], answers.flatMap { $0 }),
            NamedTensor("point_next", next.search.point), NamedTensor("bias_next", next.search.bias),
            NamedTensor("region_next", next.search.region),
        ] + (trial ?? []) + (isSurveying ? surveyed(map) : [])
    }

    /// The map that a round made, and the images that it is for.
    private func surveyed(_ map: ImageMap?) -> [NamedTensor] {
        guard let survey, let map else { return [] }
        return [
            NamedTensor("others", integers: survey.others.flatMap(\.indices)),
            NamedTensor("map", map.weights), NamedTensor("map.offset", map.offset),
        ]
    }
}

/// A bias a class, added to the logits.
struct BiasHead: LogitHead {
    let bias: [Float]

    var tensors: [NamedTensor] { [NamedTensor("head.bias", bias)] }

    func apply(_ logits: Matrix) -> Matrix {
        Matrix(
            rows: logits.rows, columns: logits.columns,
            values: logits.values.enumerated().map { $1 + bias[$0 % logits.columns] })
    }
}

extension RandomPurpose {
    /// Which images make the minibatch; the index is the class, then C + class.
    static let gaussNewtonBatch = RandomPurpose("gauss-newton.batch")
}
