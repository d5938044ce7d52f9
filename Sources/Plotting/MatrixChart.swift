public import Raster
import Tensors

/// A table of counts as coloured cells: a row for what things are, a column for what they were taken for.
///
/// A cell is the darker the more of its row it has; what is right stands on the diagonal.
public struct MatrixChart: Drawable, Sendable, Equatable {
    public var title: String
    public var subtitle: String?
    /// Of rows and columns alike.
    public var names: [String]
    /// `names.count` rows of as many counts.
    public var counts: [[Int]]
    public var theme = Theme.light

    public init(title: String, subtitle: String? = nil, names: [String], counts: [[Int]]) {
        self.title = title
        self.subtitle = subtitle
        self.names = names
        self.counts = counts
    }

    /// Draws the chart; sides outside `LineChart.sides` are clamped.
    public func render(width: Int = 1200, height: Int = 1200) -> Bitmap { drawn(width, height).bitmap }

    public func svg(width: Int = 1200, height: Int = 1200) -> String {
        drawn(width, height).svg(title: title)
    }

    private func drawn(_ width: Int, _ height: Int) -> Canvas {
        let width = min(max(width, LineChart.sides.lowerBound), LineChart.sides.upperBound)
        let height = min(max(height, LineChart.sides.lowerBound), LineChart.sides.upperBound)
        var chart = LineChart(title: title, subtitle: subtitle, series: [])
        chart.theme = theme
        var drawing = LineChartDrawing(chart, width: width, height: height)
        let top = drawing.drawHeader()
        let count = min(names.count, counts.count)
        guard count > 0 else { return drawing.canvas }
        // Names have up to a quarter of the picture; rows of a pixel have none.
        let margin = drawing.length(24)
        let labels = names.prefix(count).map { name in
            Text(name, size: drawing.textSize(20), color: Palette.text).fitted(to: Double(width) / 4)
        }
        let room = Int((labels.map(\.width).max() ?? 0).rounded(.up)) + drawing.length(10)
        let side = min(width - room - 2 * margin, height - top - room - margin)
        let cell = max(1, side / count)
        let isNamed = Double(cell) >= labels[0].size * 0.95
        let left = margin + room
        let upper = top + room
        for row in 0..<count {
            let total = counts[row].reduce(0, +)
            for column in 0..<min(count, counts[row].count) {
                let share = total > 0 ? Double(counts[row][column]) / Double(total) : 0
                let rect = PixelRect(
                    x: left + column * cell, y: upper + row * cell, width: max(1, cell - 1),
                    height: max(1, cell - 1))
                drawing.canvas.fill(rect, color(share))
                guard counts[row][column] > 0 else { continue }
                let number = Text(
                    "\(counts[row][column])", size: min(drawing.textSize(22), Double(cell) * 0.42),
                    color: share > 0.55 ? .white : Palette.text)
                guard number.size >= 7, number.width < Double(cell) else { continue }
                drawing.canvas.draw(
                    number, x: rect.x + rect.width / 2,
                    y: rect.y + (rect.height + Int(number.size * Font.capitalHeight)) / 2, anchor: .middle)
            }
            guard isNamed else { continue }
            let shift = Int(labels[row].size * Font.capitalHeight)
            drawing.canvas.draw(
                labels[row], x: left - drawing.length(8), y: upper + row * cell + (cell + shift) / 2,
                anchor: .end)
            drawing.canvas.draw(
                labels[row], x: left + row * cell + (cell + shift) / 2, y: upper - drawing.length(8),
                isVertical: true)
        }
        return drawing.canvas
    }

    /// From a shade off the page to the first line colour.
    private func color(_ share: Double) -> Color {
        let (from, to) = (theme.color(Palette.grid), theme.color(Palette.lines[0]))
        func mix(_ one: UInt8, _ other: UInt8) -> UInt8 {
            UInt8((Double(one) + (Double(other) - Double(one)) * share).rounded())
        }
        return Color(mix(from.red, to.red), mix(from.green, to.green), mix(from.blue, to.blue))
    }
}
