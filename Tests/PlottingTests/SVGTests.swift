import Foundation
import Plotting
import Raster
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The SVG of a chart: whole XML, the same layout as the pixels, text as text.
@Suite struct SVGTests {
    private static let chart = LineChart(
        title: "A < B & \"C\"\u{1}", subtitle: "δ = 417", xLabel: "queries", yLabel: "accuracy in %",
        series: [
            Series(
                name: "one", points: (0...20).map { Point(x: Double($0), y: Double($0 * $0)) },
                band: Series.Band(
                    name: "mean ± 1 sd, n = 3", lower: [Point(x: 0, y: 0), Point(x: 20, y: 300)],
                    upper: [Point(x: 0, y: 10), Point(x: 20, y: 400)])),
            Series(
                name: "two", points: [Point(x: 3, y: .nan), Point(x: 4, y: 100), Point(x: 9, y: .infinity)]),
        ],
        referenceLines: [.init(label: "zero-shot 30 %", y: 30)],
        bestMarker: .init(series: 0, point: 20, label: "best"))

    /// Elements and their attributes in order, read by a parser of XML.
    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [(name: String, attributes: [String: String], text: String)] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) { elements.append((name, attributes, "")) }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            if !elements.isEmpty { elements[elements.count - 1].text += text }
        }
    }

    private func read(_ svg: String) throws -> Reader {
        let parser = XMLParser(data: Data(svg.utf8))
        let reader = Reader()
        parser.delegate = reader
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return reader
    }

    @Test func isWholeAndHasItsText() throws {
        let reader = try read(Self.chart.svg())
        let texts = reader.elements.filter { $0.name == "text" }.map {
            $0.text.trimmingCharacters(in: .newlines)
        }
        for text in [
            "δ = 417", "queries", "accuracy in %", "one", "mean ± 1 sd, n = 3", "zero-shot 30 %", "best",
        ] {
            #expect(texts.contains(text), "\(text)")
        }
        #expect(reader.elements[0].attributes["viewBox"] == "0 0 1200 800")
        #expect(
            reader.elements.first { $0.name == "title" }?.text.trimmingCharacters(in: .newlines)
                == "A < B & \"C\"\u{FFFD}")
        // Every clip that is used is there.
        let known = Set(reader.elements.filter { $0.name == "clipPath" }.compactMap { $0.attributes["id"] })
        for use in reader.elements.compactMap({ $0.attributes["clip-path"] }) {
            #expect(known.contains(String(use.dropFirst(5).dropLast())))
        }
    }

    /// Points of the curve are where its pixels are: the colour of the line is under them.
    @Test func hasTheGeometryOfThePixels() throws {
        let picture = Self.chart.render()
        let reader = try read(Self.chart.svg())
        let dots = reader.elements.filter { $0.name == "circle" && $0.attributes["fill"] == "#0072b2" }
        #expect(dots.count >= 21)
        var seen = 0
        for dot in dots {
            let x = try #require(Double(dot.attributes["cx"] ?? ""))
            let y = try #require(Double(dot.attributes["cy"] ?? ""))
            if picture[Int(x), Int(y)] == Palette.lines[0] { seen += 1 }
        }
        // But for those under the ring around the best point.
        #expect(seen >= dots.count - 3)
    }

    @Test func themes() throws {
        var dark = Self.chart
        dark.theme = .dark
        let (light, night) = (Self.chart.render(), dark.render())
        #expect(light[2, 2] == .white)
        let page = night[2, 2]
        #expect(Int(page.red) + Int(page.green) + Int(page.blue) < 120)
        #expect(light.pixels != night.pixels)
        #expect(dark.svg().contains("fill=\"#181a1f\""))
        #expect(!dark.svg().contains("#ffffff"))
        // Each line stands out from its page: a contrast of 3 to 1 and more, as WCAG has it for drawings.
        func luminance(_ color: Color) -> Double {
            let parts = [color.red, color.green, color.blue].map { value -> Double in
                let share = Double(value) / 255
                return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        for index in Palette.lines.indices {
            var one = LineChart(title: "", series: [])
            one.theme = .dark
            one.series = Palette.lines.indices.map { place in
                Series(
                    name: "", points: [Point(x: 0, y: Double(place)), Point(x: 1, y: Double(place))],
                    style: Series.Style(width: place == index ? 40 : 0, hasDots: false))
            }
            let picture = one.render()
            let color = try #require(
                (0..<picture.height).map { picture[700, $0] }.max { luminance($0) < luminance($1) })
            #expect((luminance(color) + 0.05) / (luminance(page) + 0.05) >= 3, "line \(index)")
        }
    }
}

/// Charts side by side.
@Suite struct ChartGridTests {
    @Test func panelsAreTheChartsThemselves() throws {
        let charts = (0..<3).map { place in
            LineChart(
                title: "panel \(place)",
                series: [Series(name: "", points: [Point(x: 0, y: 1), Point(x: 1, y: 2)])])
        }
        let grid = ChartGrid(charts, columns: 2)
        #expect(grid.rows == 2)
        let picture = grid.render(width: 1000, height: 700)
        for (place, chart) in charts.enumerated() {
            let own = chart.render(width: 500, height: 350)
            let (left, top) = (place % 2 * 500, place / 2 * 350)
            for (x, y) in [(20, 20), (60, 30), (250, 175), (499, 349)] {
                #expect(picture[left + x, top + y] == own[x, y])
            }
        }
        #expect(grid.svg().components(separatedBy: "<g transform=\"translate").count == 4)
        #expect(ChartGrid([], columns: 3).render(width: 200, height: 200)[100, 100] == .white)
    }

    /// Equal factors of y are equally far apart, what is not above 0 stands at the foot.
    @Test func logarithmicHeight() throws {
        var chart = LineChart(
            title: "",
            series: [
                Series(
                    name: "", points: (0...4).map { Point(x: Double($0), y: [1, 10, 100, 1000, 0][$0]) },
                    style: Series.Style(hasDots: true))
            ])
        chart.hasLogarithmicY = true
        let svg = chart.svg()
        let heights = svg.components(separatedBy: "cy=\"").dropFirst().compactMap {
            Double($0.prefix { $0 != "\"" })
        }
        try #require(heights.count == 5)
        let steps = zip(heights, heights.dropFirst()).prefix(3).map { $0 - $1 }
        for step in steps { #expect(abs(step - steps[0]) < 0.1) }
        #expect(heights[4] > heights[0])
    }
}
