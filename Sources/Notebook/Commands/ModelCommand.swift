import CLIPEngine
import Foundation
import PromptTuning
import Tensors

/// `model load`, `model info`.
enum ModelCommand: NotebookCommand {
    static let verb = "model"
    static let summary = "open a CLIP model folder, describe it"
    static let forms = [
        CommandForm(
            object: "load", parameters: [Parameter(name: "path", kind: .path, count: .optional)],
            summary: "open a model folder; without a path the embedded one"),
        CommandForm(object: "info", summary: "sizes, activation, preprocessing, digests"),
    ]
    static let help = """
        A model is a folder as Hugging Face lays it out: config.json, model.safetensors, vocab.json
        and merges.txt (or tokenizer.json), preprocessor_config.json. Without a path the embedded
        model is opened. A prompt belongs to the model it was built for, so loading a model ends the
        run in progress ('undo' brings it back).

          model load Assets/Model
          model info
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        if call.form.object == "load" { try load(call, &context) } else { try info(&context) }
    }

    /// Where the embedded model is, from the folder that has the program's own files.
    private static let embedded = "Assets/Model"

    private static func load(_ call: Call, _ context: inout CommandContext) throws {
        let path = context.host.input(call.text("path") ?? embedded)
        if call.text("path") == nil, !FileManager.default.fileExists(atPath: path) {
            throw NotebookError.missing(
                what: "embedded model", how: "the folder '\(embedded)' is not beside the program; give a path"
            )
        }
        let model = try call.locating("path") { try CLIPModel(folder: path) }
        // The same files again: the model already held keeps its image features, and memory does not grow.
        if context.state.store?.model.sources != model.sources || context.state.store?.model.folder != path {
            context.state.store = ImageFeatureStore(model: model)
        }
        context.state.modelPath = call.text("path") ?? embedded
        context.dropRun()
        describe(model, &context)
        digests(model, &context)
    }

    private static func describe(_ model: CLIPModel, _ context: inout CommandContext) {
        let configuration = model.configuration
        func tower(_ tower: CLIPConfiguration.Tower) -> String {
            "\(tower.width) wide × \(DisplayNumber.count(tower.layers, "layer"))"
        }
        let size = DisplayNumber.large(model.parameterCount)
        context.say(
            "CLIP with \(size) weights: images of \(configuration.imageSize) px in patches of "
                + "\(configuration.patchSize), texts of \(configuration.contextLength) tokens")
        context.say("vision \(tower(configuration.vision)), text \(tower(configuration.text))")
    }

    private static func digests(_ model: CLIPModel, _ context: inout CommandContext) {
        for source in model.sources {
            context.set("model." + source.name, .text("sha256:" + source.digest))
        }
    }

    private static func info(_ context: inout CommandContext) throws {
        let model = try context.requireModel().model
        let configuration = model.configuration
        describe(model, &context)
        for (name, tower) in [("vision", configuration.vision), ("text", configuration.text)] {
            context.say(
                "\(name): width \(tower.width), \(tower.layers) layers, \(tower.heads) heads, MLP \(tower.hidden), "
                    + "\(tower.activation == .gelu ? "gelu" : "quick_gelu")")
            context.set(name + ".width", .integer(tower.width))
            context.set(name + ".layers", .integer(tower.layers))
        }
        let preprocessing = model.preprocessing
        context.say(
            "preprocessing: shortest side to \(preprocessing.resize) px (bicubic), centre crop \(preprocessing.crop), "
                + "mean \(preprocessing.mean), std \(preprocessing.deviation)")
        context.say(
            "features: \(configuration.projection), logit scale \(DisplayNumber.figure(Double(model.logitScale))), "
                + "vocabulary \(configuration.vocabulary)")
        context.set("weights", .integer(model.parameterCount))
        context.set("logit-scale", .float(model.logitScale))
        for source in model.sources { context.say("\(source.name): sha256 \(source.digest)") }
        digests(model, &context)
    }
}
