import Plotting
import PromptTuning

/// The curves of a comparison: a mean over seeds with a band for each method that tunes, a level for the others.
enum ComparisonPlot {
    /// What is drawn: a quantity against the queries, or the table's figures.
    enum Quantity: String, CaseIterable {
        case test
        case val
        case train
        case loss
        case targets
        case tasks
        case radar
        case grid
    }

    static func chart(_ runs: [ComparedRun], _ quantity: Quantity, smoothing: Double, title: String)
        -> LineChart
    {
        let variants = Dictionary(grouping: runs, by: \.variant).sorted { $0.key < $1.key }
        let seeds = Set(runs.map(\.seed)).count
        var chart = LineChart(
            title: quantity == .loss
                ? "Training loss"
                : "Accuracy on \(["val": "validation", "train": "training"][quantity.rawValue] ?? "test") images",
            subtitle: title, xLabel: "training queries",
            yLabel: quantity == .loss ? "loss that the method tells" : "accuracy in %")
        for (variant, runs) in variants {
            let curves = runs.map { curve($0, quantity) }.filter { !$0.isEmpty }
            guard !curves.isEmpty else { continue }
            let mean = bands(curves)
            // What costs one pass or nothing is a level to compare with.
            if let last = mean.last, runs.allSatisfy({ $0.queries <= 2 }) {
                if quantity != .loss {
                    chart.referenceLines.append(
                        LineChart.ReferenceLine(
                            label: "\(variant) \(DisplayNumber.percent(last.middle))", y: last.middle))
                }
                continue
            }
            let isFirst = !chart.series.contains { $0.band != nil }
            let points = mean.map { Point(x: $0.x, y: $0.middle) }
            let band: Series.Band? =
                curves.count > 1
                ? Series.Band(
                    name: isFirst ? "mean ± 1 sd, n = \(seeds)" : "",
                    lower: mean.map { Point(x: $0.x, y: $0.middle - $0.deviation) },
                    upper: mean.map { Point(x: $0.x, y: $0.middle + $0.deviation) }) : nil
            chart.series.append(
                Series(
                    name: variant, points: points,
                    smoothed: smoothing > 0 ? Smoothing.exponential(points, factor: smoothing) : nil,
                    band: band,
                    style: Series.Style(hasDots: points.count <= 12)))
        }
        if smoothing > 0 { chart.subtitle = title + ", running mean \(smoothing)" }
        return chart
    }

    private static func curve(_ run: ComparedRun, _ quantity: Quantity) -> [ComparedRun.Mark] {
        switch quantity {
        case .test: run.test
        case .val: run.validation
        case .train: run.training
        case .loss: run.losses
        case .targets, .tasks, .radar, .grid: []
        }
    }

    /// The value of a curve: straight between its marks, level behind the last; nil before the first.
    private static func value(of curve: [ComparedRun.Mark], at place: Int) -> Double? {
        guard let next = curve.firstIndex(where: { $0.queries >= place }) else { return curve.last?.accuracy }
        let after = curve[next]
        guard after.queries > place else { return after.accuracy }
        guard next > 0 else { return nil }
        let before = curve[next - 1]
        let part = Double(place - before.queries) / Double(after.queries - before.queries)
        return before.accuracy + part * (after.accuracy - before.accuracy)
    }

    /// Mean and sample deviation of the curves at each x at which all have begun.
    private static func bands(_ curves: [[ComparedRun.Mark]]) -> [(
        x: Double, middle: Double, deviation: Double
    )] {
        let places = Set(curves.flatMap { $0.map(\.queries) }).sorted()
        return places.compactMap { place in
            let values = curves.compactMap { value(of: $0, at: place) }
            guard values.count == curves.count else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
            return (Double(place), mean, deviation)
        }
    }
}

extension ComparisonPlot {
    /// A task's curves, a panel each: accuracy on test, validation and training images, and the loss.
    static func grid(_ runs: [ComparedRun], smoothing: Double, title: String) -> ChartGrid {
        let charts = [Quantity.test, .val, .train, .loss].map {
            chart(runs, $0, smoothing: smoothing, title: title)
        }
        return ChartGrid(charts.filter { !$0.series.isEmpty }, columns: 2)
    }

    /// Mean test accuracy at the end, an axis for each data set.
    static func radar(_ table: ComparisonTable) -> RadarChart {
        let variants = Set(table.tasks.flatMap { $0.rows.map(\.variant) }).sorted()
        return RadarChart(
            title: "Accuracy on test images", subtitle: "in %, mean over seeds",
            axes: table.tasks.map(\.name),
            curves: variants.map { variant in
                RadarChart.Curve(
                    name: variant,
                    values: table.tasks.map { task in
                        task.rows.first { $0.variant == variant }?.accuracy.mean ?? .nan
                    })
            })
    }

    /// The queries to the target on training images: a bar for the mean of each method, a dot for each seed.
    static func targets(_ table: ComparisonTable, task: String) -> LineChart {
        let rows = (table.tasks.first { $0.name == task }?.rows ?? []).filter { !$0.toTarget.isEmpty }
        func mean(_ row: ComparisonTable.Row) -> Double {
            let known = row.toTarget.compactMap { $0 }
            return known.isEmpty ? .infinity : Double(known.reduce(0, +)) / Double(known.count)
        }
        // The fewest queries at the top.
        let sorted = rows.sorted { (mean($1), $1.variant) < (mean($0), $0.variant) }
        var chart = LineChart(
            title: "Queries to target",
            subtitle: "\(task), training images; bar: mean of the seeds that reach it",
            xLabel: "training queries",
            yNames: sorted.map { row in
                let known = row.toTarget.compactMap { $0 }.count
                return row.variant
                    + (known == 0 ? " (not reached)" : known < row.runs ? " (\(known) of \(row.runs))" : "")
            })
        var hasLegend = false
        for (index, row) in sorted.enumerated() {
            let known = row.toTarget.compactMap { $0 }
            guard !known.isEmpty else { continue }
            let y = Double(index)
            chart.series.append(
                Series(
                    name: "", points: [Point(x: 0, y: y), Point(x: mean(row), y: y)],
                    style: Series.Style(color: Palette.lines[4], width: 22, hasDots: false)))
            chart.series.append(
                Series(
                    name: hasLegend ? "" : "a seed", points: known.map { Point(x: Double($0), y: y) },
                    style: Series.Style(color: Palette.lines[6], width: 2, hasDots: true)))
            hasLegend = true
        }
        return chart
    }

    /// Test accuracy at the end on each data set: a dot for the mean of each method, a line of one deviation.
    static func tasks(_ table: ComparisonTable) -> LineChart {
        let tasks = Array(table.tasks.reversed())
        let rows = (table.overall.isEmpty ? [] : [table.overall]) + tasks.map(\.rows)
        let variants = Set(rows.flatMap { $0.map(\.variant) }).sorted()
        var chart = LineChart(
            title: "Accuracy on test images", subtitle: "dot: mean over seeds; line: ± 1 sd",
            xLabel: "accuracy in %",
            yNames: (table.overall.isEmpty ? [] : ["mean"]) + tasks.map(\.name))
        for (place, variant) in variants.enumerated() {
            let color = Palette.lines[place % Palette.lines.count]
            var dots: [Point] = []
            // From the top in the order of the legend.
            let shift =
                (Double(variants.count - 1) / 2 - Double(place)) * 0.7 / Double(max(variants.count, 1))
            for (index, rows) in rows.enumerated() {
                guard let row = rows.first(where: { $0.variant == variant }) else { continue }
                let y = Double(index) + shift
                dots.append(Point(x: row.accuracy.mean, y: y))
                guard let deviation = row.accuracy.deviation, deviation > 0 else { continue }
                chart.series.append(
                    Series(
                        name: "",
                        points: [
                            Point(x: row.accuracy.mean - deviation, y: y),
                            Point(x: row.accuracy.mean + deviation, y: y),
                        ], style: Series.Style(color: color, width: 2.5, hasDots: false)))
            }
            // Each dot is a curve of its own: a line between tasks would mean nothing.
            for (index, dot) in dots.enumerated() {
                chart.series.append(
                    Series(
                        name: index == 0 ? variant : "", points: [dot],
                        style: Series.Style(color: color, width: 3, hasDots: true)))
            }
        }
        let ends = chart.series.flatMap { $0.points.map(\.x) }
        if let low = ends.min(), let high = ends.max(), high > low {
            let air = (high - low) * 0.04
            chart.xRange = (low - air)...(high + air)
        }
        return chart
    }
}
