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
        Costs one evaluation query for every minibatch; these are counted apart from training
        queries.

          eval --split test
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        var run = try context.requireRun()
        let data = try context.requireData()
        let list = context.list(data, split: call.text("split") ?? "val")
        guard list.count > 0 else { throw TuningError.emptySplit(list.name) }
        try context.features(try context.requireModel(), list)
        let evaluation = try run.evaluate(list)
        context.state.run = run
        let score = evaluation.score
        context.say(
            "\(list.name) accuracy \(DisplayNumber.percent(score.accuracy)) (\(score.correct) of \(score.images)), "
                + "loss \(DisplayNumber.figure(Double(score.loss))) after \(evaluation.queries) queries")
        context.report(score)
    }
}
