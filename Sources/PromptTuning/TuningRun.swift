public import Tensors

/// One prompt being tuned: a method, the black box, the training images, the account and the history.
///
/// A value: copying it is a checkpoint, and assigning an old copy goes back in time.
public struct TuningRun: Sendable {
    public private(set) var method: any TuningMethod
    public private(set) var ledger: QueryLedger
    public private(set) var history = RunHistory()
    public let oracle: CLIPOracle
    public let train: ImageList
    public let classNames: [String]
    public let plan: BatchPlan

    /// - Throws: `TuningError` or `CLIPError` when settings, classes and model do not fit together.
    public init(
        _ settings: PromptSettings, initial: Matrix?, store: ImageFeatureStore, classNames: [String],
        train: ImageList
    ) throws {
        guard train.count > 0 else { throw TuningError.emptySplit(train.name) }
        oracle = try CLIPOracle(
            store: store, classNames: classNames, contextTokens: settings.shape.tokens)
        method = try TuningMethods.make(settings, initial: initial, width: oracle.width)
        ledger = QueryLedger(budget: settings.budget)
        plan = BatchPlan(images: train.count, batchSize: settings.batchSize, seed: settings.seed)
        self.train = train
        self.classNames = classNames
    }

    public var settings: PromptSettings { method.settings }

    /// SHA-256 of w as little-endian float32.
    public var parameterDigest: String {
        SHA256Digest.hex(
            method.parameters.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            })
    }

    /// Takes one step on the next minibatch.
    ///
    /// - Throws: `TuningError.budgetUsedUp` before any query when the step would exceed the budget. After an error the run is
    ///   as before.
    @discardableResult
    public mutating func step() throws -> StepSummary {
        let batch = Minibatch(list: train, indices: plan.batch(step: method.step + 1))
        var ledger = ledger
        var method = method
        // Refused here, before a method has drawn anything.
        guard method.queriesPerStep <= ledger.remaining else {
            throw TuningError.budgetUsedUp(
                budget: ledger.budget, needed: method.queriesPerStep, left: ledger.remaining)
        }
        var summary = try method.advance { contexts in
            try oracle.losses(contexts, batch, for: .training, ledger: &ledger)
        }
        summary.queries = ledger.training
        self.method = method
        self.ledger = ledger
        history.steps.append(summary)
        return summary
    }

    /// Accuracy and loss of the present prompt on a list of images, kept in the history.
    ///
    /// Costs one evaluation query a minibatch.
    public mutating func evaluate(_ list: ImageList) throws -> Evaluation {
        guard list.count > 0 else { throw TuningError.emptySplit(list.name) }
        var ledger = ledger
        var correct = 0
        var sum = 0.0
        let context = method.context
        for start in stride(from: 0, to: list.count, by: plan.batchSize) {
            let batch = Minibatch(list: list, indices: Array(start..<min(start + plan.batchSize, list.count)))
            let logits = try oracle.logits([context], batch, for: .evaluation, ledger: &ledger)
            let part = try Score(logits: logits, prompt: 0, labels: batch.labels)
            correct += part.correct
            sum += Double(part.loss) * Double(part.images)
        }
        let score = Score(images: list.count, correct: correct, loss: Float(sum / Double(list.count)))
        let evaluation = Evaluation(
            split: list.name, step: method.step, queries: ledger.training, score: score)
        self.ledger = ledger
        history.evaluations.append(evaluation)
        return evaluation
    }
}
