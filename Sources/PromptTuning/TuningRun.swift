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
    public private(set) var history = RunHistory()
    /// The black box itself, for what is no part of the run.
    public let box: any Oracle
    /// The black box as the run sees it, in training and evaluation.
    public let oracle: any Oracle
    public let problem: TuningProblem
    public let account: QueryAccount

    /// - Parameters:
    ///   - oracle: the box; the run sees what the problem's view shows of it.
    ///   - total: an account that is charged with this run's queries, too.
    /// - Throws: `TuningError`, `DatasetError` or what the box says when settings, classes and model do not fit.
    public init(
        _ type: any TuningMethod.Type, _ settings: MethodSettings, problem: TuningProblem,
        oracle: any Oracle, total: QueryAccount? = nil
    ) throws {
        method = try type.init(settings, for: problem)
        account = QueryAccount(budget: problem.budget, total: total)
        box = oracle
        self.oracle = problem.view.applied(to: oracle, seed: problem.seed)
        self.problem = problem
    }

    public var methodName: String { type(of: method).name }
    public var classNames: [String] { problem.facts.classNames }
    public var train: ImageList { problem.train }
    /// Training queries that led to the present state. What was asked in all, for steps undone or given up too, is on
    /// the account.
    public var queries: Int { history.steps.last?.queries ?? 0 }

    /// Names and values of everything that decides the run besides model and data.
    public var described: [(name: String, value: String)] {
        let common = CommonSettings.recorded(under: problem.view)
        return [("method", methodName)] + method.settings.described(common + type(of: method).settings)
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
        guard method.queriesPerStep <= account.remaining else {
            throw BlackBoxError.budgetUsedUp(
                budget: problem.budget, needed: method.queriesPerStep, left: account.remaining)
        }
        var method = method
        var asked = 0
        var readings: [[Float]] = []
        while true {
            let queries = try method.ask()
            let answers = try account.ask(oracle, queries, for: .training, pause: pause)
            asked += queries.count
            readings.append(try method.read(answers, to: queries))
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

    /// Accuracy and loss of the prompt that would be deployed now, kept in the history.
    ///
    /// Costs one evaluation query a minibatch.
    public mutating func evaluate(_ list: ImageList, pause: () throws -> Void = {}) throws -> Evaluation {
        let score = try evaluateClassifier(
            method.deployed, on: list, batchSize: problem.plan.batchSize, oracle: oracle, account: account,
            pause: pause)
        let evaluation = Evaluation(
            split: list.name, step: method.step, queries: queries, score: score)
        history.evaluations.append(evaluation)
        return evaluation
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
