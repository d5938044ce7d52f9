import CommandLanguage
import Foundation
import Plotting
import PromptTuning
import Raster
import Tensors
import ZerothOrder

/// `plot`: curves as PNG and as a line of blocks, and contact sheets.
enum PlotCommand: NotebookCommand {
    static let verb = "plot"
    static let summary = "draw loss, accuracy, gradient or the images as PNG"
    static let forms =
        ["loss", "accuracy", "gradient"].map { quantity in
            CommandForm(object: quantity, options: options, summary: summaries[quantity] ?? "")
        } + [imagesForm]
    private static let summaries = [
        "loss": "mean loss of each step", "accuracy": "accuracy of each evaluation",
        "gradient": "‖ĝ‖ of each step against the clip threshold",
    ]
    private static let options = [
        OptionSpecification(
            name: "x", kind: .choice(["queries", "step"]), valueName: "queries|step", help: "horizontal axis"),
        OptionSpecification(
            name: "smooth", kind: .number(0...0.999), valueName: "0.9",
            help: "factor of the bold line's running mean, 0 for none (loss and gradient only)"),
        OptionSpecification(name: "out", kind: .path, valueName: "FILE", help: "PNG file (QUANTITY.png)"),
    ]
    static let help = """
        Every point is drawn: raw values faint, the running mean bold. Accuracy curves have a dashed
        line for each split's last zero-shot figure and a marker at the best value. A line of blocks
        is shown in the terminal as well.

        Images are drawn in the order of the split, for train the few-shot set; each class has a row.

          plot loss
          plot accuracy --x step --out accuracy.png
          plot images --split test --per-class 6
        """
    private static let size = (width: 1200, height: 800)

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        if call.form.object == imagesForm.object {
            try drawImages(call, &context)
        } else {
            try drawCurve(call, &context)
        }
    }

    /// Writes a picture as PNG.
    static func write(_ bitmap: Bitmap, to path: String, _ call: Call, _ context: CommandContext) throws {
        let png = try bitmap.pngData()
        try call.locating("out") { try context.host.write(png, to: path) }
    }

    /// Records a picture that was written.
    static func emit(_ bitmap: Bitmap, path: String, _ context: CommandContext) {
        context.cell.emit(
            .plot(
                path: path, width: bitmap.width, height: bitmap.height,
                digest: SHA256Digest.hex(bitmap.pixelDigestInput)))
    }

    private static func drawCurve(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let quantity = call.form.object ?? "loss"
        let path = call.text("out") ?? quantity + ".png"
        let axis = call.text("x") ?? "queries"
        let smoothing = call.number("smooth") ?? 0.9
        let chart: LineChart
        switch quantity {
        case "accuracy":
            chart = accuracy(run, axis: axis, zeroShot: context.state.zeroShot)
        case "gradient":
            chart = curve(
                run, axis: axis, smoothing: smoothing, title: "Gradient norm", yLabel: "‖ĝ‖",
                threshold: run.method.clipThreshold, value: \.gradientNorm)
        default:
            chart = curve(
                run, axis: axis, smoothing: smoothing, title: "Loss", yLabel: "cross-entropy", value: \.loss)
        }
        let bitmap = chart.render(width: size.width, height: size.height)
        try write(bitmap, to: path, call, context)
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
        emit(bitmap, path: path, context)
    }

    private static func subtitle(_ run: TuningRun) -> String {
        let settings = run.settings
        return
            "\(settings.method.uppercased()), \(run.classNames.count) classes, δ = \(run.method.parameters.count), "
            + "seed \(settings.seed), a = \(settings.schedule.stepSize), c = \(settings.schedule.perturbationSize)"
    }

    private static func curve(
        _ run: TuningRun, axis: String, smoothing: Double, title: String, yLabel: String,
        threshold: Double? = nil, value: (StepSummary) -> Double
    ) -> LineChart {
        let points = run.history.steps.map {
            Point(x: Double(axis == "step" ? $0.step : $0.queries), y: value($0))
        }
        let name =
            smoothing > 0
            ? "seed \(run.settings.seed), running mean \(smoothing)" : "seed \(run.settings.seed)"
        let smoothed = smoothing > 0 ? Smoothing.exponential(points, factor: smoothing) : nil
        var chart = LineChart(
            title: title, subtitle: subtitle(run), xLabel: axis == "step" ? "step" : "training queries",
            yLabel: yLabel,
            series: [Series(name: name, points: points, smoothed: smoothed)])
        if let threshold {
            chart.referenceLines = [
                LineChart.ReferenceLine(label: "clip at \(DisplayNumber.figure(threshold))", y: threshold)
            ]
        }
        return chart
    }

    private static func accuracy(_ run: TuningRun, axis: String, zeroShot: [String: Double]) -> LineChart {
        let splits = ["training", "validation", "test"].filter { !run.history.evaluations(of: $0).isEmpty }
        let series = splits.map { split in
            Series(
                name: split,
                points: run.history.evaluations(of: split).map {
                    Point(x: Double(axis == "step" ? $0.step : $0.queries), y: $0.score.accuracy)
                })
        }
        var chart = LineChart(
            title: "Accuracy", subtitle: subtitle(run), xLabel: axis == "step" ? "step" : "training queries",
            yLabel: "accuracy in %", series: series)
        chart.referenceLines = splits.compactMap { split in
            zeroShot[split].map {
                LineChart.ReferenceLine(label: "zero-shot \(DisplayNumber.percent($0))", y: $0)
            }
        }
        if let last = series.indices.last, let first = series[last].points.indices.first {
            let points = series[last].points
            let best = points.indices.reduce(first) { points[$1].y > points[$0].y ? $1 : $0 }
            chart.bestMarker = LineChart.BestMarker(
                series: last, point: best, label: "best \(DisplayNumber.percent(points[best].y))")
        }
        return chart
    }
}
