import CommandLanguage
import PromptTuning

/// `run`: steps to a number of queries or a condition, with evaluations on the way.
enum RunCommand: NotebookCommand {
    static let verb = "run"
    static let summary = "take steps to a number of queries or a condition"
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "queries", kind: .integer(1...1_000_000_000), valueName: "N",
                    help: "run until the prompt has used N training queries in all (the budget)"),
                OptionSpecification(
                    name: "until", kind: .text, valueName: "CONDITION",
                    help: "stop when true: accuracy or loss, then >=, >, <= or <, then a number"),
                OptionSpecification(
                    name: "eval-every", kind: .integer(1...1_000_000_000), valueName: "500",
                    help: "evaluate each time so many queries are used"),
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "val", help: "what to evaluate on"),
            ], summary: "tune the prompt")
    ]
    static let help = """
        The split is evaluated at the start, every --eval-every queries and at the end; evaluations
        are counted apart from training queries. ^C ends the step in progress, keeps everything and
        says where it stopped; 'run' then goes on. In a condition accuracy is that of the last
        evaluation, in percent, and loss that of the last step.

          run --queries 2000 --eval-every 100 --split test
          run --until "accuracy >= 60"
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let condition = try call.text("until").map { text in
            try call.locating("until") { try StopCondition(text) }
        }
        let run = try context.requireRun()
        let data = try context.requireData()
        let target = call.integer("queries") ?? run.ledger.budget
        guard target <= run.ledger.budget else {
            throw call.failure(
                "queries", "expected at most the budget of \(run.ledger.budget) queries; got \(target)",
                notes: ["'prompt new --budget \(target)' builds a new prompt with a larger budget"])
        }
        let each = run.method.queriesPerStep
        let steps = (target - run.ledger.training) / each
        guard steps > 0 else {
            throw call.failure(
                "queries",
                "\(run.ledger.training) queries are used and a step needs \(each): no step fits into \(target)",
                notes: [
                    target < run.ledger.budget
                        ? "nothing was changed; --queries counts from the start of the prompt"
                        : "nothing was changed; 'prompt new --budget N' builds a new prompt with a larger budget"
                ])
        }
        let every = call.integer("eval-every") ?? 500
        let list = context.list(data, split: call.text("split") ?? "val")
        let store = try context.requireModel()
        guard list.count > 0 else { throw TuningError.emptySplit(list.name) }
        try context.features(store, list)
        try context.evaluateOnce(list)
        func holds(_ context: CommandContext) -> Bool {
            guard let condition, let run = context.state.run else { return false }
            return condition.holds(run, split: list.name)
        }
        if !holds(context) {
            try context.advance(steps: steps, detail: { $0.lossDetail + $0.accuracyDetail(list.name) }) {
                context, done in
                let used = context.state.run?.ledger.training ?? 0
                if done == steps || used / every > (used - each) / every { try context.evaluateOnce(list) }
                return holds(context)
            }
        }
        try context.evaluateOnce(list)
        context.reportRun(lastStep: true)
        context.reportEvaluations(list.name)
        if let text = call.text("until") {
            let used = context.state.run?.ledger.training ?? 0
            context.say(
                holds(context)
                    ? used == run.ledger.training
                        ? "\(text): already so" : "\(text): reached at \(used) queries"
                    : "\(text): not reached")
            context.set("reached", .boolean(holds(context)))
        }
    }
}

extension CommandContext {
    /// Evaluates the prompt unless that has been done at this step.
    mutating func evaluateOnce(_ list: ImageList) throws {
        guard var run = state.run else { return }
        if run.history.evaluations.last(where: { $0.split == list.name })?.step == run.method.step { return }
        _ = try run.evaluate(list)
        state.run = run
    }

    func accuracyDetail(_ split: String) -> String {
        guard let last = state.run?.history.evaluations(of: split).last else { return "" }
        return ", \(split) accuracy \(DisplayNumber.percent(last.score.accuracy))"
    }

    /// Says the last and the best accuracy on a split.
    func reportEvaluations(_ split: String) {
        guard let run = state.run, let last = run.history.evaluations(of: split).last else { return }
        // Of equal values the first, which took the fewest queries.
        let evaluations = run.history.evaluations(of: split)
        let best = evaluations.dropFirst().reduce(evaluations[0]) {
            $1.score.accuracy > $0.score.accuracy ? $1 : $0
        }
        say(
            "\(split) accuracy \(DisplayNumber.percent(last.score.accuracy)), best "
                + "\(DisplayNumber.percent(best.score.accuracy)) at \(best.queries) queries")
        set("accuracy", .double(last.score.accuracy))
        set("best-accuracy", .double(best.score.accuracy))
        set("best-queries", .integer(best.queries))
        set("evaluation-queries", .integer(run.ledger.evaluation))
        set("curve-queries", .list(evaluations.map { .integer($0.queries) }))
        set("curve-accuracy", .list(evaluations.map { .double($0.score.accuracy) }))
    }
}

/// A condition such as `accuracy >= 80`.
struct StopCondition: Equatable {
    enum Quantity: String {
        case accuracy
        case loss
    }
    var quantity: Quantity
    var relation: String
    var bound: Double

    /// - Throws: `NotebookError.badCondition`.
    init(_ text: String) throws {
        let relations = [">=", "<=", ">", "<"]
        guard let relation = relations.first(where: { text.contains($0) }) else {
            throw NotebookError.badCondition(text)
        }
        let parts = text.split(separator: relation, maxSplits: 1).map { word in
            String(word.filter { !$0.isWhitespace })
        }
        guard parts.count == 2, let quantity = Quantity(rawValue: parts[0]),
            let bound = Value.number(
                reading: parts[1].hasSuffix("%") ? String(parts[1].dropLast()) : parts[1])
        else { throw NotebookError.badCondition(text) }
        self.quantity = quantity
        self.relation = relation
        self.bound = bound
    }

    func holds(_ run: TuningRun, split: String) -> Bool {
        let value: Double? =
            switch quantity {
            case .accuracy: run.history.evaluations(of: split).last?.score.accuracy
            case .loss: run.history.steps.last?.loss
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
