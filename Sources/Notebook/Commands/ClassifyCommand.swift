import BlackBox
import CommandLanguage
import Datasets
import Files
import Plotting
import PromptTuning
import Raster
import Tensors

/// `classify`: probabilities of any images.
enum ClassifyCommand: NotebookCommand {
    static let verb = "classify"
    static let summary = "class probabilities of images"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "path", kind: .path, count: .some)],
            options: [
                OptionSpecification(
                    name: "template", kind: .text, valueName: "TEXT",
                    help: "a hand-written prompt in place of the tuned one; {} is the class name"),
                PlotCommand.showOption,
            ], summary: "classify images under the tuned prompt or a template")
    ]
    static let help = """
        Without --template the present run's prompt is used where there is one, and "a photo of a {}."
        otherwise. The five most probable classes are shown; --json has every class with its logit
        at full precision. All images together are one query of the session.

          classify photos/001.png --template "a line drawing of a {}."
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let store = try context.requireModel()
        let template = call.text("template")
        let oracle: any Oracle
        let classifier: Classifier
        let prompt: String
        if template == nil, let run = context.state.run {
            oracle = run.box
            classifier = run.method.deployed
            prompt = "the tuned prompt (step \(run.method.step))"
        } else {
            let box = CLIPOracle(store: store, classNames: try context.requireClassNames())
            let text = template ?? CommonSettings.defaultTemplate
            oracle = context.host.oracle(box)
            classifier = Classifier(Prompt(text: .templates([text])))
            try call.locating("template") { try box.check(classifier.prompt) }
            prompt = "\"\(escapedForDisplay(text))\""
        }
        let paths = call.texts("path")
        // All of them first: a path that is no image leaves no results of those before it.
        for (index, path) in paths.enumerated() {
            try call.locating("path", at: index) {
                let list = try ImageList(files: [context.host.input(path)])
                _ = try store.unitPixels(
                    Minibatch(list: list, indices: [0]), at: [0], side: oracle.facts.imageSide)
            }
        }
        let list = try ImageList(files: paths.map { context.host.input($0) })
        let batch = Minibatch(list: list, indices: Array(list.images.indices))
        let cell = context.cell
        let answers = try context.session.ask(
            oracle, [Query(classifier.prompt, batch)], for: .evaluation,
            pause: { try cell.interruptionPoint() })
        let logits = classifier.read(answers[0]).logits
        context.say("under \(prompt):")
        let pictures =
            call.flag(PlotCommand.showOption.name)
            ? try list.pictures(at: Array(paths.indices)) {
                $0.shrunk(to: CommandContext.largestShown)
            } progress: { _, _ in
                try cell.interruptionPoint()
            } : []
        for (index, path) in paths.enumerated() {
            if index < pictures.count {
                cell.show(CellPicture(png: try pictures[index].pngData(), words: path))
            }
            context.say(
                report(
                    Array(logits.row(index)), names: oracle.facts.classNames, path: path, number: index + 1,
                    &context))
        }
    }

    private static func report(
        _ logits: [Float], names: [String], path: String, number: Int, _ context: inout CommandContext
    ) -> String {
        let probabilities = softmax(logits)
        let order = probabilities.indices.sorted {
            (probabilities[$1], $0) < (probabilities[$0], $1)
        }
        let shown = order.prefix(5).map {
            "\(escapedForDisplay(names[$0])) \(DisplayNumber.percent(Double(probabilities[$0]) * 100))"
        }
        let key = "image.\(number)"
        context.set(key + ".path", .text(path))
        context.set(key + ".class", .text(names[order[0]]))
        context.set(key + ".classes", .list(names.map { .text($0) }))
        context.set(key + ".probabilities", .list(probabilities.map { .float($0) }))
        context.set(key + ".logits", .list(logits.map { .float($0) }))
        return "\(escapedForDisplay(path)): \(shown.joined(separator: ", "))"
    }
}
