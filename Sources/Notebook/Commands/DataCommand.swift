import CommandLanguage
import Datasets
import PromptTuning

/// `data load`, `data info`.
enum DataCommand: NotebookCommand {
    static let verb = "data"
    static let summary = "load images with class names, draw the few-shot set"
    static let forms = [
        CommandForm(
            object: "load", parameters: [Parameter(name: "path", kind: .path)],
            options: [
                OptionSpecification(
                    name: "shots", kind: .choiceOrInteger(["all"], 1...1_000_000), valueName: "16",
                    help: "training images a class, or all"),
                OptionSpecification(
                    name: "seed", kind: .integer(0...Int.max), valueName: "1", help: "which images are drawn"),
                OptionSpecification(
                    name: "classes", kind: .choice(DataSet.ClassSelection.allCases.map(\.rawValue)),
                    valueName: "all|base|new", help: "the first half of the classes, or the second"),
            ], summary: "load a data set"),
        CommandForm(object: "info", summary: "classes and counts"),
    ]
    static let help = """
        Three layouts are told apart by what is there: a folder with one folder of PNG or JPEG
        images a class (below train, val and test, or one level), a CoOp split file ({"train":
        [[path, label, class name], …], …}) or a folder with split.json, and a .csv with the columns
        path, class and perhaps split. Without a validation or test split these are drawn from what
        the training images leave. Every image is read and checked here; whatever else lies in class
        folders is skipped and counted, hidden files apart.

          data load Assets/Data/line-drawings --shots 16 --seed 1
          data load photos
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        if call.form.object == "load" {
            try load(call, &context)
        } else {
            try describe(try context.requireData(), &context, names: true)
        }
    }

    private static func load(_ call: Call, _ context: inout CommandContext) throws {
        let path = context.host.input(call.text("path") ?? "")
        let shots = call.text("shots") == "all" ? nil : call.integer("shots") ?? 16
        let classes = call.text("classes").flatMap(DataSet.ClassSelection.init) ?? .all
        let seed = UInt64(call.integer("seed") ?? 1)
        let data: DataSet
        do {
            data = try DataSet(path: path, shots: shots, seed: seed, classes: classes) { done, total in
                context.host.show(
                    .init(done: done, total: total, unit: "images", detail: "checking files"))
                try context.cell.interruptionPoint()
            }
        } catch let error as DatasetError {
            throw call.failure("path", "\(error)", notes: notes(error))
        }
        context.state.dataPath = call.text("path")
        context.state.data = data
        context.state.classNames = data.classNames
        context.dropRuns()
        try describe(data, &context, names: false)
        if let note = note(skipped: data.skipped) { context.say("note: " + note) }
    }

    private static func notes(_ error: DatasetError) -> [String] {
        switch error {
        case .tooFewImages(_, _, _, _, let skipped):
            ["a class needs as many training images as --shots says, and min(shots, 4) for validation"]
                + [note(skipped: skipped)].compactMap { $0 }
        case .noImages(_, let skipped): [note(skipped: skipped)].compactMap { $0 }
        default: []
        }
    }

    /// Says what is in class folders and not among the images; nil where there is nothing.
    private static func note(skipped: [String: Int]) -> String? {
        guard !skipped.isEmpty else { return nil }
        let kinds = skipped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = kinds.prefix(5).map { "\($0.value) \($0.key)" }
        let rest = kinds.dropFirst(shown.count).reduce(0) { $0 + $1.value }
        return "skipped in the class folders: "
            + (shown + (rest > 0 ? ["\(rest) more"] : [])).joined(separator: ", ")
            + "; images are .png, .jpg and .jpeg files"
    }

    private static func describe(_ data: DataSet, _ context: inout CommandContext, names: Bool) throws {
        let classes = context.state.classNames ?? data.classNames
        context.say(
            "\(data.train.count) training, \(data.validation.count) validation, \(data.test.count) test images of "
                + "\(DisplayNumber.count(classes.count, "class", "classes")) (\(data.layout))")
        context.warnOfRepeatedNames(classes)
        if names { context.say(classes.map { escapedForDisplay($0) }.joined(separator: ", ")) }
        context.set("classes", .integer(classes.count))
        for list in [data.train, data.validation, data.test] {
            context.set(list.name, .integer(list.count))
            context.set("data." + list.name, .text("sha256:" + list.digest))
        }
        context.set("data.classes", .list(data.classNames.map { .text($0) }))
    }
}
