import Plotting
import PromptTuning

/// The curves of a comparison: a mean over seeds with a band for each method that tunes, a level for the others.
enum ComparisonPlot {
    /// What is drawn against the queries.
    enum Quantity: String, CaseIterable {
        case test
        case validation
        case training
        case loss
    }

    static func chart(_ runs: [ComparedRun], _ quantity: Quantity, smoothing: Double, title: String)
        -> LineChart
    {
        let variants = Dictionary(grouping: runs, by: \.variant).sorted { $0.key < $1.key }
        let seeds = Set(runs.map(\.seed)).count
        var chart = LineChart(
            title: quantity == .loss ? "Training loss" : "Accuracy on \(quantity.rawValue) images",
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
        case .validation: run.validation
        case .training: run.training
        case .loss: run.losses
        }
    }

    /// Mean and sample deviation of the curves at each x at which all have begun; a curve keeps its last value.
    private static func bands(_ curves: [[ComparedRun.Mark]]) -> [(
        x: Double, middle: Double, deviation: Double
    )] {
        let places = Set(curves.flatMap { $0.map(\.queries) }).sorted()
        return places.compactMap { place in
            let values = curves.compactMap { ComparedRun.value(of: $0, at: place) }
            guard values.count == curves.count else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
            return (Double(place), mean, deviation)
        }
    }
}
