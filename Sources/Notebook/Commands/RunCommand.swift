import BlackBox
import CommandLanguage
import Datasets
import PromptTuning

/// `run`: steps to a number of queries or a condition, with evaluations on the way.
enum RunCommand: NotebookCommand {
    static let verb = "run"
    static let takesEvery = true
    static let summary = "take steps to a number of queries or a condition"
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "queries", kind: .integer(1...1_000_000_000), valueName: "N",
                    help: "run until N training queries led to the prompt, undone ones apart (the budget)"),
                OptionSpecification(
                    name: "until", kind: .text, valueName: "CONDITION",
                    help: "stop when true: accuracy, loss or a measure, then >=, >, <= or <, then a number"),
                OptionSpecification(
                    name: "eval-every", kind: .integer(1...1_000_000_000),
                    valueName: "\(RunPlan.standardInterval)",
                    help: "evaluate each time so many queries are used"),
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "val", help: "what to evaluate on"),
            ], summary: "tune the prompt")
    ]
    static let help = """
        The split is evaluated at the start, every --eval-every queries and at the end; evaluations
        are counted apart from training queries. ^C lets the step in progress end, keeps all and says where
        it stopped; a second ^C drops that step, whose queries stay charged. 'run' then goes on. In a condition
        accuracy is that of the last evaluation, in percent, and loss that of the last step; what else
        a method measures of a step (gradient-norm, for one) can stand there, too. 'every N { … }' behind
        the options runs statements each time N further queries are used; they may look, branch and draw,
        and know step, queries, loss and accuracy.

          run --queries 2000 --eval-every 100 --split test
          run --until "accuracy >= 60"
          run every 1000 { checkpoint "at-$queries"; eval --split test }
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let condition = try call.text("until").map { text in
            let measures = type(of: run.method).measures.map(\.name)
            do {
                return try StopCondition(text, measures: measures)
            } catch {
                let word = text.prefix { !$0.isWhitespace && !"<>=".contains($0) }
                let known = ["accuracy", "loss"] + measures
                throw call.failure(
                    "until", "\(error)",
                    notes: known.contains(String(word))
                        ? []
                        : [
                            nearestName(to: String(word), among: known).map { "did you mean '\($0)'?" }
                                ?? "'\(run.methodName)' knows \(known.joined(separator: ", "))"
                        ])
            }
        }
        let data = try context.requireData()
        let target = call.integer("queries") ?? run.problem.budget
        guard target <= run.problem.budget else {
            throw call.failure(
                "queries", "expected at most the budget of \(run.problem.budget) queries; got \(target)",
                notes: ["'budget \(target)' allows this run more"])
        }
        let list = try context.list(call, default: .val, in: data)
        let plan = RunPlan(
            .queries(target), list: list,
            evaluateEvery: call.integer("eval-every") ?? RunPlan.standardInterval,
            condition: condition)
        guard plan.steps(of: run) > 0 else { throw refusal(call, run, target: target) }
        try context.prepare(run.oracle, run.method.deployed.prompt, list)
        let reached = try context.carryOut(plan, call)
        context.reportRun(lastStep: true)
        context.reportEvaluations(list.name)
        context.reportShortfall(target, isReached: reached)
        if let text = call.text("until") {
            let used = context.state.run?.queries ?? 0
            context.say(
                reached
                    ? used == run.queries
                        ? "\(text): already so" : "\(text): reached at \(DisplayNumber.queries(used))"
                    : "\(text): not reached")
            context.set("reached", .boolean(reached))
        }
    }

    /// Why no step fits.
    private static func refusal(_ call: Call, _ run: TuningRun, target: Int) -> Diagnostic {
        let each = run.method.queriesPerStep
        if let limit = run.method.stepLimit, run.method.step >= limit {
            return call.failure(nil, "\(TuningError.noStepLeft(method: run.methodName, limit: limit))")
        }
        guard run.remaining >= each else { return call.overBudget(run, needed: each) }
        return call.failure(
            "queries",
            "\(run.queries) queries are used and a step needs \(each): no step fits into \(target)",
            notes: ["nothing was changed; --queries counts from the start of the prompt"])
    }
}

extension CommandContext {
    /// Takes the steps of a plan, with progress shown; what was done stays when it is interrupted.
    ///
    /// - Throws: `KeptFailure` where steps were taken before the one that failed.
    mutating func carryOut(_ plan: RunPlan, _ call: Call) throws -> Bool {
        let first = state.run?.method.step ?? 0
        let lost = lostQueries
        var plan = plan
        plan.pauseEvery = periodic?.interval
        let last: Int? = if case .steps(let count) = plan.goal { first + count } else { nil }
        var end = RunEnd.ended
        do {
            repeat {
                end = try takeSteps(plan)
                guard end == .paused else { break }
                try runPeriodic()
                // 'quit' among the statements ends the run, too.
                if quits { break }
                plan.continues = true
                if let last, let step = state.run?.method.step { plan.goal = .steps(last - step) }
            } while true
        } catch let interruption as Interruption {
            let dropped = lostQueries - lost
            say(
                "interrupted after step \(state.run?.method.step ?? 0), state kept"
                    + (dropped > 0
                        ? "; the step in progress was dropped, its \(DisplayNumber.queries(dropped)) stay charged"
                        : ""))
            reportRun(lastStep: true)
            throw interruption
        } catch let failure as KeptFailure {
            throw failure
        } catch {
            let step = state.run?.method.step ?? 0
            guard step > first else { throw error }
            reportRun(lastStep: true)
            throw KeptFailure(
                diagnostic: call.failure(
                    nil, "\(error)",
                    notes: [
                        step - first == 1
                            ? "the step before it is kept" : "the \(step - first) steps before it are kept"
                    ]))
        }
        let reached = end == .reached
        if let run = state.run, !reached, !quits, plan.isShort(for: run) {
            say("note: with those that would fail, the next step needs more queries than are left")
        }
        return reached
    }

    /// Takes steps to the end of a plan or to its next pause, with progress shown.
    private mutating func takeSteps(_ plan: RunPlan) throws -> RunEnd {
        let cell = cell
        let host = host
        return try state.withRun { run in
            func progress(_ run: TuningRun, left: Int) -> NotebookHost.Progress {
                let accuracy = plan.list.flatMap { list in
                    run.history.evaluations(of: list.name).last.map {
                        "\(list.name) accuracy \(DisplayNumber.percent($0.score.accuracy))"
                    }
                }
                return .init(
                    done: run.queries, total: run.queries + left * run.method.queriesPerStep,
                    unit: "queries",
                    detail: [run.lossDetail, accuracy].compactMap { $0 }.joined(separator: ", "))
            }
            var now = progress(run, left: plan.steps(of: run))
            host.show(now)
            return try run.carryOut(plan) {
                try cell.interruptionPoint()
            } pauseInStep: {
                // The bar stands in a long step, too.
                host.show(now)
                try cell.pauseInStep()
            } stepped: { run, left in
                cell.finishedStep()
                now = progress(run, left: left)
                host.show(now)
                try cell.interruptionPoint()
            }
        } ?? .ended
    }

    /// Runs the statements of `every`; the steps before stay whatever they do.
    ///
    /// - Throws: `KeptFailure` where one fails or they leave the run elsewhere than they found it.
    private mutating func runPeriodic() throws {
        guard let periodic else { return }
        self.periodic = nil
        defer { self.periodic = periodic }
        let (name, before, earlier) = (state.currentName, state.run, state)
        state.remember(before?.results ?? [])
        do {
            try periodic.run(&self)
        } catch let error as Diagnostic {
            if state.currentName == name {
                cell.beginInnerStatement()
                reportRun(lastStep: true)
            }
            throw KeptFailure(diagnostic: error)
        }
        guard state.currentName == name, let before, let run = state.run,
            run.method.step == before.method.step, run.parameterDigest == before.parameterDigest
        else {
            state = earlier
            cell.beginInnerStatement()
            reportRun(lastStep: true)
            throw KeptFailure(
                diagnostic: periodic.failure(
                    "the statements of 'every' left the run that they stand behind",
                    [
                        "they may look, draw, 'checkpoint' and 'branch'; what they did this time is taken back"
                    ]))
        }
        // What the run says from here on is a statement's of its own.
        cell.beginInnerStatement()
    }

    /// Says why a run ended before the queries that were wanted.
    func reportShortfall(_ target: Int, isReached: Bool) {
        guard let run = state.run, !isReached, !quits, run.queries + run.method.queriesPerStep <= target,
            run.remaining < run.method.queriesPerStep, lostQueries > 0
        else { return }
        say(
            "note: \(DisplayNumber.queries(run.queries)) of \(target): the budget is used up, and \(lostQueries) of it did not lead here "
                + "(undone, failed or on a branch); 'budget N' allows more")
    }

    /// Training queries of the present run's account that did not lead to its state.
    var lostQueries: Int { state.run.map { $0.account.spent.training - $0.queries } ?? 0 }

    /// Says the last and the best accuracy on a split.
    func reportEvaluations(_ split: String) {
        guard let run = state.run, let last = run.history.evaluations(of: split).last else { return }
        let evaluations = run.history.evaluations(of: split)
        let best = run.history.best(of: split) ?? last
        say(
            "\(split) accuracy \(DisplayNumber.percent(last.score.accuracy)), best "
                + "\(DisplayNumber.percent(best.score.accuracy)) at \(DisplayNumber.queries(best.queries))")
        set("accuracy", .double(last.score.accuracy))
        set("best-accuracy", .double(best.score.accuracy))
        set("best-queries", .integer(best.queries))
        set("evaluation-queries", .integer(run.account.spent.evaluation))
        set("curve-queries", .list(evaluations.map { .integer($0.queries) }))
        set("curve-accuracy", .list(evaluations.map { .double($0.score.accuracy) }))
    }
}

extension TuningRun {
    /// What expressions know of where the run stands.
    fileprivate var results: [CellResult] {
        var results = [
            CellResult(key: "step", value: .integer(method.step)),
            CellResult(key: "queries", value: .integer(queries)),
        ]
        if let last = history.steps.last {
            results.append(CellResult(key: "loss", value: .double(last.loss)))
        }
        if let last = history.evaluations.last {
            results.append(CellResult(key: "accuracy", value: .double(last.score.accuracy)))
        }
        return results
    }

    /// The last loss, for a progress line.
    fileprivate var lossDetail: String? {
        history.steps.last.map { "loss \(DisplayNumber.figure($0.loss))" }
    }
}

extension Call {
    /// Says that a budget does not allow so many queries.
    func overBudget(_ run: TuningRun, needed: Int) -> Diagnostic {
        let error = BlackBoxError.budgetUsedUp(
            budget: run.problem.budget, needed: needed, left: run.remaining)
        return failure(
            nil, "\(error)",
            notes: ["nothing was changed; 'budget N' allows this run more"])
    }
}
