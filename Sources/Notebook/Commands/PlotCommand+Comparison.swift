import CommandLanguage
import Plotting
import PromptTuning

extension PlotCommand {
    static let comparisonForm = CommandForm(
        object: "compare",
        options: [
            OptionSpecification(
                name: "of", kind: .choice(ComparisonPlot.Quantity.allCases.map(\.rawValue)),
                valueName: "test",
                help:
                    "accuracy on test, val or train, loss, queries to targets; tasks as dots or radar; a grid"
            ),
            OptionSpecification(
                name: "task", kind: .text, valueName: "NAME",
                help: "one of several data sets (the first by name)"),
            OptionSpecification(
                name: "smooth", kind: .number(0...0.999), valueName: "0", help: "factor of a running mean"),
            OptionSpecification(name: "log-x", help: "logarithmic horizontal axis"),
            showOption, themeOption,
            OptionSpecification(
                name: "out", kind: .path, valueName: "FILE", help: "PNG or SVG file (compare.png)"), .force,
        ], summary: "the curves of the last comparison, a mean over seeds with a band for each method")

    /// `plot compare`: the runs of the last comparison.
    static func drawComparison(_ call: Call, _ context: inout CommandContext) throws {
        let comparison = context.state.comparison
        let all = comparison.names.compactMap { context.state.compared[$0]?.run }.sorted {
            ($0.task, $0.variant, $0.seed) < ($1.task, $1.variant, $1.seed)
        }
        guard let first = all.first else {
            throw NotebookError.missing(what: "comparison", how: "'compare' and 'ablate' make one")
        }
        let task = call.text("task") ?? first.task
        let runs = all.filter { $0.task == task }
        guard !runs.isEmpty else {
            let names = Set(all.map(\.task)).sorted().joined(separator: ", ")
            throw call.failure("task", "no comparison on '\(task)'; there are: \(names)")
        }
        let quantity = call.text("of").flatMap(ComparisonPlot.Quantity.init) ?? .test
        if quantity == .radar { return try drawRadar(all, call, &context) }
        if quantity == .grid {
            let grid = ComparisonPlot.grid(runs, smoothing: call.number("smooth") ?? 0, title: task)
            guard !grid.charts.isEmpty else {
                throw call.failure(nil, "nothing to draw: no run of '\(task)' has a curve")
            }
            return try finish(
                grid, size: (1600, 1100),
                points: grid.charts.flatMap(\.series).reduce(0) { $0 + $1.points.count },
                call, &context)
        }
        var chart =
            switch quantity {
            case .targets:
                ComparisonPlot.targets(ComparisonTable(runs, target: comparison.target), task: task)
            case .tasks: ComparisonPlot.tasks(ComparisonTable(all))
            default: ComparisonPlot.chart(runs, quantity, smoothing: call.number("smooth") ?? 0, title: task)
            }
        if call.flag("log-x") {
            chart.hasLogarithmicX = true
            chart.xLabel += ", logarithmic"
        }
        guard !chart.series.isEmpty else {
            throw call.failure(nil, "nothing to draw: no run of '\(task)' has such a curve")
        }
        try finish(
            chart, size: size, points: chart.series.reduce(0) { $0 + $1.points.count }, call, &context)
    }

    private static func finish(
        _ chart: some Drawable, size: (width: Int, height: Int), points: Int, _ call: Call,
        _ context: inout CommandContext
    ) throws {
        let path = call.text("out") ?? "compare.png"
        let picture = try write(chart, to: path, size: size, call, context)
        context.say("comparison with \(DisplayNumber.count(points, "point")) written to \(path)")
        context.set("points", .integer(points))
        context.cell.emit(.plot(picture))
    }

    private static func drawRadar(
        _ runs: [ComparedRun], _ call: Call, _ context: inout CommandContext
    ) throws {
        let chart = ComparisonPlot.radar(ComparisonTable(runs))
        guard chart.axes.count > 2 else {
            throw call.failure("of", "expected three data sets or more for a radar; got \(chart.axes.count)")
        }
        try finish(chart, size: size, points: chart.curves.count * chart.axes.count, call, &context)
    }
}
