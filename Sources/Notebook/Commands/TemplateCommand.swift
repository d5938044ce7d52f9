import CommandLanguage
import Datasets

/// `template list`: the published hand-written prompts.
enum TemplateCommand: NotebookCommand {
    static let verb = "template"
    static let summary = "list the published hand-written prompts"
    static let forms = [
        CommandForm(object: "list", summary: "the template of each data set, and an ensemble")
    ]
    static let help = """
        These are the templates that zero-shot figures of the data sets are published with, in CoOp and ZIP,
        and the seven of OpenAI's CLIP whose ensemble is published for ImageNet. 'zeroshot' takes any of them.

          template list
          zeroshot "itap of a {}." "a bad photo of the {}." "a origami {}."
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let width = KnownDataSet.all.map(\.name.count).max() ?? 0
        for known in KnownDataSet.all {
            context.say(
                known.name + String(repeating: " ", count: width - known.name.count + 2) + known.template)
            context.set("template." + known.name, .text(known.template))
        }
        context.say("ensemble of \(KnownDataSet.ensemble.count):")
        for template in KnownDataSet.ensemble { context.say("  " + template) }
        context.set("ensemble", .list(KnownDataSet.ensemble.map { .text($0) }))
    }
}
