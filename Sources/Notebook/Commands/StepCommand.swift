import BlackBox
import PromptTuning

/// `step`: one update, or N.
enum StepCommand: NotebookCommand {
    static let verb = "step"
    static let takesEvery = true
    static let summary = "take one step, or N"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "n", kind: .integer(1...1_000_000), count: .optional)],
            summary: "take N steps (1)")
    ]
    static let help = """
        What a step is, its method says: 'help zip'. Steps that the budget does not allow are refused
        before any query. A query that was made never comes back: a step that fails or is undone
        stays on the account. 'every N { … }' behind it runs statements after each N steps.

          step
          step 10
          step 10 every 5 { say "loss $loss" }
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let steps = call.integer("n") ?? 1
        let run = try context.requireRun()
        let needed = max(
            run.method.queriesPerStep, steps * run.method.fewestQueriesPerStep)
        if let limit = run.method.stepLimit, run.method.step + steps > limit {
            throw call.failure(nil, "\(TuningError.noStepLeft(method: run.methodName, limit: limit))")
        }
        guard needed <= run.remaining else { throw call.overBudget(run, needed: needed) }
        _ = try context.carryOut(RunPlan(.steps(steps)), call)
        context.reportRun(lastStep: true)
    }
}

extension CommandContext {
    /// Says where the run stands, and sets its typed results.
    func reportRun(lastStep: Bool) {
        guard let run = state.run else { return }
        if let last = run.history.steps.last, lastStep {
            var line =
                "step \(last.step), \(DisplayNumber.queries(run.queries)), loss \(DisplayNumber.figure(last.loss))"
            set("loss", .double(last.loss))
            for (key, value) in zip(type(of: run.method).measures, last.measures) where key.isHeadline {
                switch value {
                case .flag(true): line += " \(key.symbol)"
                case .flag(false): break
                default: line += ", \(key.symbol) \(DisplayNumber.figure(value.double))"
                }
                set(key.name, ResultValue(value))
            }
            say(line + ", \(DisplayNumber.queries(run.remaining)) left")
        }
        set("step", .integer(run.method.step))
        set("queries", .integer(run.queries))
        set("parameters", .text("sha256:" + run.parameterDigest))
    }
}

extension ResultValue {
    init(_ value: MeasureValue) {
        switch value {
        case .number(let value): self = .double(value)
        case .single(let value): self = .float(value)
        case .flag(let value): self = .boolean(value)
        }
    }
}
