import BlackBox
import CommandLanguage
import Files
import Foundation
import Plotting
import PromptTuning
import Raster
import Tensors

/// `plot`: curves as PNG and as a line of blocks, and contact sheets.
enum PlotCommand: NotebookCommand {
    static let verb = "plot"
    static let looksOnly = true
    static let summary = "draw loss, accuracy, gradient or the images as PNG"
    static let forms = [
        CommandForm(
            parameters: [
                Parameter(name: "quantity", kind: .name(.quantity), count: .optional),
                Parameter(name: "run", kind: .name(.run), count: .any),
            ],
            options: [
                OptionSpecification(
                    name: "x", kind: .choice(["queries", "step", "seconds"]),
                    valueName: "queries|step|seconds",
                    help: "horizontal axis; seconds at what 'box --latency' says"),
                OptionSpecification(
                    name: "log-x", help: "logarithmic horizontal axis; points at 0 stand at its left edge"),
                OptionSpecification(
                    name: "log-y", help: "logarithmic vertical axis; points at 0 and below stand at its foot"),
                OptionSpecification(
                    name: "smooth", kind: .number(0...0.999), valueName: "0.9",
                    help: "factor of the bold line's running mean, 0 for none (not for accuracy)"),
                showOption,
                themeOption,
                OptionSpecification(
                    name: "out", kind: .path, valueName: "FILE", help: "PNG or SVG file (QUANTITY.png)"),
                .force,
            ], summary: "loss (without a word), accuracy, or what the method measures of each step"),
        imagesForm, comparisonForm, measuresForm,
    ]
    static let help = """
        Every point is drawn: raw values faint, the running mean bold. Accuracy curves have a dashed
        line for each split's last zero-shot and probe figure and a marker at the best value; where a run
        has used up its budget, an upright line says so. A line of blocks
        is shown in the terminal as well. What can be drawn besides loss and accuracy depends on the
        method; for zip 'gradient' is ‖ĝ‖ against the clip threshold.

        With --log-x the ticks are 1, 2 and 5 times the powers of ten. A point at 0 is drawn at the left
        edge, where the axis says 0. An accuracy curve over queries that ends at 2 or before is
        carried on as a faint level to the right edge: what one or two queries buy.

        'plot measures' draws the loss and all that the method measures of each step, a panel each: for zip
        ‖ĝ‖ against √δ, the share of clipped steps, a_k and c_k.

        --show shows the picture in the terminal, too: as it is where kitty's, iTerm2's or the sixel protocol is
        known to work, else as a sketch of characters ('help keys').

        A name that ends in .svg gets the same drawing as SVG, text as text; --theme dark draws on a dark page.

        Names of runs draw these in one chart, of accuracy the curve on the test images where there is one.

        Images are drawn in the order of the split, for train the few-shot set; each class has a row.

          plot loss
          eval --split test
          plot accuracy --x step --show --out accuracy.png
          plot accuracy --x queries --log-x
          plot gradient --log-y
          plot measures
          plot loss main --theme dark --out loss.svg
          plot images --split test --per-class 6
        """
    static let size = (width: 1200, height: 800)
    static let showOption = OptionSpecification(name: "show", help: "show it in the terminal, too")
    static let themeOption = OptionSpecification(
        name: "theme", kind: .choice(Theme.allCases.map(\.rawValue)), valueName: "light|dark",
        help: "a white page or a dark one")

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        switch call.form.object {
        case imagesForm.object: try drawImages(call, &context)
        case comparisonForm.object: try drawComparison(call, &context)
        case measuresForm.object: try drawMeasures(call, &context)
        default: try drawCurve(call, &context)
        }
    }

    /// Writes a chart as its file's name says, PNG or SVG; what is recorded are the pixels of both.
    static func write(
        _ chart: some Drawable, to path: String, option: String = "out",
        size: (width: Int, height: Int) = size, _ call: Call, _ context: CommandContext
    ) throws -> CellPlot {
        var chart = chart
        chart.theme = call.text("theme").flatMap(Theme.init) ?? .light
        let isSVG = Folder.pathExtension(path) == "svg"
        guard isSVG || ["", "png"].contains(Folder.pathExtension(path)) else {
            throw call.failure(option, "expected a name that ends in .png or .svg; got '\(path)'")
        }
        let bitmap = chart.render(width: size.width, height: size.height)
        let png = try bitmap.pngData(software: "ziplab")
        let file = isSVG ? Array(svg(chart, size).utf8) : png
        try call.locating(option) { try context.host.write(file, to: path, force: call.isForced) }
        return plot(bitmap, png, path: path, call)
    }

    /// A drawing that says what wrote it, as the PNG does.
    private static func svg(_ chart: some Drawable, _ size: (width: Int, height: Int)) -> String {
        chart.svg(width: size.width, height: size.height).replacing(
            "\n", with: "\n<!-- ziplab -->\n", maxReplacements: 1)
    }

    /// Writes a picture of pictures as PNG.
    static func write(
        _ bitmap: Bitmap, to path: String, _ call: Call, _ context: CommandContext
    ) throws -> CellPlot {
        guard ["", "png"].contains(Folder.pathExtension(path)) else {
            throw call.failure(
                "out", "expected a name that ends in .png, for pictures are pixels; got '\(path)'")
        }
        let png = try bitmap.pngData(software: "ziplab")
        try call.locating("out") { try context.host.write(png, to: path, force: call.isForced) }
        return plot(bitmap, png, path: path, call)
    }

    private static func plot(_ bitmap: Bitmap, _ png: [UInt8], path: String, _ call: Call) -> CellPlot {
        CellPlot(
            path: path, width: bitmap.width, height: bitmap.height,
            digest: SHA256Digest.hex(bitmap.pixelDigestInput), png: png, isShown: call.flag(showOption.name))
    }

    private static func drawCurve(_ call: Call, _ context: inout CommandContext) throws {
        let quantity = call.text("quantity") ?? "loss"
        let names = call.texts("run")
        var chart: LineChart
        if names.count > 1 {
            let charts = try names.indices.map { index in
                try self.chart(of: quantity, try run(names[index], at: index, call, context), call, context)
            }
            chart = together(charts, names)
        } else {
            chart = try self.chart(of: quantity, try run(names.first, at: 0, call, context), call, context)
        }
        let path = call.text("out") ?? quantity + ".png"
        let axis = call.text("x") ?? "queries"
        if call.flag("log-x") {
            makeLogarithmic(&chart, carryingOn: quantity == "accuracy" && axis == "queries")
        }
        if call.flag("log-y") {
            chart.hasLogarithmicY = true
            chart.yLabel += ", logarithmic"
        }
        guard chart.series.contains(where: { !$0.points.isEmpty }) else {
            let how =
                quantity == "accuracy"
                ? "'eval' and 'run --eval-every' make points" : "'step' and 'run' make points"
            throw call.failure("quantity", "nothing to draw yet: \(how)")
        }
        var picture = try write(chart, to: path, call, context)
        picture.sketch = chart.braille()
        for series in chart.series where !series.points.isEmpty {
            let values = series.points.map(\.y)
            let finite = values.filter(\.isFinite)
            let name = chart.series.count > 1 ? "  \(series.name)" : ""
            context.say(
                Sparkline.text(values, width: 60) + "  "
                    + "\(DisplayNumber.figure(finite.min() ?? .nan)) to \(DisplayNumber.figure(finite.max() ?? .nan))"
                    + name)
        }
        let points = chart.series.reduce(0) { $0 + $1.points.count }
        context.say("\(quantity) curve of \(DisplayNumber.count(points, "point")) written to \(path)")
        context.set("points", .integer(points))
        context.cell.emit(.plot(picture))
    }

    /// What a curve is drawn over.
    enum Axis {
        case queries
        case steps
        /// At so many seconds a query.
        case seconds(Double)

        init(_ call: Call, _ context: CommandContext) throws {
            switch call.text("x") {
            case "step": self = .steps
            case "seconds":
                guard context.state.box.latency > 0 else {
                    throw call.failure(
                        "x",
                        "expected 'box --latency S' before: a run's own time is not recorded, a replay has another"
                    )
                }
                self = .seconds(context.state.box.latency)
            default: self = .queries
            }
        }

        var label: String {
            switch self {
            case .queries: "training queries"
            case .steps: "step"
            case .seconds(let each): "seconds, at \(DisplayNumber.figure(each)) a query"
            }
        }

        func place(step: Int, queries: Int) -> Double {
            switch self {
            case .queries: Double(queries)
            case .steps: Double(step)
            case .seconds(let each): each * Double(queries)
            }
        }
    }

    /// A run by its name; the present one for nil.
    static func run(
        _ name: String?, named parameter: String = "run", at index: Int = 0, _ call: Call,
        _ context: CommandContext
    ) throws -> TuningRun {
        guard let name else { return try context.requireRun() }
        guard let run = context.state.runs[name]?.run else {
            let near = nearestName(to: name, among: context.state.runs.keys.sorted())
            throw call.failure(
                parameter, "\(NotebookError.noRun(name: name))", at: index,
                notes: [near.map { "did you mean '\($0)'?" } ?? "'runs' lists them"])
        }
        return run
    }

    /// The chart of one run.
    private static func chart(
        of quantity: String, _ run: TuningRun, _ call: Call, _ context: CommandContext
    ) throws -> LineChart {
        let measure = type(of: run.method).measures.first { $0.plot == quantity }
        guard measure != nil || quantity == "loss" || quantity == "accuracy" else {
            let known = ["accuracy", "loss"] + type(of: run.method).measures.map(\.plot)
            let near = nearestName(to: quantity, among: known + ["images"])
            throw call.failure(
                "quantity",
                "'\(run.methodName)' measures no '\(quantity)'; known: \(known.joined(separator: ", "))",
                notes: near.map { ["did you mean '\($0)'?"] } ?? [])
        }
        let axis = try Axis(call, context)
        guard quantity == "accuracy" else {
            var chart = curve(run, measure, axis: axis, smoothing: call.number("smooth") ?? 0.9)
            chart.verticalLines = budget(of: run, axis)
            return chart
        }
        return accuracy(run, axis: axis, context.state.levels)
    }

    /// Charts of several runs in one: a curve a run, of accuracy that on the test images where there are such.
    private static func together(_ charts: [LineChart], _ names: [String]) -> LineChart {
        var chart = charts[0]
        chart.subtitle = nil
        chart.bestMarker = nil
        chart.series = zip(charts, names).compactMap { chart, name in
            guard var series = chart.series.last else { return nil }
            let isSplit = chart.series.count > 1 || ["training", "validation", "test"].contains(series.name)
            series.name = name + (isSplit ? ", \(series.name)" : "")
            return series
        }
        // Limits and levels of one run are not those of another.
        var seen: Set<String> = []
        chart.referenceLines = charts.flatMap(\.referenceLines).filter { seen.insert($0.label).inserted }
        chart.verticalLines = charts.flatMap(\.verticalLines).filter { seen.insert($0.label).inserted }
        return chart
    }

    /// - Parameter carryingOn: whether the last value of a curve that soon ends holds for more queries, too.
    private static func makeLogarithmic(_ chart: inout LineChart, carryingOn: Bool) {
        chart.hasLogarithmicX = true
        chart.xLabel += ", logarithmic"
        for index in chart.series.indices where carryingOn {
            chart.series[index].style.isCarriedOn = chart.series[index].points.allSatisfy { $0.x <= 2 }
        }
    }

    static func subtitle(_ run: TuningRun) -> String {
        let parts = [
            run.methodName.uppercased(), "\(run.classNames.count) classes",
            "δ = \(run.method.parameters.count)", "seed \(run.problem.seed)", run.method.schedule,
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// - Parameter measure: nil for the loss.
    static func curve(
        _ run: TuningRun, _ measure: MeasureKey?, axis: Axis, smoothing: Double
    ) -> LineChart {
        let points = run.history.steps.map { record in
            Point(
                x: axis.place(step: record.step, queries: record.queries),
                y: measure.flatMap { run.value(of: $0.name, in: record) } ?? record.loss)
        }
        let name =
            smoothing > 0
            ? "seed \(run.problem.seed), running mean \(smoothing)" : "seed \(run.problem.seed)"
        let smoothed = smoothing > 0 ? Smoothing.exponential(points, factor: smoothing) : nil
        var chart = LineChart(
            title: measure?.title ?? "Loss", subtitle: subtitle(run),
            xLabel: axis.label,
            yLabel: measure?.symbol ?? type(of: run.method).lossName,
            series: [Series(name: name, points: points, smoothed: smoothed)])
        if let measure, let limit = run.method.limits[measure.name] {
            chart.referenceLines = [
                LineChart.ReferenceLine(
                    label: "\(measure.limitLabel) \(DisplayNumber.figure(limit))", y: limit)
            ]
        }
        return chart
    }

    /// Where the budget ends, for a run that came so far.
    private static func budget(of run: TuningRun, _ axis: Axis) -> [LineChart.VerticalLine] {
        let budget = run.problem.budget
        if case .steps = axis { return [] }
        guard run.remaining < run.method.queriesPerStep else { return [] }
        return [.init(label: "budget \(budget)", x: axis.place(step: 0, queries: budget))]
    }

    /// What can be drawn of some method.
    static func quantities(_ methods: MethodTable) -> [String] {
        ["accuracy", "loss"] + methods.measures.map(\.plot)
    }

    private static func accuracy(
        _ run: TuningRun, axis: Axis, _ levels: [String: NotebookState.Levels]
    ) -> LineChart {
        let splits = ["training", "validation", "test"].filter { !run.history.evaluations(of: $0).isEmpty }
        let series = splits.map { split in
            Series(
                name: split,
                points: run.history.evaluations(of: split).map {
                    Point(x: axis.place(step: $0.step, queries: $0.queries), y: $0.score.accuracy)
                })
        }
        var chart = LineChart(
            title: "Accuracy", subtitle: subtitle(run), xLabel: axis.label,
            yLabel: "accuracy in %", series: series)
        chart.referenceLines = splits.flatMap { split in
            [("zero-shot", levels[split]?.zeroShot), ("probe", levels[split]?.probe)].compactMap {
                name, level in
                level.map { LineChart.ReferenceLine(label: "\(name) \(DisplayNumber.percent($0))", y: $0) }
            }
        }
        chart.verticalLines = budget(of: run, axis)
        if let last = series.indices.last, let first = series[last].points.indices.first {
            let points = series[last].points
            let best = points.indices.reduce(first) { points[$1].y > points[$0].y ? $1 : $0 }
            chart.bestMarker = LineChart.BestMarker(
                series: last, point: best,
                label: (series.count > 1 ? "best \(series[last].name) " : "best ")
                    + DisplayNumber.percent(points[best].y))
        }
        return chart
    }
}
