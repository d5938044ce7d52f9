import BlackBox
import CLIPEngine
import CommandLanguage
import Datasets
import Files
import PromptTuning
import Tensors

/// `prompt new`, `prompt info`, `prompt save`, `prompt load`.
enum PromptCommand: NotebookCommand {
    static let verb = "prompt"
    static let summary = "build, describe, save or load a prompt and its tuning method"
    private static let nameOption = OptionSpecification(
        name: "name", kind: .name(.run), valueName: "NAME",
        help: "name of the run, for 'use' (the present one's)")
    private static let methodOption = OptionSpecification(
        name: Call.methodOption, kind: .name(.method), valueName: MethodTable.defaultName,
        help: "tuning method")
    static let forms = [
        CommandForm(
            object: "new", options: [methodOption, nameOption], methodSettings: { _ in true },
            summary: "build a prompt and its method"),
        CommandForm(object: "info", summary: "sizes, δ, limits, schedule, every setting"),
        CommandForm(
            object: "save", parameters: [Parameter(name: "file", kind: .path)], options: [.force],
            summary: "write what would be deployed as safetensors"),
        CommandForm(
            object: "load", parameters: [Parameter(name: "file", kind: .path)],
            options: [methodOption, nameOption],
            methodSettings: { $0.name != CommonSettings.initial.key.name },
            summary: "build a prompt that starts from a saved context"),
    ]
    static let help = """
        A run is a prompt, the method that tunes it, and an account of queries. 'help METHOD' explains a
        method and lists its options; those above are zip's. The data set must be loaded, since its
        classes and training images belong to the run. A new prompt takes the place of the run of its
        name, so give another --name to keep both. Several runs live side by side: 'runs' lists them,
        'use' picks one, 'branch' copies one.

        --view, --decimals, --top and --noise limit what the run sees of the box, in 'step', 'run' and
        'eval'; 'zeroshot', 'classify' and 'probe' see all. Noise is added to each logit and is the same
        where a step is taken again. Of K classes shown, the others get the least logit shown or share
        the rest of the probability; probabilities come to a method as their logarithms.

        'prompt save' writes the tensors that the box or a user of PyTorch needs: 'context' [m, d],
        'class_contexts' [C, m, d], 'visual_tokens' [v, d of the vision tower], changed pixels under
        their method's names, what is done to the logits under 'head.', and the trainable numbers as
        'parameters'; 'class_names' in the metadata where the order of the classes counts.

        It writes over an earlier prompt of that name, and over another file with --force alone.

        'prompt load' starts zip or gauss-newton from the context of such a file. A file with a context
        a class is for gauss-newton --contexts class: each class gets its own by name, and a class
        whose name is new the mean of them, so that 'eval' works for other classes, too.

          prompt new
          prompt new --method calibrate --name baseline
          prompt new --view probabilities --decimals 2 --top 2 --name served
          prompt new --tokens 4 --dim 200 --rank 3 --seed 2 --a 0.05
          prompt save learned.safetensors
          prompt load learned.safetensors --dim 200 --seed 2
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        switch call.form.object {
        case "new": try build(call, initial: nil, &context)
        case "load": try load(call, &context)
        case "save": try save(call, &context)
        default: try context.describe(try context.requireRun())
        }
    }

    private static func build(
        _ call: Call, initial: TuningProblem.InitialContext?, _ context: inout CommandContext
    ) throws {
        let runName = try context.runName(call, "name") ?? context.state.currentName
        _ = try context.requireModel()
        let data = try context.requireData()
        let name = call.text(Call.methodOption) ?? MethodTable.defaultName
        guard let method = context.host.methods.method(name) else {
            throw TuningError.unknownMethod(name, known: context.host.methods.names)
        }
        var given = context.withView(call.settings(CommonSettings.keys + method.settings))
        if let initial {
            guard method.settings.contains(where: { $0.name == CommonSettings.initial.key.name }) else {
                throw call.failure(Call.methodOption, "'\(name)' does not start from a saved context")
            }
            given[CommonSettings.initial.key.name] = .text("file sha256:\(initial.digest)")
        }
        let settings = MethodSettings(given)
        let run = try pointing(call) {
            try context.makeRun(
                method, settings, on: data, classNames: try context.requireClassNames(), initial: initial)
        }
        try context.encoding(data.train) { progress in
            try pointing(call) { try run.prepare(progress: progress) }
        }
        // In a loop it is meant.
        if context.blockDepth == 0, let other = context.state.runs[runName]?.run, other.method.step > 0 {
            context.say(
                "note: this takes the place of run '\(runName)' at step \(other.method.step); 'undo' brings it back"
            )
        }
        context.state.begin(run, name: runName)
        try context.describe(run)
    }

    /// Runs `body`; what a setting has wrong points at its option.
    private static func pointing<Result>(_ call: Call, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TuningError {
            switch error {
            case .badSetting(let name, _, _), .conflict(let name, _), .stepTooLarge(let name, _, _):
                throw call.failure(name, "\(error)")
            case .contextsOfClasses: throw call.failure("file", "\(error)")
            default: throw error
            }
        } catch let error as BlackBoxError {
            if case .encoderSize = error { throw call.failure("encoder", "\(error)") }
            if case .badTemplate = error { throw call.failure("template", "\(error)") }
            throw error
        } catch let error as CLIPError {
            // Of a second model, or of a class name that is too long, which points at the statement.
            throw call.failure("encoder", "\(error)")
        }
    }

    private static func save(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let path = call.text("file") ?? ""
        let bytes = try PromptFile.serialized(
            run, modelDigest: try context.requireModel().model.weightDigest, version: ziplabVersion)
        try call.locating("file") { try context.host.write(bytes, to: path, force: call.isForced) }
        let parts = run.method.deployed.tensors.map(\.inWords)
        context.say((parts.isEmpty ? "templates" : parts.joined(separator: ", ")) + " written to \(path)")
        context.set("file", .text("sha256:" + SHA256Digest.hex(bytes)))
    }

    private static func load(_ call: Call, _ context: inout CommandContext) throws {
        let path = context.host.input(call.text("file") ?? "")
        let width = try context.requireModel().model.text.width
        // Without a data set the file is judged alone; building says what is missing.
        let names = context.state.classNames ?? []
        let initial = try call.locating("file") {
            try PromptFile.contexts(path: path, width: width).chosen(for: names)
        }
        let digest = try call.locating("file") { try SHA256Digest.hex(ofFile: path) }
        // As a model's: a replay with another file ends as one with another model does.
        context.set("data.prompt", .text("sha256:" + digest))
        let heads = try call.locating("file") { try PromptFile.heads(path: path) }
        if !heads.isEmpty {
            context.say(
                "note: \(heads.joined(separator: ", ")) of the file is not taken up; the prompt starts from the context alone"
            )
        }
        if initial.newClasses > 0 {
            let isOne = initial.newClasses == 1
            context.say(
                "\(initial.newClasses) of \(DisplayNumber.count(names.count, "class", "classes")) "
                    + "\(isOne ? "is" : "are") new to \(escapedForDisplay(call.text("file") ?? "")): "
                    + "\(isOne ? "it gets" : "they get") the mean of its contexts")
        }
        try build(
            call, initial: .init(context: initial.shared, ofClasses: initial.ofClasses, digest: digest),
            &context)
    }
}

extension Call {
    /// The values of some keys that were written, by name.
    func settings(_ keys: [SettingKey]) -> [String: SettingValue] {
        var given: [String: SettingValue] = [:]
        for key in keys {
            if key.kind == .on {
                if flag(key.option) { given[key.name] = .flag(false) }
                continue
            }
            guard let value = values[key.option]?.first?.value else { continue }
            given[key.name] =
                switch value {
                case .text(let text): .text(text)
                case .integer(let number): .integer(number)
                case .number(let number): .number(number)
                case .texts(let texts): .texts(texts)
                }
        }
        return given
    }
}

extension NamedTensor {
    /// "context of 8 × 128".
    var inWords: String { "\(name) of " + shape.map { "\($0)" }.joined(separator: " × ") }
}

extension CommandContext {
    /// A run at its start.
    ///
    /// - Throws: `TuningError`, `DatasetError` or what the box says when settings, classes and model do not fit.
    func makeRun(
        _ method: any TuningMethod.Type, _ settings: MethodSettings, on data: DataSet, classNames: [String],
        initial: TuningProblem.InitialContext? = nil
    ) throws -> TuningRun {
        let box = CLIPOracle(store: try requireModel(), classNames: classNames)
        let oracle = host.oracle(box)
        return try TuningRun(
            method, settings,
            problem: TuningProblem(
                facts: oracle.facts, train: data.train, common: settings, initial: initial,
                encoder: { [host] folder in try box.imageEncoder(folder: folder.map { host.input($0) }) }),
            oracle: oracle, total: session, journal: host.journal)
    }

    /// Says what a run is, and sets its settings.
    func describe(_ run: TuningRun) throws {
        let method = run.method
        say("\(run.methodName): \(method.description)")
        let each = method.queriesPerStep
        let fewest = method.fewestQueriesPerStep
        let budget = run.problem.budget
        let steps = each > 0 ? min(budget / each, method.stepLimit ?? .max) : 0
        let parts = [
            "batch of \(DisplayNumber.count(min(run.problem.plan.batchSize, run.train.count), "image"))",
            method.schedule,
        ].filter { !$0.isEmpty }
        let pace =
            each > 0
            ? (fewest < each ? "\(fewest) to " : "")
                + "\(DisplayNumber.count(each, "query", "queries")) a step, "
                + "budget \(budget): " + (fewest < each ? "at least " : "")
                + DisplayNumber.count(steps, "step")
            : "nothing to tune, budget \(budget)"
        say(
            run.train.count > 0
                ? pace + "; " + parts.joined(separator: ", ") : "no training images: it can be evaluated")
        let view = run.problem.view
        if !view.isStandard { say("the box shows \(view.summary)") }
        set("delta", .integer(method.parameters.count))
        for (name, limit) in method.limits.sorted(by: { $0.key < $1.key }) {
            set("limit." + name, .double(limit))
        }
        set("budget", .integer(budget))
        set("queries-per-step", .integer(each))
        set("parameters", .text("sha256:" + run.parameterDigest))
        // As a model's: a replay with another file ends as one with another model does.
        for (name, digest) in method.provenance.sorted(by: { $0.key < $1.key }) {
            set("model." + name, .text("sha256:" + digest))
        }
        for setting in run.described { set("setting." + setting.name, ResultValue(reading: setting.value)) }
    }
}
