import BlackBox
import CLIPEngine
import Datasets
import Files
import Foundation
import PromptTuning
import Tensors

/// `model load`, `model info`, `model random`.
enum ModelCommand: NotebookCommand {
    static let verb = "model"
    static let summary = "open a CLIP model folder, describe it, write a random one"
    static let forms = [
        CommandForm(
            object: "load", parameters: [Parameter(name: "path", kind: .path, count: .optional)],
            options: [
                OptionSpecification(
                    name: "cleaning", kind: .choice(Tokenizer.Cleaning.allCases.map(\.rawValue)),
                    valueName: "huggingface|openclip", help: "what is done to texts before they are tokenized"
                )
            ],
            summary: "open a folder or a model of the Hugging Face cache; without a path the embedded one"),
        CommandForm(object: "info", summary: "sizes, activation, preprocessing, digests"),
        CommandForm(
            object: "random",
            parameters: [
                Parameter(name: "architecture", kind: .choice(ModelArchitecture.all.map(\.name))),
                Parameter(name: "dir", kind: .path),
            ],
            options: [
                OptionSpecification(
                    name: "seed", kind: .integer(0...Int.max), valueName: "0", help: "seed of the weights"),
                OptionSpecification(
                    name: "dtype", kind: .choice(["f32", "f16"]), valueName: "f32|f16",
                    help: "element type of the weights"),
                OptionSpecification(
                    name: "activation", kind: .choice(["quick_gelu", "gelu"]),
                    valueName: "quick_gelu|gelu", help: "function in the MLPs"),
            ],
            summary: "write a folder of random weights, for tests and measurements"),
    ]
    static let help = """
        A model is a folder as it comes from Hugging Face: config.json, model.safetensors or its shards
        with model.safetensors.index.json, vocab.json and merges.txt (or tokenizer.json; added tokens are
        read from it, tokenizer_config.json or added_tokens.json) and preprocessor_config.json; or
        OpenCLIP's open_clip_config.json and open_clip_model.safetensors.
        A name such as openai/clip-vit-base-patch16 is looked up in the local Hugging Face cache
        (HF_HUB_CACHE, HF_HOME, ~/.cache/huggingface/hub), at the revision main or NAME@REVISION; nothing
        is ever fetched. Without a path the embedded model is opened. A prompt belongs to the model it was
        built for, so loading a model ends the run in progress ('undo' brings it back).

        Texts are tokenized as Hugging Face's CLIPTokenizer does it. open_clip's tokenizer cleans them first:
        curly quotes become straight, &amp; becomes &, ligatures, full widths and control characters go.
        --cleaning openclip does the same, but for ftfy's repair of texts decoded in a wrong encoding.
        The names and templates of ImageNet come out the same either way.

        The architectures of random models are vit-b-32, vit-b-16, vit-l-14, vit-l-14-336 and tiny,
        with the vocabulary of the embedded model. The same seed gives the same bytes on every machine.

          model load Assets/Model
          model load openai/clip-vit-base-patch16
          model info
          model random tiny random-model --dtype f16 --activation gelu
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        switch call.form.object {
        case "load": try load(call, &context)
        case "random": try random(call, &context)
        default: try info(&context)
        }
    }

    /// Where the embedded model is, from the folder that has the program's own files.
    private static let embedded = "Assets/Model"

    private static func embeddedFolder(_ context: CommandContext, how: String) throws -> String {
        let path = context.host.input(embedded)
        guard FileManager.default.fileExists(atPath: path) else {
            throw NotebookError.missing(
                what: "embedded model", how: "the folder '\(embedded)' is not beside the program\(how)")
        }
        return path
    }

    private static func load(_ call: Call, _ context: inout CommandContext) throws {
        let path = try call.locating("path") { try folder(call.text("path"), context) }
        let cleaning = call.text("cleaning").flatMap(Tokenizer.Cleaning.init) ?? .huggingFace
        let model = try call.locating("path") { try CLIPModel(folder: path, cleaning: cleaning) }
        // The same files again: the model already held keeps its image features, and memory does not grow.
        let held = context.state.store?.model
        if held?.sources != model.sources || held?.folder != path || held?.tokenizer.cleaning != cleaning {
            context.state.store = ImageStore(model: model, cache: context.host.featureCache)
        }
        context.state.modelPath = call.text("path") ?? embedded
        context.dropRuns()
        describe(model, &context)
        digests(model, &context)
        if cleaning != .huggingFace { context.set("model.cleaning", .text(cleaning.rawValue)) }
    }

    /// The folder that a path or a model's name stands for.
    private static func folder(_ path: String?, _ context: CommandContext) throws -> String {
        guard let path else { return try embeddedFolder(context, how: "; give a path") }
        let host = context.host
        // A folder that a replayed session wrote before.
        if host.outputFolder != nil, FileKind(host.output(path) + "/config.json") == .file {
            return host.output(path)
        }
        let folder = host.input(path)
        guard HuggingFaceCache.isModelName(path), FileKind(folder) == nil else { return folder }
        let cache = HuggingFaceCache(environment: host.environment)
        guard let found = try cache.snapshot(of: path) else {
            throw CLIPError.notInCache(path, cache: cache.folder)
        }
        context.say("found in the Hugging Face cache: \(found.folder)")
        return found.folder
    }

    private static func random(_ call: Call, _ context: inout CommandContext) throws {
        guard let architecture = ModelArchitecture.named(call.text("architecture") ?? "") else { return }
        let path = call.text("dir") ?? ""
        let seed = call.integer("seed") ?? 0
        let type = call.text("dtype") ?? "f32"
        let activation = call.text("activation") ?? "quick_gelu"
        guard !context.host.isLimited || architecture.name == "tiny" else {
            throw call.failure(
                "architecture", "\(NotebookError.untrusted("a model of \(architecture.name)'s size written"))"
            )
        }
        let vocabulary = try embeddedFolder(context, how: "; its vocabulary is needed")
        let model = RandomModel(
            architecture, seed: UInt64(seed), type: type == "f16" ? .float16 : .float32,
            activation: activation == "gelu" ? .gelu : .quickGELU)
        let written = try call.locating("dir") {
            try context.host.writeFolder(path) { try model.write(to: $0, vocabulary: vocabulary) }
        }
        context.say(
            "\(architecture.name) with \(DisplayNumber.large(written.parameterCount)) random weights "
                + "(seed \(seed), \(type), \(activation)) written to \(path)")
        context.set("weights", .integer(written.parameterCount))
        context.set("digest", .text("sha256:" + written.digest))
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

    static func info(_ context: inout CommandContext) throws {
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
        if model.sources.first?.digest != model.weightDigest {
            context.say("weights of all shards: sha256 \(model.weightDigest)")
        }
        context.set("weights", .integer(model.parameterCount))
        context.set("logit-scale", .float(model.logitScale))
        for source in model.sources { context.say("\(source.name): sha256 \(source.digest)") }
        digests(model, &context)
    }
}
