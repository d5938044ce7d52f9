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
                    "test, val or train accuracy, loss, queries to targets; tasks as dots or a radar"
            ),
            OptionSpecification(
                name: "task", kind: .text, valueName: "NAME",
                help: "one of several data sets (the first by name)"),
            OptionSpecification(
                name: "smooth", kind: .number(0...0.999), valueName: "0", help: "factor of a running mean"),
            OptionSpecification(name: "log-x", help: "logarithmic horizontal axis"),
            themeOption,
            OptionSpecification(
                name: "out", kind: .path, valueName: "FILE", help: "PNG or SVG file (compare.png)"),
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
        let path = call.text("out") ?? "compare.png"
        let picture = try write(chart, to: path, call, context)
        let points = chart.series.reduce(0) { $0 + $1.points.count }
        context.say(
            "comparison with \(DisplayNumber.count(points, "point")) written to \(path)"
        )
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
        let path = call.text("out") ?? "compare.png"
        let picture = try write(chart, to: path, call, context)
        let points = chart.curves.count * chart.axes.count
        context.say("comparison with \(DisplayNumber.count(points, "point")) written to \(path)")
        context.set("points", .integer(points))
        context.cell.emit(.plot(picture))
    }
}
