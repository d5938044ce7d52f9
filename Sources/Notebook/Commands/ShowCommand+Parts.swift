import BlackBox
import CLIPEngine
import CommandLanguage
import Datasets
import Files
import Plotting
import PromptTuning
import Raster
import Tensors

extension CommandContext {
    /// Every setting with what it is for.
    func showSettings(_ run: TuningRun) throws {
        let keys = Dictionary(
            (CommonSettings.keys + type(of: run.method).settings).map { ($0.name, $0) }
        ) { one, _ in one }
        let described = run.described
        let width = described.map { displayWidth(of: $0.name) }.max() ?? 0
        let values = described.map { escapedForDisplay($0.value) }
        let room = min(24, values.map { displayWidth(of: $0) }.max() ?? 0)
        for (setting, value) in zip(described, values) {
            let key = keys[setting.name]
            let isStandard = key.map { $0.standard?.description ?? $0.absent == setting.value } ?? true
            say(
                (isStandard ? "  " : "* ") + setting.name.padded(to: width + 2) + value.padded(to: room + 2)
                    + (key?.help ?? run.methodName))
            set("setting." + setting.name, ResultValue(reading: setting.value))
        }
    }

    /// Variables with their values as the language writes them, and the results that expressions see.
    func showVariables() {
        let variables = state.variables.variables.sorted { $0.key < $1.key }
        let results = state.knownResults.sorted { $0.key < $1.key }
        let width = (variables + results).map { $0.key.count }.max() ?? 0
        func list(_ values: [(key: String, value: Value)]) {
            for (name, value) in values {
                let text = value.sourceText
                say(
                    "  " + name.padded(to: width + 2)
                        + (text.count > 80 ? text.prefix(80) + "…" : text))
            }
        }
        if variables.isEmpty { say("no variables; 'let NAME = VALUE' makes one") }
        list(variables)
        guard !results.isEmpty else { return }
        say("of the last statement that computed something:")
        list(results)
    }

    /// The checkpoints of the present run, and where each of them is.
    func showCheckpoints() {
        if state.checkpoints.isEmpty { say("no checkpoints of '\(state.currentName)'") }
        for (name, run) in state.checkpoints.sorted(by: {
            ($0.value.method.step, $0.key) < ($1.value.method.step, $1.key)
        }) {
            let last = run.history.evaluations.last.map {
                ", \($0.split) accuracy \(DisplayNumber.percent($0.score.accuracy))"
            }
            say(
                "  \(name)".padded(to: 16) + "step \(run.method.step), \(DisplayNumber.queries(run.queries))"
                    + (last ?? ""))
        }
    }

    /// What stands around the class names, and the words that its vectors are near to.
    func showPrompt(_ run: TuningRun, words: Int) throws {
        let model = try requireModel().model
        let prompt = run.method.deployed.prompt
        switch prompt.text {
        case .templates(let templates):
            for template in templates { say("\"\(template)\"") }
            set("templates", .list(templates.map { .text($0) }))
        case .context(let context):
            say(
                "\(DisplayNumber.count(context.rows, "vector")) before each class name, and the nearest words:"
            )
            let near = model.nearestWords(to: context, count: words)
            for (index, words) in near.enumerated() { show(words, "\(index + 1)", title: "\(index + 1)") }
            sayDistances(near, model)
        case .classContexts(let contexts):
            let count = contexts.first?.rows ?? 0
            say("\(DisplayNumber.count(count, "vector")) for each class, and the nearest words:")
            var all: [[CLIPModel.NearWord]] = []
            for (label, context) in contexts.enumerated() {
                let near = model.nearestWords(to: context, count: words)
                all += near
                for (index, words) in near.enumerated() {
                    show(
                        words, "\(label + 1).\(index + 1)",
                        title: "\(run.classNames[label]) \(index + 1)")
                }
            }
            sayDistances(all, model)
        }
        switch prompt.visual {
        case .none: break
        case .tokens(let tokens): say("\(DisplayNumber.count(tokens.rows, "visual token"))")
        case .pixels(let program):
            say("changed pixels: " + program.tensors.map(\.inWords).joined(separator: ", "))
        }
        if let head = run.method.deployed.head {
            say("on the logits: " + head.tensors.map(\.inWords).joined(separator: ", "))
        }
    }

    private func show(_ words: [CLIPModel.NearWord], _ key: String, title: String) {
        let shown = words.map { "\($0.text) \(DisplayNumber.figure($0.distance))" }
        say("  \(title)  " + shown.joined(separator: ", "))
        set("words.\(key)", .list(words.map { .text($0.text) }))
        set("distances.\(key)", .list(words.map { .double($0.distance) }))
    }

    /// Words whose nearest neighbours are a yardstick.
    private static let yardstick = ["a", "photo", "of", "the", "picture", "red", "small", "dog"]

    /// How far the vectors are from words, beside how far words are from each other.
    private func sayDistances(_ near: [[CLIPModel.NearWord]], _ model: CLIPModel) {
        let own = near.compactMap { $0.first?.distance }
        let ids = Self.yardstick.compactMap { word in
            let ids = model.tokenizer.encode(word)
            return ids.count == 1 ? ids[0] : nil
        }
        guard !own.isEmpty, !ids.isEmpty else { return }
        let words = Matrix(
            rows: ids.count, columns: model.text.width, values: ids.flatMap { model.text.embedding(of: $0) })
        // The nearest to a word is the word itself.
        let others = model.nearestWords(to: words, count: 2).compactMap { $0.last?.distance }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        say(
            "from its nearest word a vector is \(DisplayNumber.figure(mean(own))) away; words such as 'photo' are "
                + "\(DisplayNumber.figure(mean(others))) from theirs")
        set("mean-distance", .double(mean(own)))
        set("mean-word-distance", .double(mean(others)))
    }

    /// An image of a split, with its picture.
    func showImage(_ call: Call) throws {
        let data = try requireData()
        let list = try list(call, default: .train, in: data)
        let number = call.integer("n") ?? 1
        guard number <= list.count else {
            throw call.failure(
                "n", "expected an image from 1 to \(list.count) of the \(list.name) images; got \(number)")
        }
        let image = list.images[number - 1]
        let names = state.classNames ?? data.classNames
        let bitmap = try list.pictures(at: [number - 1]) {
            $0
        } progress: { _, _ in
        }[0]
        say(
            "\(list.name) image \(number): \(image.path), \(names[image.label]), "
                + "\(bitmap.width) × \(bitmap.height) pixels")
        set("path", .text(image.path))
        set("class", .text(names[image.label]))
        set("label", .integer(image.label))
        set("image", .text("sha256:" + list.digests[number - 1]))
        cell.show(
            CellPicture(
                png: try bitmap.shrunk(to: Self.largestShown).pngData(), words: "\(image.path)"))
    }

    /// Longest side of an image that is shown.
    static let largestShown = 512
}
