import BlackBox
import CLIPEngine
import CommandLanguage
import Datasets
import Files
import PromptTuning

/// `show`: where the session stands.
enum ShowCommand: NotebookCommand {
    static let verb = "show"
    static let looksOnly = true
    static let summary = "where the session stands, or one part of it"
    static let forms = [
        CommandForm(summary: "model, data, prompt, last step, queries left"),
        CommandForm(object: "model", summary: "sizes, activation, preprocessing, digests"),
        CommandForm(object: "data", summary: "classes and counts"),
        CommandForm(object: "classes", summary: "class names"),
        CommandForm(object: "box", summary: "what new prompts see, what a query costs"),
        CommandForm(
            object: "run", summary: "the present run: sizes, schedule, account, what was measured last"),
        CommandForm(object: "settings", summary: "every setting of the present run; * is not the default"),
        CommandForm(object: "variables", summary: "variables, and what the last statement computed"),
        CommandForm(object: "checkpoints", summary: "those of the present run, for 'restore'"),
        CommandForm(object: "step", summary: "the last step with everything its method measured"),
        CommandForm(
            object: "prompt",
            options: [
                OptionSpecification(
                    name: "words", kind: .integer(1...50), valueName: "3", help: "words beside each vector")
            ], summary: "the present prompt, with the words of the vocabulary nearest to its vectors"),
        CommandForm(
            object: "image",
            parameters: [Parameter(name: "n", kind: .integer(1...1_000_000_000))],
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "train", help: "train, val or test")
            ], summary: "an image of a split by its number, from 1"),
    ]
    static let help = """
        The last step is shown in detail: its loss, and what its method measures, for zip ‖ĝ‖ against
        the clip threshold, step size a_k, perturbation size c_k. 'queries' tells what the present
        run's account was charged, steps that failed or were undone included, and what the session
        asked in all.

        'show prompt' has the nearest words by Euclidean distance to the tokens' embeddings, and how far they
        are; "…" stands behind a token that goes on within a word. A tuned vector is seldom near any word:
        the last line says how far words are from each other. 'show image' shows the picture itself where the
        terminal can ('help keys').

          show
          show step
          show prompt --words 2
          show settings
          let seed = 2
          show variables
          show image 3 --split test
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        switch call.form.object {
        case "model": try ModelCommand.info(&context)
        case "data": try DataCommand.describe(try context.requireData(), &context, names: true)
        case "classes": try ClassesCommand.list(&context)
        case "box": BoxCommand.describe(&context)
        case "variables": context.showVariables()
        case "checkpoints": context.showCheckpoints()
        case "settings": try context.showSettings(try context.requireRun())
        case "prompt": try context.showPrompt(try context.requireRun(), words: call.integer("words") ?? 3)
        case "image": try context.showImage(call)
        case "run":
            let run = try context.requireRun()
            try context.describe(run)
            context.showQueries(run)
            context.showLastStep(run)
            context.showEvaluations(run)
        case "step":
            let run = try context.requireRun()
            guard !run.history.steps.isEmpty else {
                throw NotebookError.missing(what: "step", how: "take one with 'step'")
            }
            context.showLastStep(run)
            context.reportRun(lastStep: false)
        default: overview(&context)
        }
    }

    private static func overview(_ context: inout CommandContext) {
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
            let next =
                state.store == nil
                ? "model load" : state.data == nil ? "data load FOLDER" : "prompt new"
            context.say("next: '\(next)'")
            return
        }
        let name = state.runs.count > 1 ? " '\(state.currentName)'" : ""
        context.say(
            "prompt\(name): \(run.methodName), δ = \(run.method.parameters.count), seed \(run.problem.seed), "
                + "step \(run.method.step)")
        context.showQueries(run)
        context.showLastStep(run)
        context.showEvaluations(run, onlyLast: true)
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

    /// The last evaluation on each split.
    fileprivate func showEvaluations(_ run: TuningRun, onlyLast: Bool = false) {
        let splits = run.history.evaluations.map(\.split).reversed().uniqued()
        for split in onlyLast ? Array(splits.prefix(1)) : splits {
            guard let last = run.history.evaluations(of: split).last else { continue }
            say(
                "last evaluation: \(split) accuracy \(DisplayNumber.percent(last.score.accuracy)) "
                    + "at \(DisplayNumber.queries(last.queries))")
        }
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
