import BlackBox
import Datasets
import Tensors
import ZerothOrder

/// What some charged queries show of a run that is about to go on: the box, the labels, the slope of the loss, the next step.
///
/// The run is not changed; only its account is. Everything is asked at the present parameters w, with the next step's
/// minibatch and directions of a stream of its own, so the same run gives the same findings.
public struct Examination: Sendable {
    /// Losses along one random direction z at a distance c: ℓ(w ± c z).
    struct Differences: Sendable {
        var distance: Double
        /// ℓ(w + c z), a direction each.
        var plus: [Double]
        /// ℓ(w − c z)
        var minus: [Double]

        /// (ℓ⁺ − ℓ⁻) / 2c
        var slopes: [Double] { zip(plus, minus).map { ($0 - $1) / (2 * distance) } }
    }

    /// How a run of simultaneous perturbation stands.
    struct Motion: Sendable {
        var optimizer: SimultaneousPerturbation
        /// Steps taken.
        var step: Int
        /// Steps that the budget allows from the present one on.
        var stepsLeft: Int
        /// δ
        var parameters: Int
        /// Decades of distances, the smallest first.
        var decades: [Differences]
        /// At the next step's own c_k.
        var own: Differences
        /// What rounding adds to a loss, a standard deviation.
        var rounding: Double
        /// ‖ĝ‖ of the next step, before clipping.
        var gradientNorm: Double
        /// Losses at t times the next step's length down a slope that many directions give, for each t of
        /// `Examination.lengths`.
        var line: [Double]
        /// How a step changes the prompt: ‖Δw‖ / ‖w‖.
        var relativeStep: Double
        /// Of each block the change of the loss per length along random directions within it.
        var blocks: [(name: String, count: Int, slope: Double)]
    }

    /// What labels and answers have to do with each other.
    struct Agreement: Sendable {
        /// Images that were asked about.
        var images: Int
        /// Of them, those whose label a hand-written template gives.
        var template: Int
        /// Those whose label a map of the template's logits gives that was fitted without them; nil with too few images.
        var map: Int?
        /// Where that map gives another label, how many classes are between it and the image's own, 0 for none and 1
        /// for all; ½ says that the labels of such images are anything.
        var displacement: Double?
        /// Whether all answers are numbers.
        var isFinite: Bool
        /// Standard deviation over images of a class's logit, against that over classes.
        var contrast: Double
    }

    /// Distances in the decades, as powers of ten.
    static let exponents = Array(-6...1)
    /// Directions along which slopes are measured.
    static let directions = 4
    /// Directions, those of the decades among them, that the line of losses goes down.
    static let lineDirections = 20
    /// Multiples of the next step.
    static let lengths = [0.001, 0.01, 0.1, 1, 10, 100, 1000]
    /// Repeats of one query.
    static let repeats = 3
    /// Most minibatches besides the step's own, and most of the template's.
    static let otherBatches = 3
    static let mostTemplateQueries = 16

    /// Queries that were charged.
    public internal(set) var queries = 0
    var loss = 0.0
    /// Losses of one query that was asked several times.
    var repeated: [Double] = []
    /// Losses of other minibatches at w; empty where there is one alone.
    var ofOtherBatches: [Double] = []
    /// Slopes along the first direction on the step's own minibatch and on others.
    var slopesOfBatches: [Double] = []
    /// What rounding adds to a loss, a standard deviation.
    var rounding = 0.0
    var motion: Motion?
    /// Why the next step cannot be taken, where it cannot.
    var obstacle: String?
    var agreement = Agreement(images: 0, template: 0, isFinite: true, contrast: 1)
    var classes = 0
    /// Fewest training images of a class.
    var leastShots = 0
    var batchSize = 0
    var budgetLeft = 0
    var queriesPerStep = 1
    /// Most steps that the budget allows.
    var stepsOfBudget = 0
    var view = BoxView.standard
    var methodName = ""

    /// Queries that an examination of a run costs.
    public static func queries(of run: TuningRun) -> Int {
        let problem = run.problem
        let others = min(otherBatches, problem.plan.batchesPerEpoch - 1)
        var count = repeats + others + templateBatches(problem).count
        guard let method = run.method as? any PerturbedMethod else { return count }
        count += 2 * directions * (exponents.count + 1) + 2 * (lineDirections - directions)
        count += method.queriesPerStep + lengths.count
        return count + 2 * others + 2 * method.blocks.count
    }

    static func templateBatches(_ problem: TuningProblem) -> [Minibatch] {
        let all = problem.train.minibatches(of: problem.plan.batchSize)
        guard all.count > mostTemplateQueries else { return all }
        // The images of the first steps: a list has one class after the other.
        return (1...mostTemplateQueries).map { problem.batch(step: $0) }
    }

    /// The minibatches of the steps after the next one that are other images.
    static func others(_ problem: TuningProblem, step: Int) -> [Minibatch] {
        let count = min(otherBatches, problem.plan.batchesPerEpoch - 1)
        return (0..<count).map { problem.batch(step: step + 2 + $0) }
    }
}

/// Asks what an examination needs.
struct Examiner {
    let run: TuningRun
    let pause: (_ asked: Int) throws -> Void
    private(set) var examination = Examination()

    init(_ run: TuningRun, pause: @escaping (_ asked: Int) throws -> Void) {
        self.run = run
        self.pause = pause
    }

    private mutating func ask(_ queries: [Query]) throws -> [Answer] {
        guard !queries.isEmpty else { return [] }
        let (asked, pause) = (examination.queries, pause)
        let answers = try run.account.ask(
            run.oracle, queries, for: .training, raised: run.problem.budget
        ) { try pause(asked) }
        examination.queries += queries.count + (try run.oracle.failures(of: queries))
        try pause(examination.queries)
        return answers
    }

    private mutating func losses(_ queries: [Query]) throws -> [Double] {
        zip(try ask(queries), queries).map { Double($0.meanLoss(labels: $1.batch.labels)) }
    }

    mutating func examine() throws {
        let problem = run.problem
        let counts = problem.train.labels.reduce(into: [Int](repeating: 0, count: problem.facts.classCount)) {
            $0[$1] += 1
        }
        examination.classes = problem.facts.classCount
        examination.leastShots = counts.min() ?? 0
        examination.batchSize = min(problem.plan.batchSize, problem.train.count)
        examination.view = problem.view
        examination.methodName = run.methodName
        examination.budgetLeft = run.remaining - Examination.queries(of: run)
        examination.queriesPerStep = run.method.queriesPerStep
        examination.stepsOfBudget = problem.budget / max(1, run.method.queriesPerStep)
        try measureAnswers()
        guard examination.loss.isFinite, let method = run.method as? any PerturbedMethod else { return }
        try measureMotion(method)
    }

    private mutating func measureAnswers() throws {
        let problem = run.problem
        let own = run.method as? any PerturbedMethod
        let batch = own?.batch ?? problem.batch(step: run.method.step + 1)
        let others = Examination.others(problem, step: run.method.step)
        let here =
            own.map { $0.query(at: $0.parameters, on: batch) } ?? Query(run.method.deployed.prompt, batch)
        let there = others.map { batch in
            own.map { $0.query(at: $0.parameters, on: batch) } ?? Query(run.method.deployed.prompt, batch)
        }
        let repeats = Examination.repeats
        let queries = [Query](repeating: here, count: repeats) + there
        let given = try ask(queries)
        let losses = zip(given, queries).map { Double($0.meanLoss(labels: $1.batch.labels)) }
        examination.rounding = problem.view.lossRounding(given[0], labels: batch.labels)
        examination.repeated = Array(losses.prefix(repeats))
        examination.loss = losses.prefix(repeats).reduce(0, +) / Double(repeats)
        examination.ofOtherBatches = Array(losses.dropFirst(repeats))
        let template = Prompt(text: .templates([CommonSettings.defaultTemplate]))
        let batches = Examination.templateBatches(problem)
        let answers = try ask(batches.map { Query(template, $0) })
        examination.agreement = try Examination.Agreement(
            answers, labels: batches.flatMap(\.labels), seed: problem.seed
        ) { try pause(examination.queries) }
    }

    private mutating func measureMotion(_ method: any PerturbedMethod) throws {
        do {
            _ = try method.optimizer.ask(method.spsa)
        } catch {
            examination.obstacle = "\(error)"
            return
        }
        let (w, batch) = (method.parameters, method.batch)
        let schedule = method.optimizer.schedule
        let all = (0..<Examination.lineDirections).map { index in
            method.optimizer.perturbation.direction(
                seed: method.optimizer.seed ^ 0xD0C,
                index: UInt64(method.step * Examination.lineDirections + index), count: w.count)
        }
        let zs = Array(all.prefix(Examination.directions))
        func query(_ z: [Float], _ size: Double, _ batch: Minibatch) -> Query {
            method.query(
                at: SimultaneousPerturbation.moved(w, along: z, by: Float(size)), on: batch)
        }
        let c = Double(schedule.perturbationSize(at: method.step + 1))
        let distances = Examination.exponents.map { power(10, $0) } + [c]
        let losses = try losses(
            distances.flatMap { distance in
                zs.flatMap { [query($0, distance, batch), query($0, -distance, batch)] }
            })
        let each = 2 * zs.count
        let differences = distances.enumerated().map { place, distance in
            let own = losses[(place * each)..<((place + 1) * each)]
            return Examination.Differences(
                distance: distance, plus: zs.indices.map { own[own.startIndex + 2 * $0] },
                minus: zs.indices.map { own[own.startIndex + 2 * $0 + 1] })
        }
        var motion = Examination.Motion(
            optimizer: method.optimizer, step: method.step,
            stepsLeft: max(0, examination.budgetLeft / method.queriesPerStep),
            parameters: w.count, decades: Array(differences.dropLast()),
            own: differences[distances.count - 1],
            rounding: examination.rounding, gradientNorm: 0, line: [], relativeStep: 0, blocks: [])

        // The step itself, as far as the account goes.
        var next = method.spsa
        let readings = try self.losses(try method.ask()).map { Float($0) }
        let record: SimultaneousPerturbation.Record
        do {
            record = try method.optimizer.tell(&next, readings)
        } catch {
            examination.obstacle = "\(error)"
            return
        }
        motion.gradientNorm = record.gradientNorm
        let change = SimultaneousPerturbation.norm(zip(next.parameters, w).map { $0 - $1 })
        motion.relativeStep = change / max(1e-30, SimultaneousPerturbation.norm(w))

        let distance = motion.bestDistance(loss: examination.loss)
        let further = try self.losses(
            all.dropFirst(zs.count).flatMap { [query($0, distance, batch), query($0, -distance, batch)] })
        let slopes =
            motion.slopes(at: distance)
            + (0..<further.count / 2).map { (further[2 * $0] - further[2 * $0 + 1]) / (2 * distance) }
        let uphill = SimultaneousPerturbation.gradient(
            all, plus: slopes.map { Float($0) }, minus: slopes.map { _ in 0 }, size: 0.5)
        let scale = change / max(1e-30, SimultaneousPerturbation.norm(uphill))
        motion.line = try self.losses(Examination.lengths.map { query(uphill, -$0 * scale, batch) })

        let others = Examination.others(run.problem, step: method.step)
        let ofBatches = try self.losses(
            others.flatMap { [query(zs[0], distance, $0), query(zs[0], -distance, $0)] })
        examination.slopesOfBatches =
            [motion.slopes(at: distance)[0]]
            + others.indices.map { (ofBatches[2 * $0] - ofBatches[2 * $0 + 1]) / (2 * distance) }

        var start = 0
        let parts = method.blocks.map { block -> [Float] in
            defer { start += block.count }
            return w.indices.map { (start..<(start + block.count)).contains($0) ? zs[0][$0] : 0 }
        }
        let ofBlocks = try self.losses(
            parts.flatMap { [query($0, distance, batch), query($0, -distance, batch)] })
        motion.blocks = method.blocks.enumerated().map { place, block in
            (block.name, block.count, (ofBlocks[2 * place] - ofBlocks[2 * place + 1]) / (2 * distance))
        }
        examination.motion = motion
    }

    /// The exact power of an integer.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        exponent < 0 ? 1 / power(base, -exponent) : (0..<exponent).reduce(1) { power, _ in power * base }
    }
}

extension TuningRun {
    /// Examines the run; its account is charged with `Examination.queries(of:)` training queries.
    ///
    /// - Parameter pause: called between pieces of work; what it throws ends it.
    /// - Throws: `DatasetError.emptySplit`, `BlackBoxError.budgetUsedUp` before any query; also on the way where queries fail.
    public func examined(
        pause: @escaping (_ asked: Int) throws -> Void = { _ in }
    ) throws -> Examination {
        guard train.count > 0 else { throw DatasetError.emptySplit(train.name) }
        let needed = Examination.queries(of: self)
        guard needed <= remaining else {
            throw BlackBoxError.budgetUsedUp(budget: problem.budget, needed: needed, left: remaining)
        }
        var examiner = Examiner(self, pause: pause)
        try examiner.examine()
        return examiner.examination
    }
}
