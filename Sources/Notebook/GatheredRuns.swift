import Foundation
import Plotting
import PromptTuning
import Raster

/// The runs that comparisons in many sessions recorded, as one comparison.
public struct GatheredRuns {
    private var runs: [ComparedRun] = []
    /// Runs that were found.
    public var count: Int { runs.count }

    public init() {}

    /// Takes the runs of all comparisons in a session.
    public mutating func add(_ transcript: Transcript) {
        for entry in transcript.entries where !entry.isTorn {
            let cell = entry.read().cell
            var names: [String] = []
            var found: [String: [String: ResultValue]] = [:]
            for result in cell.results {
                // Behind the number of an inner statement, where there is one.
                guard let start = result.key.range(of: "compared.") else { continue }
                let parts = result.key[start.upperBound...].split(separator: ".", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let name = String(result.key[..<start.lowerBound] + parts[0])
                if found[name] == nil { names.append(name) }
                found[name, default: [:]][String(parts[1])] = result.value
            }
            // The time of a cell is that of its only run; of several it is not known.
            let seconds = found.count == 1 ? cell.seconds : 0
            for name in names {
                guard let values = found[name], let run = ComparedRun(values, seconds: seconds) else {
                    continue
                }
                add(run)
            }
        }
    }

    /// A run that is there already counts once; one with other results is left out and told.
    private mutating func add(_ run: ComparedRun) {
        let key = "\(run.task)\u{0}\(run.variant)\u{0}\(run.seed)\u{0}\(run.budget)\u{0}\(run.shown)"
        guard let index = places[key] else {
            places[key] = runs.count
            runs.append(run)
            return
        }
        var known = runs[index]
        known.seconds = run.seconds
        if known != run { contradictions += 1 }
    }

    private var places: [String: Int] = [:]
    /// Runs of the same method, data, seed and queries with other results than one before them.
    public private(set) var contradictions = 0

    /// The runs in an order that does not depend on the sessions'; where budgets differ, they are told apart by them.
    private var sorted: [ComparedRun] {
        let areMixed = Set(runs.map(\.budget)).count > 1
        // Another number of shots is another task.
        let shown = Dictionary(grouping: runs, by: \.task).mapValues { Set($0.map(\.shown)).count }
        return runs.map { run in
            var run = run
            if shown[run.task] ?? 1 > 1 { run.task += ", \(run.shown) training images" }
            if areMixed { run.variant += ", \(run.budget) queries" }
            return run
        }
        .sorted { ($0.task, $0.variant, $0.seed) < ($1.task, $1.variant, $1.seed) }
    }

    /// The table as `compare` shows it.
    public func lines(target: Double?) -> [String] {
        ComparisonReport.lines(ComparisonTable(sorted, target: target))
    }

    public var tasks: [String] { Set(sorted.map(\.task)).sorted() }

    /// The curves of a task's test accuracy as a PNG file; nil where there is nothing to draw.
    public func picture(of task: String) -> [UInt8]? {
        let chart = ComparisonPlot.chart(
            sorted.filter { $0.task == task }, .test, smoothing: 0, title: task)
        guard !chart.series.isEmpty else { return nil }
        return try? chart.render(width: PlotCommand.size.width, height: PlotCommand.size.height).pngData()
    }

    /// Accuracy by task as a PNG file, and for each task the queries to target by a name for a file.
    public func furtherPictures(target: Double?) -> [(name: String, png: [UInt8])] {
        let table = ComparisonTable(sorted, target: target)
        let charts =
            [("tasks", ComparisonPlot.tasks(table))]
            + table.tasks.map { ("targets-" + $0.name, ComparisonPlot.targets(table, task: $0.name)) }
        return charts.compactMap { name, chart in
            guard !chart.series.isEmpty,
                let png = try? chart.render(width: PlotCommand.size.width, height: PlotCommand.size.height)
                    .pngData()
            else { return nil }
            return (name, png)
        }
    }

    /// A line for each run: task, variant, seed, queries, test images and how many of them are right.
    public var table: String {
        var lines = ["task\tmethod\tseed\ttraining\tbudget\tqueries\timages\tcorrect\taccuracy"]
        for run in sorted {
            let correct = run.hits.count { $0 }
            lines.append(
                "\(run.task)\t\(run.variant)\t\(run.seed)\t\(run.shown)\t\(run.budget)\t\(run.queries)\t\(run.hits.count)\t\(correct)\t\(run.accuracy)"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
