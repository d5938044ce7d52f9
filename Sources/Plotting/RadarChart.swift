public import Raster
import Tensors

/// One value of each of several curves on axes around a centre, for a look over data sets.
///
/// All axes have one scale from 0 at the centre. What the eye takes from the area depends on the order of the axes, so a
/// dot chart beside it tells more; this is the picture that readers of papers look for.
public struct RadarChart: Drawable, Sendable, Equatable {
    /// A named value on every axis; one that is not finite is left out.
    public struct Curve: Sendable, Equatable {
        public var name: String
        public var values: [Double]

        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    public var title: String
    public var subtitle: String?
    public var axes: [String]
    public var curves: [Curve]
    public var theme = Theme.light

    public init(title: String, subtitle: String? = nil, axes: [String], curves: [Curve]) {
        self.title = title
        self.subtitle = subtitle
        self.axes = axes
        self.curves = curves
    }

    /// Draws the chart; sides outside `LineChart.sides` are clamped.
    public func render(width: Int = 1200, height: Int = 800) -> Bitmap {
        drawn(width, height).bitmap
    }

    public func svg(width: Int = 1200, height: Int = 800) -> String {
        drawn(width, height).svg(title: title)
    }

    private func drawn(_ width: Int, _ height: Int) -> Canvas {
        let width = min(max(width, LineChart.sides.lowerBound), LineChart.sides.upperBound)
        let height = min(max(height, LineChart.sides.lowerBound), LineChart.sides.upperBound)
        // Title and legend are those of every chart.
        var chart = LineChart(
            title: title, subtitle: subtitle,
            series: curves.map { Series(name: $0.name, points: [], style: .init(hasDots: true)) })
        chart.theme = theme
        var drawing = LineChartDrawing(chart, width: width, height: height)
        let top = drawing.drawHeader()
        guard axes.count > 2 else { return drawing.canvas }
        let size = drawing.textSize(22)
        let centre = Vector(Double(width) / 2, Double(top + height) / 2)
        let radius = max(10, Double(height - top) / 2 - size * 2.2)
        let most = min(max(curves.flatMap(\.values).filter { $0.isFinite && $0 > 0 }.max() ?? 1, 1e-9), 1e300)
        let ticks = Ticks(in: 0...most, count: 5)
        let step = ticks.values.dropFirst().first ?? most
        // The outermost ring is at or above every value.
        let end = (most / step).rounded(.up) * step
        func place(_ axis: Int, _ value: Double) -> Vector {
            let (sine, cosine) = Elementary.sinCosTurns(Double(axis) / Double(axes.count))
            let reach = radius * min(max(value / end, 0), 1)
            return centre + Vector(sine * reach, -cosine * reach)
        }
        let area = drawing.canvas.area
        let rings = (1...max(1, Int((end / step).rounded()))).map { Double($0) * step }
        let spokes = axes.indices.map { Trail(points: [centre, place($0, end)], reach: 0.65) }
        let circles = rings.map { ring in
            Trail(points: (0...axes.count).map { place($0 % axes.count, ring) }, reach: 0.65)
        }
        drawing.canvas.draw(spokes + circles, Palette.grid, clip: area)
        for (number, curve) in curves.enumerated() {
            let color = Palette.lines[number % Palette.lines.count]
            let points = axes.indices.map { axis -> Vector? in
                axis < curve.values.count && curve.values[axis].isFinite
                    ? place(axis, curve.values[axis]) : nil
            }
            // Broken where a value is missing.
            let sides = axes.indices.compactMap { axis -> Trail? in
                guard let one = points[axis], let next = points[(axis + 1) % axes.count] else { return nil }
                return Trail(points: [one, next], reach: max(0.6, 1.5 * drawing.scale))
            }
            drawing.canvas.draw(
                sides, dash: number >= Palette.lines.count ? drawing.dash : nil, color, clip: area)
            drawing.canvas.draw(
                points.compactMap { $0.map { Trail(points: [$0], reach: 5 * drawing.scale) } }, color,
                clip: area)
        }
        for ring in rings {
            let text = Text(Self.label(ring), size: size * 0.8, color: Palette.quiet)
            let at = place(0, ring)
            drawing.canvas.draw(
                text, x: Coverage.pixel(at.x) - 5, y: Coverage.pixel(at.y + size * 0.75), anchor: .end,
                halo: 2)
        }
        for (axis, name) in axes.enumerated() {
            let (sine, cosine) = Elementary.sinCosTurns(Double(axis) / Double(axes.count))
            let at = centre + Vector(sine, -cosine) * (radius + size * 0.6)
            let anchor: Text.Anchor = sine > 0.2 ? .start : sine < -0.2 ? .end : .middle
            let room =
                anchor == .middle
                ? Double(width) : anchor == .start ? Double(width) - at.x - 4 : at.x - 4
            let text = Text(name, size: size, color: Palette.text).fitted(to: max(room, size))
            drawing.canvas.draw(
                text, x: Coverage.pixel(at.x),
                y: Coverage.pixel(at.y + size * (cosine > 0.2 ? 0 : cosine < -0.2 ? 0.75 : 0.35)),
                anchor: anchor)
        }
        return drawing.canvas
    }

    /// A tick without digits that say nothing.
    private static func label(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e9 ? "\(Int(value))" : "\(Float(value))"
    }
}
