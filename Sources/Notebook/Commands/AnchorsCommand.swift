import BlackBox
import Datasets
import PromptTuning
import Tensors

/// `anchors`: a linear classifier on the logits of random contexts, for comparison.
enum AnchorsCommand: NotebookCommand {
    static let verb = "anchors"
    static let summary = "accuracy of a linear classifier on the logits of random contexts"
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "test", help: "train, val or test")
            ] + LogitAnchors.settings.map { OptionSpecification($0) },
            summary: "fit logit anchors on the training images, evaluate them on a split")
    ]
    static let help = """
        A logit is linear in an image's feature, so the logits under R random contexts are R · C linear
        measurements of it. Multinomial logistic regression on them is a yardstick of what a box tells
        that shows logits and no features, as 'probe' is of the features. Logits are centred over the
        classes and divided by their standard deviation; the ridge is chosen by stratified 4-fold
        cross-validation inside the training images, no validation image is used.

        It is no prompt: every prediction costs R queries. Its queries are the session's, of no run: R for
        each minibatch of training images, counted as training, and R for each of the split, as
        evaluation. The contexts are drawn in the words' space of 'gauss-newton', each direction from
        N(0, 1) around its random start; --seed draws them, that start and the folds.

          anchors
          anchors --contexts 2 --split val --seed 2
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let store = try context.requireModel()
        let data = try context.requireData()
        let names = try context.requireClassNames()
        let list = try context.list(call, default: .test, in: data)
        guard data.train.count > 0 else { throw DatasetError.emptySplit(data.train.name) }
        let box = CLIPOracle(store: store, classNames: names)
        let oracle = context.host.oracle(box)
        let settings = MethodSettings(call.settings(LogitAnchors.settings))
        // Before anything is drawn.
        let blank = Matrix(rows: settings[LogitAnchors.tokens], columns: oracle.facts.width)
        try call.locating("tokens") { try box.check(Prompt(text: .context(blank))) }
        let anchors = try LogitAnchors(settings, facts: oracle.facts)
        try call.locating("contexts") { try anchors.checkRoom(images: data.train.count) }
        for list in [data.train, list] { try context.features(store, list) }
        let training = try logits(anchors, data.train, for: .training, oracle, context)
        let fit = try anchors.fit(training, labels: data.train.labels) { done, total in
            context.host.show(.init(done: done, total: total, unit: "fits", detail: "fitting logit anchors"))
            try context.cell.interruptionPoint()
        }
        context.host.show(nil)
        let score = try fit.score(
            try logits(anchors, list, for: .evaluation, oracle, context), labels: list.labels)
        let count = anchors.prompts.count
        let contexts = DisplayNumber.count(count, "context")
        context.say(
            "logit anchors of \(contexts), ridge \(fit.ridge): \(list.name) accuracy "
                + "\(DisplayNumber.percent(score.accuracy)) (\(score.correct) of \(score.images)), "
                + "loss \(DisplayNumber.figure(Double(score.loss)))")
        let minibatches = DisplayNumber.count(anchors.minibatches(data.train), "minibatch", "minibatches")
        let asked = anchors.queries(data.train)
        context.say(
            "\(contexts) × \(minibatches) of training images = "
                + "\(DisplayNumber.count(asked, "training query", "training queries")); "
                + "every prediction costs \(DisplayNumber.queries(count))")
        context.report(score)
        context.set("ridge", .double(fit.ridge))
        context.set("queries", .integer(asked))
        context.set("evaluation-queries", .integer(anchors.queries(list)))
    }

    /// Logits of a list under all contexts, charged to the session, with progress shown.
    private static func logits(
        _ anchors: LogitAnchors, _ list: ImageList, for purpose: QueryAccount.Purpose, _ oracle: any Oracle,
        _ context: CommandContext
    ) throws -> Matrix {
        let logits = try anchors.logits(
            list, for: purpose, oracle: oracle, account: context.session
        ) { done, total in
            context.host.show(
                .init(done: done, total: total, unit: "queries", detail: "asking \(list.name) images"))
            try context.cell.interruptionPoint()
        }
        context.host.show(nil)
        return logits
    }
}
