import Foundation
import Plotting
import Raster
import Testing

/// The logarithmic x axis.
@Suite struct LogarithmicAxisTests {
    struct Sample: Sendable {
        var range: ClosedRange<Double>
        var hasZero = false
        /// All ticks; those without a label in brackets.
        var ticks: String
    }

    /// Labels need a third of a decade.
    @Test(arguments: [
        Sample(range: 1...100, ticks: "1 [2] [5] 10 [20] [50] 100"),
        Sample(range: 0.9...25, ticks: "1 [2] [5] 10 [20]"),
        Sample(range: 150...6000, ticks: "200 [500] 1000 [2000] 5000"),
        Sample(range: 2...20, ticks: "2 [5] 10 [20]"),
        Sample(range: 0.5...12, hasZero: true, ticks: "0 [1] 2 [5] 10"),
        Sample(range: 1...12, hasZero: true, ticks: "0 [2] [5] 10"),
        Sample(range: 9000...30_000, ticks: "10\u{2009}000 [20\u{2009}000]"),
        Sample(range: 0.00015...0.007, ticks: "0.0002 [0.0005] 0.001 [0.002] 0.005"),
        Sample(range: 4e6...6e7, ticks: "[5\u{2009}000\u{2009}000] 10⁷ [2×10⁷] 5×10⁷"),
        Sample(range: 3e-6...3e-5, ticks: "[5×10⁻⁶] 10⁻⁵ [2×10⁻⁵]"),
    ])
    func ticks(_ sample: Sample) {
        let ticks = Ticks(logarithmic: sample.range, zero: sample.hasZero ? sample.range.lowerBound : nil) {
            abs(log10($0.value) - log10($1.value)) > 0.33
        }
        let wanted = sample.ticks.split(separator: " ").map { tick in
            tick.hasPrefix("[") ? "" : String(tick)
        }
        #expect(ticks.labels == wanted)
        #expect(ticks.exponent == 0)
    }

    /// Against all decimals 1, 2 and 5 in the range, written as text.
    @Test func ticksAreAllOfTheirKind() {
        var random = SplitMix(seed: 5)
        for _ in 0..<500 {
            let low = pow(10, random.unit() * 12 - 3)
            let high = low * pow(10, 0.1 + random.unit() * 7)
            let ticks = Ticks(logarithmic: low...high, zero: nil) { _, _ in true }
            let wanted = (-8...20).flatMap { power in
                ["1", "2", "5"].compactMap { Double("\($0)e\(power)") }
            }
            #expect(ticks.values == wanted.filter { $0 >= low && $0 <= high })
            #expect(!ticks.labels.contains(""))
        }
    }

    @Test func positionsAreLogarithms() {
        var random = SplitMix(seed: 6)
        for _ in 0..<500 {
            let low = pow(10, random.unit() * 8 - 2)
            let axis = AxisRange(logarithmic: low...(low * pow(10, 0.5 + random.unit() * 5)))
            let value = axis.lower * pow(axis.upper / axis.lower, random.unit())
            let wanted = log10(value / axis.lower) / log10(axis.upper / axis.lower)
            #expect(abs(axis.position(of: value) - wanted) < 1e-12)
            #expect(axis.position(of: axis.lower) == 0 && abs(axis.position(of: axis.upper) - 1) < 1e-15)
            for nothing in [0, -5, -Double.infinity, .nan] { #expect(axis.position(of: nothing) == 0) }
        }
    }

    @Test func rangesFitTheData() {
        func range(_ values: [Double]) -> [Double] {
            let axis = AxisRange.logarithmic(fitting: values)
            return [axis.lower, axis.upper].map { ($0 * 1000).rounded() / 1000 }
        }
        #expect(range([10, 5000]) == [9.091, 5500])
        #expect(range([0, 10, 5000]) == [5, 5500])
        #expect(range([0, 70, 5000]) == [25, 5500])
        // A decade at least.
        #expect(range([2]) == [1.818, 18.182])
        #expect(range([0]) == [0.5, 5] && range([]) == [0.909, 9.091])
    }

    private static func chart(_ points: [Point], _ style: Series.Style = .init()) -> LineChart {
        LineChart(
            title: "", series: [Series(name: "", points: points, style: style)], hasLogarithmicX: true,
            yRange: 0...10)
    }

    /// The columns of the plot's first and last pixel, as far as the axis line goes.
    private static func plot(_ picture: Bitmap) -> (left: Int, right: Int, bottom: Int) {
        func columns(_ row: Int) -> [Int] {
            (0..<picture.width).filter { picture[$0, row] == Palette.axis }
        }
        let bottom = (0..<picture.height).first { columns($0).count > picture.width / 2 } ?? 0
        let line = columns(bottom)
        return ((line.first ?? 0) + 2, line.last ?? 0, bottom)
    }

    /// Whether a pixel is about a colour.
    private static func isNear(_ one: Color, _ other: Color) -> Bool {
        abs(Int(one.red) - Int(other.red)) + abs(Int(one.green) - Int(other.green))
            + abs(Int(one.blue) - Int(other.blue)) < 20
    }

    /// Dots at 0, 10, 100 and 1000 lie at the left edge and at equal distances, in the decoded PNG.
    @Test func dotsLieWhereTheirLogarithmsAre() throws {
        // Broken by values that are none, so that dots alone are drawn.
        let points = [0, 10, 100, 1000].flatMap { x in [Point(x: x, y: 5), Point(x: 10, y: .nan)] }
        let png = try Self.chart(points, .init(width: 1, hasDots: true)).render().pngData()
        let picture = try Bitmap.decode(png, name: "chart.png")
        let (left, right, _) = Self.plot(picture)
        let color = Palette.lines[0]
        let rows = (0..<picture.height).filter { y in picture[left, y] == color }
        let row = try #require(rows.first) + rows.count / 2
        var centres: [Double] = []
        var start: Int?
        for x in 0..<picture.width {
            if picture[x, row] == color {
                start = start ?? x
            } else if let first = start {
                centres.append(Double(first + x - 1) / 2)
                start = nil
            }
        }
        let lower = log10(5.0)
        let wanted = [5, 10, 100, 1000].map { x in
            Double(left) + (log10(x) - lower) / (log10(1100) - lower) * Double(right - left)
        }
        #expect(centres.count == 4, "\(centres)")
        for (one, other) in zip(centres, wanted) { #expect(abs(one - other) < 1.6, "\(centres) \(wanted)") }
        for label in ["0", "10", "20", "50", "100", "200", "500", "1000"] {
            #expect(shows(picture, Text(label, size: 22, color: Palette.text)), "\(label)")
        }
        #expect(!shows(picture, Text("2000", size: 22, color: Palette.text)))
    }

    /// A single point is a dot; carried on, it is a faint level up to the right edge and nowhere else.
    @Test func singlePointsAreCarriedOn() throws {
        let plain = Self.chart([Point(x: 2, y: 5)]).render()
        let png = try Self.chart([Point(x: 2, y: 5)], .init(isCarriedOn: true)).render().pngData()
        let carried = try Bitmap.decode(png, name: "chart.png")
        let color = Palette.lines[0]
        let (_, right, _) = Self.plot(plain)
        let dots = (0..<plain.width).filter { x in (0..<plain.height).contains { plain[x, $0] == color } }
        #expect((8...14).contains(dots.count), "\(dots)")
        let changed = (0..<plain.width).filter { x in
            (0..<plain.height).contains { plain[x, $0] != carried[x, $0] }
        }
        let (first, last) = (try #require(changed.first), try #require(changed.last))
        #expect(first > dots[0] && abs(last - right) <= 4, "\(first) \(last) \(right)")
        #expect(changed.count >= last - first - 12)
        // 0.35 of the colour over white; the line's middle may lie between two rows.
        let column = (0..<plain.height).map { carried[right - 21, $0] }.filter { $0 != .white }
        #expect(!column.contains { Self.isNear($0, color) })
        #expect(column.contains { $0.red < 200 && $0.blue > $0.red + 40 })
    }

    @Test(arguments: [
        [], [Point(x: .nan, y: 1)], [Point(x: 0, y: 1)], [Point(x: -3, y: 1), Point(x: .infinity, y: 2)],
        [Point(x: 0x1p-1074, y: 1), Point(x: 1e308, y: 2)],
        [Point(x: 1e300, y: 1), Point(x: 1e300, y: .nan)],
    ])
    func strangeDataDraw(_ points: [Point]) {
        for (width, height) in [(1200, 800), (160, 160), (2000, 170)] {
            var chart = Self.chart(points, .init(isCarriedOn: true))
            chart.verticalLines = [.init(label: "v", x: 0), .init(label: "w", x: 7)]
            chart.bestMarker = .init(series: 0, point: 0, label: "best")
            #expect(chart.render(width: width, height: height).width == width)
            let ranges: [ClosedRange<Double>] = [-5...(-1), 0...0, 10...100, -.infinity ... .infinity]
            for range in ranges {
                chart.xRange = range
                _ = chart.render(width: width, height: height)
            }
        }
    }
}
