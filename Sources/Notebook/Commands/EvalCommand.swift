import BlackBox
import Datasets
import PromptTuning

/// `eval`: accuracy and loss of the present prompt.
enum EvalCommand: NotebookCommand {
    static let verb = "eval"
    static let summary = "accuracy and loss of the prompt on a split"
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "val", help: "train, val or test")
            ], summary: "evaluate the prompt")
    ]
    static let help = """
        What the method would deploy now is evaluated. Costs one evaluation query for every minibatch;
        these are counted apart from training queries.

          eval --split test
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let list = try context.list(call, default: .val, in: try context.requireData())
        try context.prepare(run.oracle, run.method.deployed.prompt, list)
        let cell = context.cell
        guard
            let evaluation = try context.state.withRun({ run in
                try run.evaluate(list) { try cell.interruptionPoint() }
            })
        else { return }
        let score = evaluation.score
        context.say(
            "\(list.name) accuracy \(DisplayNumber.percent(score.accuracy)) (\(score.correct) of \(score.images)), "
                + "loss \(DisplayNumber.figure(Double(score.loss))) after "
                + DisplayNumber.queries(evaluation.queries))
        context.report(score)
    }
}
