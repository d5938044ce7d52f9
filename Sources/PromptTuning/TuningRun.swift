public import BlackBox
public import Datasets
import Files
import Tensors

/// One prompt being tuned: a method, the black box, the account and the history.
///
/// A value: copying it is a checkpoint, and assigning an old copy goes back in time. The account alone is shared by all
/// copies, since a query never comes back.
public struct TuningRun: Sendable {
    public private(set) var method: any TuningMethod
    /// The method before its first step.
    private let start: any TuningMethod
    public private(set) var history = RunHistory()
    /// The black box itself, for what is no part of the run.
    public let box: any Oracle
    /// The black box as the run sees it, in training and evaluation.
    public let oracle: any Oracle
    public private(set) var problem: TuningProblem
    public let account: QueryAccount
    /// Keeps what the box answered, for a session that goes on after a crash.
    private let journal: RunJournal?
    /// What decides the run, for the journal's keys; empty without one.
    private var identity = ""

    /// - Parameters:
    ///   - oracle: the box; the run sees what the problem's view shows of it.
    ///   - total: an account that is charged with this run's queries, too.
    ///   - journal: what a session before this one was answered comes first; new answers are kept there.
    /// - Throws: `TuningError`, `DatasetError` or what the box says when settings, classes and model do not fit.
    public init(
        _ type: any TuningMethod.Type, _ settings: MethodSettings, problem: TuningProblem,
        oracle: any Oracle, total: QueryAccount? = nil, journal: RunJournal? = nil
    ) throws {
        method = try type.init(settings, for: problem)
        start = method
        account = QueryAccount(budget: problem.budget, total: total)
        box = oracle
        self.oracle = problem.view.applied(to: oracle, seed: problem.seed)
        self.problem = problem
        self.journal = journal
        guard journal != nil else { return }
        let parts =
            described.map { "\($0.name)=\($0.value)" } + [problem.train.digest] + problem.facts.classNames
        identity = SHA256Digest.hex(Array(parts.joined(separator: "\n").utf8))
    }

    public var methodName: String { type(of: method).name }
    public var classNames: [String] { problem.facts.classNames }
    public var train: ImageList { problem.train }
    /// Training queries that led to the present state. What was asked in all, for steps undone or given up too, is on
    /// the account.
    public var queries: Int { history.steps.last?.queries ?? 0 }

    /// Training queries that the budget still allows.
    public var remaining: Int { max(0, problem.budget - account.spent.training) }

    /// Allows more training queries; what the method planned by its first budget stays.
    ///
    /// - Throws: `TuningError` where the method has no room for so many.
    public mutating func raiseBudget(to budget: Int) throws {
        precondition(budget >= problem.budget, "expected at least \(problem.budget), got \(budget)")
        var raised = problem
        raised.budget = budget
        _ = try type(of: method).init(method.settings, for: raised)
        problem = raised
    }

    /// Names and values of everything that decides the run besides model and data.
    public var described: [(name: String, value: String)] {
        let common = CommonSettings.recorded(under: problem.view)
        let settings = method.settings.described(common + type(of: method).settings)
        // It may have been raised since.
        return [("method", methodName)]
            + settings.map { $0.name == CommonSettings.budget.key.name ? ($0.name, "\(problem.budget)") : $0 }
    }

    /// SHA-256 of the parameters as little-endian float32.
    public var parameterDigest: String {
        SHA256Digest.hex(
            method.parameters.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            })
    }

    /// Does what does not depend on parameters before the first step; no query.
    public func prepare(progress: (_ done: Int, _ total: Int) throws -> Void) throws {
        guard train.count > 0 else { return }
        let batch = problem.batch(step: 1, augment: method.settings[CommonSettings.augment])
        try oracle.prepare([Query(method.deployed.prompt, batch)], progress: progress)
    }

    /// Takes one step.
    ///
    /// - Parameter pause: called between pieces of a long round; what it throws ends the step.
    /// - Throws: `BlackBoxError.budgetUsedUp` or `TuningError.noStepLeft` before any query. After an error the run is as
    ///   before, but what was asked stays charged.
    @discardableResult
    public mutating func step(pause: () throws -> Void = {}) throws -> StepRecord {
        guard train.count > 0 else { throw DatasetError.emptySplit(train.name) }
        if let limit = method.stepLimit, method.step >= limit {
            throw TuningError.noStepLeft(method: methodName, limit: limit)
        }
        // Refused here, before a query that leads nowhere.
        guard method.queriesPerStep <= remaining else {
            throw BlackBoxError.budgetUsedUp(
                budget: problem.budget, needed: method.queriesPerStep, left: remaining)
        }
        var method = method
        var asked = 0
        var readings: [[Float]] = []
        while true {
            let queries = try method.ask()
            readings.append(try read(queries, method, round: readings.count, pause))
            asked += queries.count + (try oracle.failures(of: queries))
            guard var record = try method.tell(readings[readings.count - 1]) else {
                try pause()
                continue
            }
            record.queries = self.queries + asked
            record.readings = readings
            self.method = method
            history.steps.append(record)
            return record
        }
    }

    /// Goes back to the state after a step, computed again from what the method had read; no query.
    ///
    /// - Parameter pause: called before each step; what it throws leaves the run as it was.
    /// - Throws: `TuningError.badState` where the steps do not come out as they did.
    public mutating func goBack(toStep step: Int, pause: () throws -> Void = {}) throws {
        let first = start.step
        precondition((0...method.step).contains(step), "expected a step up to \(method.step); got \(step)")
        guard step >= first else { throw TuningError.badState(method: methodName, tensor: "step") }
        var method = start
        for record in history.steps.prefix(while: { $0.step <= step }) {
            try pause()
            var again: StepRecord?
            for readings in record.readings { again = try method.tell(readings) }
            guard again?.step == record.step, again?.loss.bitPattern == record.loss.bitPattern else {
                throw TuningError.badState(method: methodName, tensor: "readings")
            }
        }
        self.method = method
        history.steps.keepFirst(history.steps.count { $0.step <= step })
        history.evaluations.keepFirst(history.evaluations.prefix { $0.step <= step }.count)
    }

    /// What the method takes from the answers to its queries, asked or known from the journal.
    private func read(
        _ queries: [Query], _ method: any TuningMethod, round: Int, _ pause: () throws -> Void
    ) throws -> [Float] {
        // Refused before the journal is asked: what was refused then is not in it.
        let cost = queries.count + (try oracle.failures(of: queries))
        guard cost <= remaining else {
            throw BlackBoxError.budgetUsedUp(budget: problem.budget, needed: cost, left: remaining)
        }
        let key = journal == nil ? 0 : key("round \(round)", method)
        let count = method.readingCount(of: queries)
        let known = journal?.next(key: key, queries: queries.count) { entry in
            if case .round(let readings) = entry { readings.count == count } else { entry == .lost }
        }
        if let known {
            try account.chargeAgain(oracle, queries, for: .training, raised: problem.budget)
            for _ in 0..<known.pauses { try pause() }
            if case .round(let readings) = known.entry { return readings }
        }
        var pauses = 0
        var isGivenUp = false
        let answers: [Answer]
        do {
            answers = try account.ask(oracle, queries, for: .training, raised: problem.budget) {
                pauses += 1
                isGivenUp = true
                try pause()
                isGivenUp = false
            }
        } catch {
            // What the box itself fails on, it fails on again.
            if isGivenUp {
                try journal?.append(
                    .lost, key: key, queries: queries.count, pauses: pauses, step: method.step + 1)
            }
            throw error
        }
        let readings = try method.read(answers, to: queries)
        let kept = try journal?.append(
            .round(readings: readings), key: key, queries: queries.count, pauses: pauses,
            step: method.step + 1)
        if case .round(let readings) = kept { return readings }
        return readings
    }

    /// Tells questions of the journal apart.
    private func key(_ question: String, _ method: any TuningMethod) -> UInt64 {
        let last = history.steps.last
        let text =
            "\(identity) \(question) \(method.step) \(last?.queries ?? 0) \(last?.loss.bitPattern ?? 0)"
        return UInt64(SHA256Digest.hex(Array(text.utf8)).prefix(16), radix: 16) ?? 0
    }

    /// Accuracy and loss of the prompt that would be deployed now, kept in the history.
    ///
    /// Costs one evaluation query a minibatch.
    public mutating func evaluate(_ list: ImageList, pause: () throws -> Void = {}) throws -> Evaluation {
        let score = try score(list, pause)
        let evaluation = Evaluation(
            split: list.name, step: method.step, queries: queries, score: score)
        history.evaluations.append(evaluation)
        return evaluation
    }
}

extension TuningRun {
    /// The score of a list, asked or known from the journal.
    private func score(_ list: ImageList, _ pause: () throws -> Void) throws -> Score {
        let size = problem.plan.batchSize
        let queries = list.minibatches(of: size).count
        let key = journal == nil ? 0 : key(list.digest, method)
        let known = journal?.next(key: key, queries: queries) { entry in
            if case .score(let images, let correct, _) = entry {
                images == list.count && correct <= images
            } else {
                entry == .lost
            }
        }
        if let known {
            for batch in list.minibatches(of: size) {
                try account.chargeAgain(
                    oracle, [Query(method.deployed.prompt, batch)], for: .evaluation)
            }
            for _ in 0..<known.pauses { try pause() }
            if case .score(let images, let correct, let loss) = known.entry {
                return Score(images: images, correct: correct, loss: loss)
            }
        }
        var pauses = 0
        let score = try evaluateClassifier(
            method.deployed, on: list, batchSize: size, oracle: oracle, account: account
        ) {
            pauses += 1
            try pause()
        }
        let kept = try journal?.append(
            .score(images: score.images, correct: score.correct, loss: score.loss), key: key,
            queries: queries, pauses: pauses, step: method.step)
        if case .score(let images, let correct, let loss) = kept {
            return Score(images: images, correct: correct, loss: loss)
        }
        return score
    }
}

/// Accuracy and loss of a prompt and its head on a list of images; one evaluation query a minibatch.
///
/// - Parameter pause: called between pieces of work; what it throws ends it.
public func evaluateClassifier(
    _ classifier: Classifier, on list: ImageList, batchSize: Int = MethodSettings()[CommonSettings.batch],
    oracle: any Oracle,
    account: QueryAccount, pause: () throws -> Void = {}
) throws -> Score {
    guard list.count > 0 else { throw DatasetError.emptySplit(list.name) }
    let batches = list.minibatches(of: batchSize)
    let answers = try batches.enumerated().map { index, batch in
        if index > 0 { try pause() }
        let answers = try account.ask(
            oracle, [Query(classifier.prompt, batch)], for: .evaluation, pause: pause)
        return classifier.read(answers[0])
    }
    return try Score(answers, labels: batches.map(\.labels))
}
