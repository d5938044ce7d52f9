import CommandLanguage
import Datasets
import Plotting
import PromptTuning

/// `mistakes`: which classes the prompt takes for which, and the pictures.
enum MistakesCommand: NotebookCommand {
    static let verb = "mistakes"
    static let summary = "accuracy of each class, what it is taken for, and the pictures"
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "val", help: "train, val or test"),
                OptionSpecification(
                    name: "per-pair", kind: .integer(1...100), valueName: "8",
                    help: "most pictures of a pair of classes"),
                OptionSpecification(
                    name: "matrix", kind: .path, valueName: "FILE",
                    help: "PNG or SVG file of the confusion matrix (none)"),
                PlotCommand.showOption, PlotCommand.themeOption,
                OptionSpecification(
                    name: "out", kind: .path, valueName: "FILE", help: "PNG file of the pictures (none)"),
                .force,
            ], summary: "the confusion matrix of the present prompt, a line a class")
    ]
    static let help = """
        A line a class: how many of its images are right, and what the others are taken for. --matrix draws the
        counts, a row a class, the darker the more of its images; --out draws the pictures, a row for each pair of
        classes that are mistaken, the most frequent first. Costs an evaluation query for every minibatch. The
        records have the whole matrix: confusion.K has the images of class K by the class that they were given.

          mistakes
          mistakes --split test --matrix matrix.png --out mistakes.png
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let data = try context.requireData()
        let list = try context.list(call, default: .val, in: data)
        try context.prepare(run.oracle, run.method.deployed.prompt, list)
        let cell = context.cell
        let predictions = try run.predictions(on: list) { try cell.interruptionPoint() }
        let names = run.classNames
        var matrix = [[Int]](repeating: [Int](repeating: 0, count: names.count), count: names.count)
        for (label, given) in zip(list.labels, predictions) { matrix[label][given] += 1 }
        let correct = names.indices.reduce(0) { $0 + matrix[$1][$1] }
        context.say("\(list.name) images right: \(correct) of \(list.count)")
        let width = names.map { displayWidth(of: $0) }.max() ?? 0
        for (label, row) in matrix.enumerated() {
            let count = row.reduce(0, +)
            context.set("confusion.\(label + 1)", .list(row.map { .integer($0) }))
            guard count > 0 else { continue }
            let others = row.indices.filter { $0 != label && row[$0] > 0 }.sorted {
                (row[$1], $0) < (row[$0], $1)
            }
            let shown = others.prefix(4).map { "\(names[$0]) \(row[$0])" }
            context.say(
                names[label].padded(to: width + 2)
                    + String(
                        "      \(DisplayNumber.percent(100 * Double(row[label]) / Double(count)))".suffix(8))
                    + "  \(row[label]) of \(count)".padded(to: 14)
                    + (shown.isEmpty ? "" : "taken for " + shown.joined(separator: ", "))
                    + (others.count > shown.count ? ", …" : ""))
        }
        context.set("correct", .integer(correct))
        context.set("images", .integer(list.count))
        if let path = call.text("matrix") {
            let chart = MatrixChart(
                title: "Confusion",
                subtitle:
                    "\(correct) of \(list.count) \(list.name) images right; rows: the class, columns: taken for",
                names: names, counts: matrix)
            let plot = try PlotCommand.write(
                chart, to: path, option: "matrix", size: (width: 1200, height: 1200), call, context)
            context.say(
                "confusion matrix of \(DisplayNumber.count(names.count, "class", "classes")) written to \(path)"
            )
            context.cell.emit(.plot(plot))
        }
        guard let path = call.text("out") else { return }
        try draw(list, predictions, names, to: path, call, context)
    }

    /// Most rows of the picture.
    private static let mostPairs = 24

    private static func draw(
        _ list: ImageList, _ predictions: [Int], _ names: [String], to path: String, _ call: Call,
        _ context: CommandContext
    ) throws {
        struct Pair: Hashable {
            var label: Int
            var given: Int
        }
        var images: [Pair: [Int]] = [:]
        for (index, (label, given)) in zip(list.labels, predictions).enumerated() where label != given {
            images[Pair(label: label, given: given), default: []].append(index)
        }
        let pairs = images.sorted {
            ($1.value.count, $0.key.label, $0.key.given) < ($0.value.count, $1.key.label, $1.key.given)
        }
        .prefix(mostPairs)
        guard !pairs.isEmpty else {
            context.say("no mistake to draw")
            return
        }
        let most = call.integer("per-pair") ?? 8
        let titles = pairs.map { "\(names[$0.key.label]) as \(names[$0.key.given])" }
        let wished = min(most, pairs.map(\.value.count).max() ?? 1)
        let columns = ContactSheet.capacity(names: titles, columns: wished)
        guard columns > 0 else {
            throw call.failure("out", "the names of these classes are too long for a picture of them")
        }
        let shown = pairs.map { Array($0.value.prefix(columns)) }
        let pictures = try list.pictures(at: shown.flatMap { $0 }) { picture in
            picture.shrunk(to: ContactSheet.largestPicture)
        } progress: { _, _ in
            try context.cell.interruptionPoint()
        }
        var rest = pictures[...]
        let rows = pairs.indices.map { index in
            let own = Array(rest.prefix(shown[index].count))
            rest = rest.dropFirst(own.count)
            return ContactSheet.Row(
                name: titles[index], note: "\(own.count) of \(pairs[index].value.count)", pictures: own)
        }
        let wrong = zip(list.labels, predictions).count { $0 != $1 }
        let sheet = ContactSheet(
            title: "Mistakes", subtitle: "\(wrong) of \(list.count) \(list.name) images", rows: rows)
        let plot = try PlotCommand.write(sheet.render(), to: path, call, context)
        context.say("\(pictures.count) of \(wrong) mistaken images drawn to \(path)")
        context.cell.emit(.plot(plot))
    }
}
