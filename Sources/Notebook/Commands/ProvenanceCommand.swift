import BlackBox
import CLIPEngine
import CommandLanguage
import Datasets
import Files
import PromptTuning
import Tensors

/// `provenance`: what a result depends on.
enum ProvenanceCommand: NotebookCommand {
    static let verb = "provenance"
    static let looksOnly = true
    static let summary = "what the numbers depend on: versions, digests, seeds, preprocessing"
    static let forms = [CommandForm(summary: "everything that has to be the same for the same numbers")]
    static let help = """
        Numbers depend on the model's files, the images and their classes, the settings and seeds, and the
        statements; on neither threads nor vector instructions. Digests are SHA-256. The last line is the
        digest of the present run's parameters: two runs that agree there are the same run.

          prompt new
          provenance
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        func say(_ name: String, _ text: String, key: String? = nil, _ value: ResultValue? = nil) {
            context.say(name.padded(to: 28) + text)
            if let key, let value { context.set(key, value) }
        }
        say("program", "ziplab \(ziplabVersion)")
        say("kernels, threads", "any: numbers do not depend on them")
        say("random numbers", "Philox 4×32-10, a stream for each purpose, index and seed")
        if let model = context.state.store?.model {
            let preprocessing = model.preprocessing
            say("model", context.state.modelPath ?? "")
            for source in model.sources {
                say(
                    "  \(source.name)", source.digest, key: "model." + source.name,
                    .text("sha256:" + source.digest))
            }
            let activation = model.configuration.text.activation == .gelu ? "gelu" : "quick_gelu"
            say("  activation", activation, key: "activation", .text(activation))
            say(
                "  texts", "cleaned as \(model.tokenizer.cleaning.rawValue) does", key: "cleaning",
                .text(model.tokenizer.cleaning.rawValue))
            say(
                "  images",
                "shortest side to \(preprocessing.resize) px (bicubic, as Pillow), centre crop \(preprocessing.crop), "
                    + "mean \(preprocessing.mean), std \(preprocessing.deviation)")
        }
        if let data = context.state.data {
            let options = context.state.dataOptions
            say("data", context.state.dataPath ?? "")
            say(
                "  drawn",
                (options.shots.map { "\($0) a class" } ?? "all images")
                    + ", seed \(options.seed), \(options.classes.rawValue) classes",
                key: "data.seed", .integer(Int(clamping: options.seed)))
            for list in [data.train, data.validation, data.test] where list.count > 0 {
                say(
                    "  \(list.name)", "\(DisplayNumber.count(list.count, "image")), \(list.digest)",
                    key: "data." + list.name, .text("sha256:" + list.digest))
            }
        }
        if let names = context.state.classNames {
            say(
                "classes", names.map { escapedForDisplay($0) }.joined(separator: ", "), key: "classes",
                .list(names.map { .text($0) }))
        }
        guard let run = context.state.run else { return }
        say(
            "run",
            "'\(context.state.currentName)', "
                + run.described.map { "\($0.name) \(escapedForDisplay($0.value))" }.joined(separator: ", "))
        for setting in run.described {
            context.set("setting." + setting.name, ResultValue(reading: setting.value))
        }
        for (name, digest) in run.method.provenance.sorted(by: { $0.key < $1.key }) {
            say("  \(name)", digest, key: "model." + name, .text("sha256:" + digest))
        }
        say("  stands", "at step \(run.method.step), \(DisplayNumber.queries(run.queries))")
        say("  parameters", run.parameterDigest, key: "parameters", .text("sha256:" + run.parameterDigest))
    }
}
