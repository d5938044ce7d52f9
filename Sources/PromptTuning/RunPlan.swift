import BlackBox
public import Datasets

/// How far a run goes, and what is measured on the way.
public struct RunPlan: Sendable {
    /// Where it ends.
    public enum Goal: Sendable, Equatable {
        /// After so many further steps.
        case steps(Int)
        /// Before the step that would lead beyond so many training queries from the start of the prompt.
        case queries(Int)
    }

    /// Queries between two evaluations where nothing else is asked for.
    public static let standardInterval = 500

    public var goal: Goal
    /// Evaluated at the start, whenever `evaluateEvery` further queries are used, and at the end; nil for none.
    public var list: ImageList?
    public var evaluateEvery: Int
    /// Ends the run where it holds.
    public var condition: StopCondition?
    /// Pauses the run each time so many further queries are used, or, where its goal counts steps, steps taken.
    public var pauseEvery: Int?
    /// Whether it goes on with a plan that paused: its start has been evaluated.
    public var continues = false

    public init(
        _ goal: Goal, list: ImageList? = nil, evaluateEvery: Int = standardInterval,
        condition: StopCondition? = nil
    ) {
        self.goal = goal
        self.list = list
        self.evaluateEvery = evaluateEvery
        self.condition = condition
    }

    /// Steps that the goal and the account still allow, at what the next one costs at most.
    public func steps(of run: TuningRun) -> Int {
        let each = run.nextStepQueries
        switch goal {
        case .steps(let count): return count
        case .queries(let target):
            guard each > 0 else { return 0 }
            let steps = max(0, min(target - run.queries, run.remaining) / each)
            return min(steps, run.method.stepLimit.map { max(0, $0 - run.method.step) } ?? steps)
        }
    }

    /// Whether queries that fail alone keep a run from a further step.
    public func isShort(for run: TuningRun) -> Bool {
        guard case .queries(let target) = goal else { return false }
        let isAtEnd = run.method.stepLimit.map { run.method.step >= $0 } ?? false
        return !isAtEnd && min(target - run.queries, run.remaining) >= run.method.queriesPerStep
    }
}

/// A condition such as `accuracy >= 80`.
public struct StopCondition: Sendable, Equatable {
    /// "accuracy", "loss", or the name of a measure.
    public let quantity: String
    public let relation: String
    public let bound: Double

    /// - Parameter measures: the names that may stand besides accuracy and loss.
    /// - Throws: `TuningError.badCondition`.
    public init(_ text: String, measures: [String]) throws {
        let relations = [">=", "<=", ">", "<"]
        guard let relation = relations.first(where: { text.contains($0) }) else {
            throw TuningError.badCondition(text)
        }
        let parts = text.split(separator: relation, maxSplits: 1).map { word in
            String(word.filter { !$0.isWhitespace })
        }
        guard parts.count == 2, (["accuracy", "loss"] + measures).contains(parts[0]),
            let bound = Double(parts[1].hasSuffix("%") ? String(parts[1].dropLast()) : parts[1]),
            !bound.isNaN
        else { throw TuningError.badCondition(text) }
        quantity = parts[0]
        self.relation = relation
        self.bound = bound
    }

    /// - Parameter split: the name of the list whose last evaluation counts.
    public func holds(_ run: TuningRun, split: String?) -> Bool {
        let value: Double?
        switch quantity {
        case "accuracy":
            value = split.flatMap { run.history.evaluations(of: $0).last?.score.accuracy }
        case "loss": value = run.history.steps.last?.loss
        default: value = run.history.steps.last.flatMap { run.value(of: quantity, in: $0) }
        }
        guard let value else { return false }
        return switch relation {
        case ">=": value >= bound
        case "<=": value <= bound
        case ">": value > bound
        default: value < bound
        }
    }
}

/// How a call of `carryOut` ended.
public enum RunEnd: Sendable, Equatable {
    /// The condition holds.
    case reached
    /// No further step is allowed.
    case ended
    /// The plan pauses; its last step may be taken.
    case paused
}

extension TuningRun {
    /// The value of a measure at a step; nil where the method has no such measure.
    public func value(of measure: String, in record: StepRecord) -> Double? {
        type(of: method).measures.firstIndex { $0.name == measure }.map { record.measures[$0].double }
    }

    /// Takes the steps of a plan.
    ///
    /// What was done stays when something is thrown on the way: the run is then as after its last whole step.
    /// - Parameters:
    ///   - pause: called inside long steps and evaluations; what it throws ends the run.
    ///   - stepped: called after each step and its evaluation, with the steps that remain; what it throws ends the run.
    /// - Returns: whether the condition holds at the end, or that the plan pauses.
    public mutating func carryOut(
        _ plan: RunPlan, pause: () throws -> Void = {}, pauseInStep: () throws -> Void = {},
        stepped: (_ run: TuningRun, _ left: Int) throws -> Void = { _, _ in }
    ) throws -> RunEnd {
        func holds(_ run: TuningRun) -> Bool {
            plan.condition?.holds(run, split: plan.list?.name) ?? false
        }
        if !plan.continues { try evaluateOnce(plan.list, pause: pause) }
        var left = plan.steps(of: self)
        while left > 0, !holds(self) {
            let (before, beforeStep) = (queries, method.step)
            if case .queries = plan.goal {
                guard try stepWithinBudget(pause: pauseInStep) else { break }
            } else {
                try step(pause: pauseInStep)
            }
            // A step may have cost less than it could have.
            if case .queries = plan.goal { left = plan.steps(of: self) } else { left -= 1 }
            let crossed = queries / plan.evaluateEvery > before / plan.evaluateEvery
            if left == 0 || crossed { try evaluateOnce(plan.list, pause: pause) }
            try stepped(self, left)
            guard let every = plan.pauseEvery else { continue }
            let isPassed =
                if case .queries = plan.goal {
                    queries / every > before / every
                } else { method.step / every > beforeStep / every }
            if isPassed { return .paused }
        }
        try evaluateOnce(plan.list, pause: pause)
        return holds(self) ? .reached : .ended
    }

    /// Most queries of the next step, with those of its first round that will fail.
    var nextStepQueries: Int {
        guard problem.view.failure > 0, let queries = try? method.ask(),
            let failures = try? oracle.failures(of: queries)
        else { return method.queriesPerStep }
        return method.queriesPerStep + failures
    }

    /// Takes a step; false where queries that fail used up what the step had left.
    mutating func stepWithinBudget(pause: () throws -> Void) throws -> Bool {
        do {
            try step(pause: pause)
            return true
        } catch BlackBoxError.budgetUsedUp where problem.view.failure > 0 {
            return false
        }
    }

    /// Evaluates the prompt unless that has been done at this step.
    mutating func evaluateOnce(_ list: ImageList?, pause: () throws -> Void) throws {
        guard let list, history.evaluations.last(where: { $0.split == list.name })?.step != method.step
        else { return }
        _ = try evaluate(list, pause: pause)
    }
}
