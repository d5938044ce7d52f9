import BlackBox
import CommandLanguage
import Datasets
import Files
import PromptTuning

/// `zeroshot`: accuracy of hand-written prompts.
enum ZeroshotCommand: NotebookCommand {
    static let verb = "zeroshot"
    static let summary = "accuracy of hand-written prompts, the baseline of all tuning"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "template", kind: .text, count: .any)],
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "test", help: "train, val or test")
            ], summary: "classify a split with templates")
    ]
    static let help = """
        A template has {} where the class name goes; the default is "a photo of a {}.". Several
        templates make an ensemble: the mean of their normalised text features. The last figure of a
        split becomes the dashed line of accuracy plots. Its queries are the session's, of no run.

          zeroshot
          zeroshot "a drawing of a {}." "a sketch of a {}." --split val
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let store = try context.requireModel()
        let data = try context.requireData()
        let names = try context.requireClassNames()
        let templates =
            call.values["template"] == nil ? [CommonSettings.defaultTemplate] : call.texts("template")
        let list = try context.list(call, default: .test, in: data)
        let box = CLIPOracle(store: store, classNames: names)
        let oracle = context.host.oracle(box)
        let prompt = Prompt(text: .templates(templates))
        try call.locating("template") { try box.check(prompt) }
        try context.features(store, list)
        let cell = context.cell
        let score = try evaluateClassifier(
            Classifier(prompt), on: list, oracle: oracle, account: context.session
        ) { try cell.interruptionPoint() }
        context.state.levels[list.name, default: .init()].zeroShot = score.accuracy
        let words =
            templates.count == 1
            ? "\"\(escapedForDisplay(templates[0]))\"" : "an ensemble of \(templates.count) templates"
        context.say(
            "zero-shot with \(words): accuracy \(DisplayNumber.percent(score.accuracy)) "
                + "(\(score.correct) of \(score.images) \(list.name) images), "
                + "loss \(DisplayNumber.figure(Double(score.loss)))")
        context.report(score)
    }
}

extension CommandContext {
    /// The typed results of a classification.
    func report(_ score: Score) {
        set("accuracy", .double(score.accuracy))
        set("correct", .integer(score.correct))
        set("images", .integer(score.images))
        set("loss", .float(score.loss))
    }
}
