import CLIPEngine
import CommandLanguage
import PromptTuning

/// `show`: where the session stands.
enum ShowCommand: NotebookCommand {
    static let verb = "show"
    static let summary = "model, data, prompt, last step, queries left"
    static let forms = [CommandForm(summary: "show the state of the session")]
    static let help = """
        The last step is shown in detail: mean loss, ‖ĝ‖ against the clip threshold, step size a_k,
        perturbation size c_k.

          show
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
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
        context.say(
            "prompt: \(run.settings.method), δ = \(run.method.parameters.count), seed \(run.settings.seed), "
                + "step \(run.method.step)")
        let undone = context.spentQueries - run.ledger.training
        context.say(
            "queries: \(run.ledger.training) of \(run.ledger.budget) for training, \(run.ledger.evaluation) for evaluation"
                + (undone > 0 ? "; \(undone) more in steps undone or runs left" : ""))
        if let last = run.history.steps.last {
            let limit = run.method.clipThreshold.map { " of \(DisplayNumber.figure($0))" } ?? ""
            context.say(
                "last step: loss \(DisplayNumber.figure(last.loss)), ‖ĝ‖ \(DisplayNumber.figure(last.gradientNorm))\(limit)"
                    + "\(last.clipped ? ", clipped" : ""), a_k \(DisplayNumber.figure(Double(last.stepSize))), "
                    + "c_k \(DisplayNumber.figure(Double(last.perturbationSize)))")
            context.set("step-size", .float(last.stepSize))
            context.set("perturbation-size", .float(last.perturbationSize))
        }
        if let last = run.history.evaluations.last {
            context.say(
                "last evaluation: \(last.split) accuracy \(DisplayNumber.percent(last.score.accuracy)) "
                    + "at \(last.queries) queries")
        }
        if !state.checkpoints.isEmpty {
            context.say("checkpoints: " + state.checkpoints.keys.sorted().joined(separator: ", "))
        }
        context.reportRun(lastStep: false)
        context.set("spent-queries", .integer(context.spentQueries))
        context.set("queries-left", .integer(run.ledger.remaining))
        context.set("evaluation-queries", .integer(run.ledger.evaluation))
    }
}
