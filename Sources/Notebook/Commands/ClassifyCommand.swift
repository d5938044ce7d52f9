import CommandLanguage
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
                    help: "a hand-written prompt in place of the tuned one; {} is the class name")
            ], summary: "classify images under the tuned prompt or a template")
    ]
    static let help = """
        Without --template the tuned prompt is used where there is one, and "a photo of a {}."
        otherwise. The five most probable classes are shown; --json has every class with its logit
        at full precision.

          classify photos/001.png --template "a line drawing of a {}."
        """
    static let defaultTemplate = "a photo of a {}."

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let store = try context.requireModel()
        let template = call.text("template")
        let names: [String]
        let logits: (Matrix) -> Logits
        let prompt: String
        if template == nil, let run = context.state.run {
            names = run.classNames
            logits = { run.oracle.logits(run.method.context, images: $0) }
            prompt = "the tuned prompt (step \(run.method.step))"
        } else {
            names = try context.requireClassNames()
            let text = template ?? defaultTemplate
            let classifier = try call.locating("template") {
                try TemplateClassifier(store: store, classNames: names, templates: [text])
            }
            logits = { classifier.logits(images: $0) }
            prompt = "\"\(escapedForDisplay(text))\""
        }
        // All of them first: a path that is no image leaves no results of those before it.
        let rows = try call.texts("path").enumerated().map { index, path in
            let features = try call.locating("path", at: index) {
                try store.features(try Bitmap.read(path: context.host.input(path)))
            }
            return logits(Matrix(rows: 1, columns: features.count, values: features))
                .row(prompt: 0, image: 0)
        }
        context.say("under \(prompt):")
        for (index, path) in call.texts("path").enumerated() {
            context.say(report(rows[index], names: names, path: path, number: index + 1, &context))
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
