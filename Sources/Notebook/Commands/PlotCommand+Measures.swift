import CommandLanguage
import Plotting
import PromptTuning

extension PlotCommand {
    static let measuresForm = CommandForm(
        object: "measures",
        parameters: [Parameter(name: "run", kind: .name(.run), count: .optional)],
        options: [
            OptionSpecification(
                name: "smooth", kind: .number(0...0.999), valueName: "0.9", help: "factor of the running mean"
            ),
            showOption, themeOption,
            OptionSpecification(
                name: "out", kind: .path, valueName: "FILE", help: "PNG or SVG file (measures.png)"), .force,
        ], summary: "the loss and everything that the method measures of each step, a panel each")

    /// `plot measures`: a panel for the loss, and one for each measure.
    static func drawMeasures(_ call: Call, _ context: inout CommandContext) throws {
        let run = try run(call.texts("run").first, at: 0, call, context)
        guard let last = run.history.steps.last else {
            throw call.failure(nil, "nothing to draw yet: 'step' and 'run' make points")
        }
        let smoothing = call.number("smooth") ?? 0.9
        let measures = type(of: run.method).measures
        let charts = [nil] + measures.map { $0 }
        let panels = charts.map { measure -> LineChart in
            // A schedule has no noise, and a mean would lag behind it.
            let isNoisy = measure?.isHeadline ?? true
            var chart = curve(run, measure, axis: .queries, smoothing: isNoisy ? smoothing : 0)
            chart.subtitle = nil
            let place = measure.flatMap { measure in measures.firstIndex { $0.name == measure.name } }
            guard let place, place < last.measures.count, case .flag = last.measures[place] else {
                return chart
            }
            let count = run.history.steps.count { step in
                place < step.measures.count && step.measures[place] == .flag(true)
            }
            chart.subtitle = "\(count) of \(DisplayNumber.count(run.history.steps.count, "step"))"
            return chart
        }
        var grid = ChartGrid(panels, columns: panels.count > 4 ? 3 : panels.count > 1 ? 2 : 1)
        grid.charts[0].subtitle = subtitle(run)
        let path = call.text("out") ?? "measures.png"
        let picture = try write(
            grid, to: path, size: (600 * grid.columns, 500 * grid.rows), call, context)
        context.say(
            "\(DisplayNumber.count(panels.count, "panel")) of \(DisplayNumber.count(run.history.steps.count, "step")) written to \(path)"
        )
        context.set("panels", .integer(panels.count))
        context.cell.emit(.plot(picture))
    }
}
