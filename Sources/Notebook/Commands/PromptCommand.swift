import CLIPEngine
import CommandLanguage
import PromptTuning
import Tensors
import ZerothOrder

/// `prompt new`, `prompt info`, `prompt save`, `prompt load`.
enum PromptCommand: NotebookCommand {
    static let verb = "prompt"
    static let summary = "build, describe, save or load a soft prompt"
    static let forms = [
        CommandForm(object: "new", options: settingOptions, summary: "build a prompt and its optimizer"),
        CommandForm(object: "info", summary: "sizes, δ, clip threshold, schedule"),
        CommandForm(
            object: "save", parameters: [Parameter(name: "file", kind: .path)],
            summary: "write the learned context as safetensors"),
        CommandForm(
            object: "load", parameters: [Parameter(name: "file", kind: .path)],
            options: settingOptions.filter { $0.name != "init" },
            summary: "build a prompt that starts from a saved context"),
    ]
    static let help = """
        A prompt is m context vectors in front of every class name. ZIP moves them through δ
        parameters: a matrix of low rank with a diagonal and a shared row, projected at random
        (Fastfood). With the defaults δ = 417 and a gradient is clipped at √δ = 20.4. A step costs 2
        × directions queries. The data set must be loaded, since its classes and training images
        belong to the run.

          prompt new
          prompt new --tokens 4 --dim 200 --rank 3 --seed 2 --a 0.05
          prompt new --init "a photo of a"
          prompt save learned.safetensors
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        switch call.form.object {
        case "new": try build(call, loaded: nil, &context)
        case "load": try load(call, &context)
        case "save": try save(call, &context)
        default: try describe(try context.requireRun(), &context)
        }
    }

    /// - Parameter loaded: a saved context and the digest of its file.
    private static func build(
        _ call: Call, loaded: (context: Matrix, digest: String)?, _ context: inout CommandContext
    ) throws {
        let store = try context.requireModel()
        let data = try context.requireData()
        let names = try context.requireClassNames()
        var settings = try settings(call)
        var initial = loaded?.context
        if let loaded { settings.initial = .file(digest: loaded.digest) }
        if let words = call.text("init") {
            let tokens = store.model.tokenizer.encode(words)
            guard !tokens.isEmpty else {
                throw call.failure("init", "expected at least one word for '--init'")
            }
            settings.initial = .words(words)
            initial = Matrix(rows: tokens.map { store.model.text.embedding(of: $0) })
        }
        if let initial {
            if let asked = call.integer("tokens"), asked != initial.rows {
                throw call.failure(
                    "tokens", "expected \(initial.rows) tokens, as the initial context has; got \(asked)")
            }
            settings.shape.tokens = initial.rows
        }
        try context.features(store, data.train)
        let run: TuningRun
        do {
            run = try TuningRun(
                settings, initial: initial, store: store, classNames: names, train: data.train)
        } catch TuningError.unknownMethod(let name, let known) {
            let near = nearestName(to: name, among: known)
            throw call.failure(
                "method", "\(TuningError.unknownMethod(name, known: known))",
                notes: near.map { ["did you mean '\($0)'?"] } ?? [])
        } catch TuningError.badSetting(let name, let expected, let got) {
            throw call.failure(
                name, "\(TuningError.badSetting(name: "--" + name, expected: expected, got: got))")
        }
        context.state.run = run
        context.state.checkpoints = [:]
        try describe(run, &context)
    }

    private static func describe(_ run: TuningRun, _ context: inout CommandContext) throws {
        let settings = run.settings
        let shape = settings.shape
        let rank = shape.rank.map { "rank \($0)" } ?? "full rank"
        let threshold = run.method.clipThreshold
        let clip = threshold.map { "clipped at \(DisplayNumber.figure($0))" } ?? "not clipped"
        context.say(
            "\(settings.method): \(shape.tokens) context tokens, "
                + (shape.projection ? "D = \(shape.dimensions)" : "no projection") + ", \(rank), "
                + "δ = \(run.method.parameters.count), gradients \(clip)")
        context.say(
            "\(run.method.queriesPerStep) queries a step, budget \(run.ledger.budget): "
                + "\(DisplayNumber.count(run.ledger.budget / run.method.queriesPerStep, "step")); "
                + "batch of \(min(run.plan.batchSize, run.train.count)) images, "
                + "a = \(settings.schedule.stepSize), c = \(settings.schedule.perturbationSize)")
        context.set("delta", .integer(run.method.parameters.count))
        if let threshold { context.set("clip-threshold", .double(threshold)) }
        context.set("budget", .integer(run.ledger.budget))
        context.set("queries-per-step", .integer(run.method.queriesPerStep))
        context.set("parameters", .text("sha256:" + run.parameterDigest))
        for setting in settings.described {
            context.set("setting." + setting.name, ResultValue(reading: setting.value))
        }
    }

    private static func save(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let path = call.text("file") ?? ""
        let bytes = try PromptFile.serialized(
            run, modelDigest: try context.requireModel().model.weightDigest, version: ziplabVersion)
        try call.locating("file") { try context.host.write(bytes, to: path) }
        context.say(
            "context of \(run.method.context.rows) × \(run.method.context.columns) written to \(path)")
        context.set("file", .text("sha256:" + SHA256Digest.hex(bytes)))
    }

    private static func load(_ call: Call, _ context: inout CommandContext) throws {
        let path = context.host.input(call.text("file") ?? "")
        let width = try context.requireModel().model.text.width
        let initial = try call.locating("file") { try PromptFile.context(path: path, width: width) }
        let digest = try call.locating("file") { try SHA256Digest.hex(ofFile: path) }
        try build(call, loaded: (initial, digest), &context)
    }
}
