public import Raster

/// What can be drawn as pixels and as SVG.
public protocol Drawable {
    var theme: Theme { get set }
    func render(width: Int, height: Int) -> Bitmap
    func svg(width: Int, height: Int) -> String
}

extension LineChart: Drawable {}

/// Charts side by side in rows, all of one size.
public struct ChartGrid: Drawable, Sendable, Equatable {
    public var charts: [LineChart]
    public var columns: Int

    /// - Parameter columns: from 1.
    public init(_ charts: [LineChart], columns: Int) {
        precondition(columns >= 1, "expected a column or more; got \(columns)")
        self.charts = charts
        self.columns = columns
    }

    public var theme: Theme {
        get { charts.first?.theme ?? .light }
        set { for index in charts.indices { charts[index].theme = newValue } }
    }

    /// As many rows as the charts take.
    public var rows: Int { max(1, (charts.count + columns - 1) / columns) }

    /// Draws the grid; sides outside `LineChart.sides` are clamped.
    public func render(width: Int = 1200, height: Int = 800) -> Bitmap {
        drawn(width, height).bitmap
    }

    public func svg(width: Int = 1200, height: Int = 800) -> String {
        drawn(width, height).svg(title: charts.map(\.title).joined(separator: ", "))
    }

    private func drawn(_ width: Int, _ height: Int) -> Canvas {
        let width = min(max(width, LineChart.sides.lowerBound), LineChart.sides.upperBound)
        let height = min(max(height, LineChart.sides.lowerBound), LineChart.sides.upperBound)
        var canvas = Canvas(width: width, height: height, theme: theme)
        for (index, chart) in charts.enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            let (left, top) = (column * width / columns, row * height / rows)
            canvas.place(
                chart.drawn((column + 1) * width / columns - left, (row + 1) * height / rows - top), x: left,
                y: top)
        }
        return canvas
    }
}
