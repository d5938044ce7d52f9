import Foundation
import Plotting
import Raster
import TestData
import Testing

/// Pictures as they are committed, so that a person sees what a change did to them: 'make pictures' draws them anew.
@Suite struct ReferencePictureTests {
    static let charts: [(name: String, chart: any Drawable & Sendable)] = [
        ("loss", Charts.loss), ("accuracy", Charts.accuracy), ("accuracy-dark", dark(Charts.accuracy)),
        ("logarithmic", logarithmic),
        ("grid", ChartGrid([Charts.loss, Charts.accuracy, logarithmic], columns: 2)),
        ("radar", radar), ("matrix", matrix), ("matrix-dark", matrix(.dark)),
        ("no-data", LineChart(title: "Nothing", xLabel: "queries", yLabel: "loss")),
    ]

    private static func dark(_ chart: LineChart) -> LineChart {
        var chart = chart
        chart.theme = .dark
        return chart
    }

    private static var logarithmic: LineChart {
        var chart = LineChart(
            title: "Both logarithmic", xLabel: "queries", yLabel: "‖ĝ‖",
            series: [
                Series(
                    name: "falls",
                    points: (0...30).map { Point(x: Double($0 * $0), y: 300 / Double(1 + $0 * $0)) })
            ], hasLogarithmicX: true)
        chart.hasLogarithmicY = true
        return chart
    }

    private static var matrix: MatrixChart {
        matrix(.light)
    }

    private static func matrix(_ theme: Theme) -> MatrixChart {
        let names = ["animal", "food", "holiday", "house", "letter", "sign", "vehicle with a long name"]
        var chart = MatrixChart(
            title: "Confusion", subtitle: "rows: the class, columns: taken for", names: names,
            counts: names.indices.map { row in
                names.indices.map { row == $0 ? 20 - 2 * row : (row * 3 + $0 * 5) % 4 }
            })
        chart.theme = theme
        return chart
    }

    private static var radar: RadarChart {
        RadarChart(
            title: "Accuracy on test images", subtitle: "in %, mean over seeds",
            axes: [
                "clip-art", "counting", "digits", "flags", "line-drawings", "shapes", "stamps", "textures",
            ],
            curves: [
                .init(name: "zip", values: [43, 21, 53, 37, 60, 36, 47, 53]),
                .init(name: "gauss-newton", values: [45, 54, 73, 43, .nan, 44, 60, 61]),
                .init(name: "template", values: [32, 19, 62, 32, 51, 27, 34, 33]),
            ])
    }

    @Test(arguments: charts.map(\.name)) func isAsCommitted(_ name: String) throws {
        let chart = try #require(Self.charts.first { $0.name == name }).chart
        let picture = chart.render(width: 900, height: 600)
        let place = Repository.fixture("Pictures/\(name).png", of: "PlottingTests")
        if ProcessInfo.processInfo.environment["ZIPLAB_DRAW_PICTURES"] != nil {
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(picture.pngData()).write(to: place)
            return
        }
        let committed = try Bitmap.decode([UInt8](Data(contentsOf: place)), name: name)
        #expect(committed.pixels == picture.pixels, "'make pictures' draws '\(name)' anew")
    }

    /// Values are where the scale says, from the centre outwards.
    @Test func radarPlacesValues() throws {
        let chart = RadarChart(
            title: "", axes: ["a", "b", "c", "d"], curves: [.init(name: "", values: [100, 50, 25, .nan])])
        let svg = chart.svg(width: 800, height: 800)
        let dots = svg.components(separatedBy: "<circle ").dropFirst().map { element -> (Double, Double) in
            func number(_ key: String) -> Double {
                Double(element.components(separatedBy: "\(key)=\"")[1].prefix { $0 != "\"" }) ?? .nan
            }
            return (number("cx"), number("cy"))
        }
        try #require(dots.count == 3)
        let centre = dots[0].0
        let middle = dots[1].1
        // North for the first axis, then clockwise; a value that is none has no dot.
        #expect(abs(dots[2].0 - centre) < 0.02)
        let reach = middle - dots[0].1
        #expect(abs((dots[1].0 - centre) - reach / 2) < 0.05)
        #expect(abs((dots[2].1 - middle) - reach / 4) < 0.05)
    }
}
