import Plotting
import Raster
import Testing

@Suite struct LineChartTests {
    /// Pixels recorded on one machine, equal on every machine. A wanted change of the drawing changes them.
    @Test func picturesAreTheRecordedOnes() {
        #expect(fingerprint(Charts.loss.render()) == "2ddd869ce9878d3")
        #expect(fingerprint(Charts.accuracy.render()) == "6f9aeb1179eee2d0")
        #expect(
            fingerprint(LineChart(title: "Nothing yet", xLabel: "queries").render(width: 640, height: 400))
                == "f9e539f157291722")
    }

    @Test func drawingTwiceGivesTheSamePixels() {
        #expect(Charts.loss.render(width: 700, height: 500) == Charts.loss.render(width: 700, height: 500))
    }

    @Test func everyLabelIsThere() {
        let picture = Charts.accuracy.render()
        for text in [
            Text("Test accuracy", font: .bold, size: 34, color: Palette.title),
            Text("8 classes, 16 shots", size: 24, color: Palette.quiet),
            Text("queries", size: 24, color: Palette.title),
            Text("ZIP", size: 23, color: Palette.text),
            Text("BPT-VLM", size: 23, color: Palette.text),
            Text("1000", size: 22, color: Palette.text),
            Text("5000", size: 22, color: Palette.text),
            Text("40", size: 22, color: Palette.text),
        ] {
            #expect(shows(picture, text), "\(text.string)")
        }
        #expect(!shows(picture, Text("9000", size: 22, color: Palette.text)))
    }

    @Test func emptyChartsSayso() {
        let text = Text("no data yet", size: 28, color: Palette.quiet)
        #expect(shows(LineChart(title: "x").render(), text))
        #expect(shows(LineChart(title: "x", series: [Series(name: "a", points: [])]).render(), text))
        #expect(
            shows(
                LineChart(title: "x", series: [Series(name: "a", points: [Point(x: .nan, y: 1)])]).render(),
                text))
        #expect(!shows(Charts.loss.render(), text))
    }

    /// A level line in the middle of a fixed range is found in the middle of the plot.
    @Test func curvesLieWhereTheirValuesAre() throws {
        let chart = LineChart(
            title: "", series: [Series(name: "", points: [Point(x: 0, y: 5), Point(x: 10, y: 5)])],
            xRange: 0...10, yRange: 0...10)
        var plain = chart
        plain.series[0].points = [Point(x: 0, y: 20), Point(x: 10, y: 20)]
        let picture = chart.render()
        let color = Palette.lines[0]
        let column = 700
        let rows = (0..<800).filter { picture[column, $0] == color }
        #expect(rows.count >= 2 && rows.count <= 4, "\(rows)")
        // The axis line gives the plot's bottom; the top is as far above the middle as the bottom below.
        let axis = try #require((400..<800).first { plain.render()[column, $0] == Palette.axis })
        let top = try #require((0..<400).first { plain.render()[column, $0] != .white })
        #expect(abs(rows[rows.count / 2] * 2 - axis - top) <= 4, "\(rows) \(axis) \(top)")
    }

    /// One spike among 100 000 points reaches its height.
    @Test func manyPointsKeepTheirExtremes() {
        var points = (0..<100_000).map { Point(x: Double($0), y: 1) }
        points[54_321].y = 9
        points[77_777].y = -9
        let chart = LineChart(
            title: "", series: [Series(name: "", points: points)], xRange: 0...100_000, yRange: -10...10)
        let picture = chart.render()
        let color = Palette.lines[0]
        var highest = 800
        var lowest = 0
        for y in 0..<800 {
            for x in 0..<1200 where near(picture[x, y], color) {
                highest = min(highest, y)
                lowest = max(lowest, y)
            }
        }
        #expect(lowest - highest > 560, "\(highest) \(lowest)")
    }

    /// A break at NaN leaves a gap and a mark; infinities are marked at their edge.
    @Test func valuesThatAreNotFiniteAreMarked() {
        var points = (0...10).map { Point(x: Double($0), y: 5) }
        let whole = LineChart(
            title: "", series: [Series(name: "", points: points)], xRange: 0...10, yRange: 0...10)
        points[5].y = .nan
        var broken = whole
        broken.series[0].points = points
        let shown = whole.render()
        let marked = broken.render()
        let color = Palette.lines[0]
        let before = count(shown, color)
        let middle = shown.cropped(x: 560, y: 200, width: 120, height: 400)
        let gap = marked.cropped(x: 560, y: 200, width: 120, height: 400)
        #expect(count(gap, color) < count(middle, color))
        #expect(count(marked, color) > 0 && count(marked, color) < before)
        for value in [Double.infinity, -.infinity] {
            broken.series[0].points[5].y = value
            #expect(broken.render() != marked)
        }
        #expect(shows(marked, Text("1 not finite", size: 23, color: Palette.text)))
    }

    @Test func smoothedCurvesAreBoldOverFaintOnes() {
        let raw = (0..<200).map { Point(x: Double($0), y: $0 % 2 == 0 ? 1 : 9) }
        var series = Series(name: "", points: raw)
        series.smoothed = raw.map { Point(x: $0.x, y: 5) }
        let picture = LineChart(title: "", series: [series], yRange: 0...10).render()
        let color = Palette.lines[0]
        let rows = Set((0..<800).filter { picture[640, $0] == color })
        #expect(rows.count >= 2 && rows.count <= 4)
    }

    @Test(arguments: [
        [], [Point(x: 0, y: 0)], [Point(x: .nan, y: .nan)], [Point(x: .infinity, y: -.infinity)],
        [Point(x: -1e308, y: 1e308), Point(x: 1e308, y: -1e308), Point(x: 0, y: .nan)],
        [Point(x: 0x1p-1074, y: 0x1p-1074), Point(x: 0x1p-1073, y: 0x1p-1072)],
        [Point(x: 1, y: 7), Point(x: 1, y: 7), Point(x: 1, y: 7)],
        [
            Point(x: 0, y: 1e17), Point(x: 1, y: 1e17 + 16), Point(x: .infinity, y: 3),
            Point(x: 3, y: .infinity),
        ],
        [Point(x: 3, y: 1), Point(x: 1, y: 2), Point(x: 2, y: -1e-300)],
    ])
    func strangeDataDraw(_ points: [Point]) {
        for (width, height) in [(1200, 800), (0, -5), (160, 160), (161, 900), (2000, 170)] {
            var chart = LineChart(
                title: "strange \u{1b}[0m", subtitle: String(repeating: "wide ", count: 300), xLabel: "x\n",
                yLabel: "y",
                series: [
                    Series(
                        name: "a", points: points, smoothed: points,
                        band: .init(name: "b", lower: points, upper: points)),
                    Series(
                        name: String(repeating: "漢", count: 5000), points: points,
                        style: .init(width: 1e9, isDashed: true)),
                ],
                referenceLines: [
                    .init(label: "nan", y: .nan), .init(label: "level", y: 1e308), .init(label: "", y: 0),
                ],
                verticalLines: [.init(label: "v", x: .infinity), .init(label: "w", x: 2)],
                bestMarker: .init(series: 0, point: 0, label: "best"))
            let picture = chart.render(width: width, height: height)
            #expect(picture.width == min(max(width, 160), 8000))
            #expect(picture.height == min(max(height, 160), 8000))
            chart.bestMarker = .init(series: 7, point: -1, label: "none")
            chart.xRange = 1...1
            chart.yRange = -.infinity ... .infinity
            _ = chart.render(width: width, height: height)
        }
    }

    @Test func coloursAreTenDifferentOnes() {
        #expect(Set(Palette.lines).count == 10)
    }

    private func count(_ picture: Bitmap, _ color: Color) -> Int {
        var count = 0
        for y in 0..<picture.height {
            for x in 0..<picture.width where picture[x, y] == color { count += 1 }
        }
        return count
    }

    private func near(_ a: Color, _ b: Color) -> Bool {
        abs(Int(a.red) - Int(b.red)) + abs(Int(a.green) - Int(b.green)) + abs(Int(a.blue) - Int(b.blue)) < 90
    }
}
