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

    /// What is made of the runs.
    public struct Report {
        /// The table as `compare` shows it.
        public var lines: [String]
        /// PNG files by names for them: the curves of each task's test accuracy, accuracy by task, for each task the
        /// queries to target.
        public var pictures: [(name: String, png: [UInt8])]
    }

    /// - Parameter hasPictures: whether to draw, too.
    public func report(target: Double?, hasPictures: Bool) -> Report {
        let runs = sorted
        let table = ComparisonTable(runs, target: target)
        var report = Report(lines: ComparisonReport.lines(table), pictures: [])
        guard hasPictures else { return report }
        let tasks = Dictionary(grouping: runs, by: \.task).sorted { $0.key < $1.key }
        let charts =
            tasks.map { task, runs in
                ("curves-" + task, ComparisonPlot.chart(runs, .test, smoothing: 0, title: task))
            } + [("tasks", ComparisonPlot.tasks(table))]
            + table.tasks.map { ("targets-" + $0.name, ComparisonPlot.targets(table, task: $0.name)) }
        let radar = ComparisonPlot.radar(table)
        if radar.axes.count > 2, let png = try? radar.render().pngData() {
            report.pictures.append(("radar", png))
        }
        report.pictures += charts.compactMap { name, chart in
            guard !chart.series.isEmpty,
                let png = try? chart.render(width: PlotCommand.size.width, height: PlotCommand.size.height)
                    .pngData()
            else { return nil }
            return (name, png)
        }
        return report
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
