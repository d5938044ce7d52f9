import Raster

/// One drawing of a chart: its sizes, axes and the picture so far.
struct LineChartDrawing {
    let chart: LineChart
    /// Pixels per pixel of a 1200×800 chart.
    let scale: Double
    var canvas: Canvas
    /// The rectangle between the axes.
    var plot = PixelRect(x: 0, y: 0, width: 0, height: 0)
    var xAxis = AxisRange(0, 1)
    var yAxis = AxisRange(0, 1)
    var xTicks: Ticks?
    var yTicks: Ticks?
    /// Pixels that a curve covers, so that labels keep off them; one flag a pixel of the picture.
    var isInked: [Bool]
    /// Rectangles of the labels inside the plot.
    var labelRects: [PixelRect] = []

    init(_ chart: LineChart, width: Int, height: Int) {
        self.chart = chart
        scale = min(Double(width) / 1200, Double(height) / 800)
        canvas = Canvas(width: width, height: height, theme: chart.theme)
        isInked = [Bool](repeating: false, count: width * height)
    }

    /// A length of a 1200×800 chart in whole pixels, at least 1.
    func length(_ value: Double) -> Int {
        max(1, Int((value * scale).rounded()))
    }

    /// A text size of a 1200×800 chart in pixels, never too small to read.
    func textSize(_ value: Double) -> Double {
        max(8, value * scale)
    }

    mutating func draw() {
        chooseRanges()
        let top = drawHeader()
        layOutPlot(below: top)
        drawGrid()
        drawVerticalLines()
        drawReferenceLines()
        drawAxes()
        drawCurves()
        drawBestMarker()
        drawLineLabels()
        if !hasValues { drawNoData() }
    }

    /// True where at least one point can be shown, or its absence marked.
    var hasValues: Bool {
        chart.series.contains { series in
            series.points.contains { !$0.x.isNaN } || (series.smoothed ?? []).contains { !$0.x.isNaN }
        }
    }

    var allPoints: [Point] {
        chart.series.flatMap { series in
            // Points whose y is missing still take part in x: they are marked there.
            series.points + (series.smoothed ?? [])
                + (series.band.map { $0.lower + $0.upper } ?? [])
        }
    }

    mutating func chooseRanges() {
        let points = allPoints
        if let range = chart.xRange {
            xAxis = chart.hasLogarithmicX ? AxisRange(logarithmic: range) : AxisRange(range)
        } else if chart.hasLogarithmicX {
            let lines = chart.verticalLines.map(\.x).filter { $0 > 0 }
            xAxis = AxisRange.logarithmic(fitting: points.map(\.x) + lines)
        } else {
            let values = points.map(\.x).filter(\.isFinite)
            let all = values + chart.verticalLines.map(\.x).filter(\.isFinite)
            if let low = all.min(), let high = all.max() {
                let tight = AxisRange(low, high)
                let air = (tight.upper - tight.lower) * 0.02
                let isNearZero = low >= 0 && low < high * 0.1
                xAxis = AxisRange(isNearZero ? 0 : tight.lower - (low < 0 ? air : 0), tight.upper + air)
            }
        }
        if let range = chart.yRange {
            yAxis = chart.hasLogarithmicY ? AxisRange(logarithmic: range) : AxisRange(range)
        } else if !chart.yNames.isEmpty {
            yAxis = AxisRange(-0.6, Double(chart.yNames.count) - 0.4)
        } else if chart.hasLogarithmicY {
            yAxis = AxisRange.logarithmic(
                fitting: points.map(\.y) + chart.referenceLines.map(\.y).filter { $0 > 0 })
        } else {
            yAxis = AxisRange.fitting(points.map(\.y) + chart.referenceLines.map(\.y))
        }
    }

    /// The position of a point in pixels, y downwards.
    func position(_ point: Point) -> Vector {
        Vector(
            Double(plot.x) + xAxis.position(of: point.x) * Double(plot.width - 1) + 0.5,
            Double(plot.endY) - yAxis.position(of: point.y) * Double(plot.height - 1) - 0.5)
    }

    private mutating func drawNoData() {
        let text = Text("no data yet", size: textSize(28), color: Palette.quiet)
        canvas.draw(
            text, x: plot.x + plot.width / 2, y: plot.y + plot.height / 2, anchor: .middle, halo: length(4))
    }
}
