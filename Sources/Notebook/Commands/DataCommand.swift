import BlackBox
import CommandLanguage
import Datasets
import Files
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
                OptionSpecification(
                    name: "skip-bad", kind: nil, help: "leave out files that are no whole PNG or JPEG"),
                OptionSpecification(
                    name: "strict", kind: nil,
                    help: "refuse data with the same image in two splits or two classes"),
            ], summary: "load a data set"),
        CommandForm(object: "info", summary: "classes and counts"),
    ]
    static let help = """
        The layout is told by what is there: a folder with one folder of PNG or JPEG images a class, or the
        same below train, val and test (also training, valid, validation, dev, testing, in any letter case);
        a CoOp split file ({"train": [[path, label, class name], …], …}) or the folder that has one; a table
        (.csv, .tsv) with the columns path, class and perhaps split, parted by commas, semicolons or tabs;
        the data sets of the papers as CoOp's DATASETS.md has them (below; 'template list' has their templates).
        Without a validation or test split these are drawn from what the training images leave. Data with
        test images only serve 'eval', 'zeroshot', 'classify' and a loaded prompt. Every image is read and
        checked here. What is left out is said, and so are images in two splits or of two classes, class
        names that the model reads alike, and pictures that it sees otherwise than a viewer shows them: like
        torchvision, ziplab ignores EXIF orientation, drops transparency and cuts 16-bit grey at 255; its centre
        crop is torchvision's, which at some odd differences begins one pixel further than transformers'.

          data load Assets/Data/line-drawings --shots 16 --seed 1
          data load photos

        \(knownTable)
        """

    /// The data sets of the papers: name, classes, usual folder and what lies in it.
    private static let knownTable = KnownDataSet.all.map { known in
        known.name + String(repeating: " ", count: max(1, 20 - known.name.count)) + "\(known.classCount)"
            + String(repeating: " ", count: max(1, 6 - "\(known.classCount)".count))
            + "\(known.folder): \(known.content)"
    }.joined(separator: "\n")

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        if call.form.object == "load" {
            try load(call, &context)
        } else {
            try describe(try context.requireData(), &context, names: true)
        }
    }

    private static func load(_ call: Call, _ context: inout CommandContext) throws {
        let shots = call.text("shots") == "all" ? nil : call.integer("shots") ?? 16
        var options = DataSet.Options(
            shots: shots, seed: UInt64(call.integer("seed") ?? 1),
            classes: call.text("classes").flatMap(DataSet.ClassSelection.init) ?? .all)
        options.skipsBad = call.flag("skip-bad")
        options.isStrict = call.flag("strict")
        let data = try open(call, "path", options, context)
        context.state.dataOptions = options
        context.state.dataPath = call.text("path")
        context.state.data = data
        context.state.classNames = data.classNames
        context.dropRuns()
        try describe(data, &context, names: false)
        if let known = data.known {
            context.say("\(known.name): published results are with the template \"\(known.template)\"")
            context.set("data.known", .text(known.name))
        }
        if shots == nil, data.train.count > 0, data.validation.count == 0 {
            context.say("note: every image is for training: '--shots N' leaves some for validation and test")
        }
        for note in data.notes + [note(skipped: data.skipped)].compactMap({ $0 }) {
            context.say("note: " + note)
        }
    }

    /// Opens the data set that an argument names, with progress shown.
    static func open(
        _ call: Call, _ argument: String, at index: Int = 0, _ options: DataSet.Options,
        _ context: CommandContext
    ) throws -> DataSet {
        do {
            return try open(call.texts(argument)[index], options, context)
        } catch let error where error is DatasetError || error is FileError {
            let notes =
                (error as? DatasetError).map(notes) ?? Call.notes(on: error, in: context.host.workingFolder)
            throw call.failure(argument, "\(error)", at: index, notes: notes)
        }
    }

    /// Opens the data set of a path, with progress shown.
    static func open(_ path: String, _ options: DataSet.Options, _ context: CommandContext) throws -> DataSet
    {
        var options = options
        if let store = context.state.store { options.isKnown = store.featuresOnDisk() }
        let data = try DataSet(path: context.host.input(path), options) { done, total in
            context.host.show(.init(done: done, total: total, unit: "images", detail: "checking files"))
            try context.cell.interruptionPoint()
        }
        context.host.show(nil)
        return data
    }

    private static func notes(_ error: DatasetError) -> [String] {
        switch error {
        case .tooFewImages(_, _, _, _, let skipped):
            ["a class needs as many training images as --shots says, and min(shots, 4) for validation"]
                + [note(skipped: skipped)].compactMap { $0 }
        case .noImages(_, let found, let skipped):
            found + [note(skipped: skipped), "'help data' lists the layouts"].compactMap { $0 }
        case .badImages: ["'--skip-bad' leaves such files out"]
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

    static func describe(_ data: DataSet, _ context: inout CommandContext, names: Bool) throws {
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
