import BlackBox
import CLIPEngine
import CommandLanguage
import Datasets
import Files
import PromptTuning

/// `show`: where the session stands.
enum ShowCommand: NotebookCommand {
    static let verb = "show"
    static let summary = "model, data, prompt, last step, queries left"
    static let forms = [
        CommandForm(summary: "show the state of the session"),
        CommandForm(object: "step", summary: "show the last step with everything its method measured"),
    ]
    static let help = """
        The last step is shown in detail: its loss, and what its method measures, for zip ‖ĝ‖ against
        the clip threshold, step size a_k, perturbation size c_k. 'queries' tells what the present
        run's account was charged, steps that failed or were undone included, and what the session
        asked in all.

          show
          show step
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        if call.form.object == "step" {
            let run = try context.requireRun()
            guard !run.history.steps.isEmpty else {
                throw NotebookError.missing(what: "step", how: "take one with 'step'")
            }
            context.showLastStep(run)
            context.reportRun(lastStep: false)
            return
        }
        let state = context.state
        context.say("model: " + escapedForDisplay(state.modelPath ?? "none"))
        context.say(
            "data: "
                + (state.data.map {
                    "\($0.train.count) training, \($0.validation.count) validation, \($0.test.count) test images"
                } ?? "none"))
        context.say("classes: " + (state.classNames.map { "\($0.count)" } ?? "none"))
        guard let run = state.run else {
            context.say("prompt: none")
            return
        }
        let name = state.runs.count > 1 ? " '\(state.currentName)'" : ""
        context.say(
            "prompt\(name): \(run.methodName), δ = \(run.method.parameters.count), seed \(run.problem.seed), "
                + "step \(run.method.step)")
        context.showQueries(run)
        context.showLastStep(run)
        if let last = run.history.evaluations.last {
            context.say(
                "last evaluation: \(last.split) accuracy \(DisplayNumber.percent(last.score.accuracy)) "
                    + "at \(DisplayNumber.queries(last.queries))")
        }
        if !state.checkpoints.isEmpty {
            context.say("checkpoints: " + state.checkpoints.keys.sorted().joined(separator: ", "))
        }
        context.reportRun(lastStep: false)
    }
}

extension CommandContext {
    /// What the run's account and the session's were charged.
    fileprivate func showQueries(_ run: TuningRun) {
        let spent = run.account.spent
        let lost = lostQueries
        say(
            "queries: \(spent.training) of \(run.problem.budget) for training, \(spent.evaluation) for evaluation"
                + (lost > 0
                    ? "; \(lost) of them asked by 'doctor', or in steps that failed, were undone or interrupted, or are on a branch"
                    : "")
                + (spent.failed > 0 ? "; \(spent.failed) failed and were asked again" : ""))
        if spent.failed > 0 { set("failed-queries", .integer(spent.failed)) }
        let all = session.spent
        if all != spent {
            say(
                "session: \(DisplayNumber.queries(all.training)) for training, \(all.evaluation) for evaluation"
            )
        }
        if state.box.hasCosts {
            say("the session's queries would cost \(state.box.cost(of: all.training + all.evaluation))")
        }
        set("spent-queries", .integer(all.training))
        set("charged-queries", .integer(spent.training))
        set("queries-left", .integer(run.remaining))
        set("evaluation-queries", .integer(spent.evaluation))
        set("spent-evaluation-queries", .integer(all.evaluation))
    }

    /// The last step with all its measures.
    fileprivate func showLastStep(_ run: TuningRun) {
        guard let last = run.history.steps.last else { return }
        var line = "last step: loss \(DisplayNumber.figure(last.loss))"
        for (key, value) in zip(type(of: run.method).measures, last.measures) {
            switch value {
            case .flag(let isOn):
                if isOn { line += ", \(key.symbol)" }
            default:
                let limit = run.method.limits[key.name].map { " of \(DisplayNumber.figure($0))" } ?? ""
                line += ", \(key.symbol) \(DisplayNumber.figure(value.double))\(limit)"
            }
            if !key.isHeadline { set(key.name, ResultValue(value)) }
        }
        say(line)
    }
}
