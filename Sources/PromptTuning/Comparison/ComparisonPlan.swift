import BlackBox
public import Datasets

/// How far the runs of a comparison go, and what is measured of them on the way.
public struct ComparisonPlan: Sendable {
    /// Training queries of each run.
    public var queries: Int
    /// Queries between two evaluations on the training and validation images.
    public var every: Int
    public var training: ImageList
    /// Nil where there are none.
    public var validation: ImageList?
    public var test: ImageList

    public init(queries: Int, every: Int, training: ImageList, validation: ImageList?, test: ImageList) {
        (self.queries, self.every) = (queries, every)
        (self.training, self.validation, self.test) = (training, validation, test)
    }

    /// What decides a run's curves besides its settings.
    public func key(_ task: String) -> String {
        ([task, "\(queries)", "\(every)"]
            + [training, validation, test].map { $0?.digest ?? "" }).joined(separator: "\n")
    }

    /// Queries between two evaluations on the test images: ten of them.
    public var testEvery: Int { max(1, queries / 10) }

    fileprivate var schedule: [(list: ImageList, every: Int)] {
        [(training, every)] + (validation.map { [($0, every)] } ?? []) + [(test, testEvery)]
    }
}

extension TuningRun {
    /// Takes all steps of a comparison that are left.
    ///
    /// A run that was interrupted between two rounds goes on to what it would have been otherwise.
    /// - Parameters:
    ///   - pause: called inside long steps and evaluations; what it throws ends the run.
    ///   - stepped: called after each step and its evaluations; what it throws ends the run.
    public mutating func carryOut(
        _ plan: ComparisonPlan, pause: () throws -> Void,
        stepped: (_ run: TuningRun) throws -> Void
    ) throws {
        let further = RunPlan(.queries(plan.queries))
        var isUsedUp = false
        while true {
            let isLast = isUsedUp || further.steps(of: self) == 0
            for (list, every) in plan.schedule {
                // What a prompt is worth at a number of queries is what it is before a step that would lead beyond it.
                let mark = (queries + every - 1) / every * every
                if isLast || queries + nextStepQueries > mark { try evaluateOnce(list, pause: pause) }
            }
            if isLast { return }
            guard try stepWithinBudget(pause: pause) else {
                isUsedUp = true
                continue
            }
            try stepped(self)
        }
    }

    /// For each image whether the prompt that would be deployed now has it right.
    ///
    /// Costs one evaluation query a minibatch.
    public func hits(on list: ImageList, pause: () throws -> Void) throws -> [Bool] {
        zip(try predictions(on: list, pause: pause), list.labels).map { $0 == $1 }
    }

    /// The class that the prompt that would be deployed now gives each image.
    ///
    /// Costs one evaluation query a minibatch.
    public func predictions(on list: ImageList, pause: () throws -> Void) throws -> [Int] {
        let classifier = method.deployed
        return try list.minibatches(of: problem.plan.batchSize).enumerated().flatMap { index, batch in
            if index > 0 { try pause() }
            let answers = try account.ask(
                oracle, [Query(classifier.prompt, batch)], for: .evaluation, pause: pause)
            return classifier.read(answers[0]).predictions
        }
    }

    /// The accuracies of a split, in order.
    public func curve(of split: String) -> [ComparedRun.Mark] {
        history.evaluations(of: split).map {
            ComparedRun.Mark(queries: $0.queries, accuracy: $0.score.accuracy)
        }
    }
}
