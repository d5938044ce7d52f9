public import Raster

/// Curves over a common axis, drawn as a picture that has the same pixels on every machine.
public struct LineChart: Sendable, Equatable {
    public var title: String
    public var subtitle: String?
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]
    public var referenceLines: [ReferenceLine]
    public var verticalLines: [VerticalLine]
    public var bestMarker: BestMarker?
    /// Whether equal factors of x are equally far apart; points at 0 and below stand at the left edge.
    public var hasLogarithmicX: Bool
    /// Whether equal factors of y are equally far apart; points at 0 and below stand at the bottom.
    public var hasLogarithmicY = false
    /// Names at y = 0, 1, …, from the bottom, in place of numbers; empty for numbers.
    public var yNames: [String]
    /// Shown part of the x axis; from the data where absent.
    public var xRange: ClosedRange<Double>?
    /// Shown part of the y axis; from the data and the reference lines where absent.
    public var yRange: ClosedRange<Double>?
    public var theme = Theme.light

    public init(
        title: String, subtitle: String? = nil, xLabel: String = "", yLabel: String = "",
        series: [Series] = [], referenceLines: [ReferenceLine] = [], verticalLines: [VerticalLine] = [],
        bestMarker: BestMarker? = nil, hasLogarithmicX: Bool = false, yNames: [String] = [],
        xRange: ClosedRange<Double>? = nil,
        yRange: ClosedRange<Double>? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.referenceLines = referenceLines
        self.verticalLines = verticalLines
        self.bestMarker = bestMarker
        self.hasLogarithmicX = hasLogarithmicX
        self.yNames = yNames
        self.xRange = xRange
        self.yRange = yRange
    }

    /// A labelled level across the chart, for instance zero-shot accuracy; left out where `y` is not finite.
    public struct ReferenceLine: Sendable, Equatable {
        public var label: String
        public var y: Double
        public var isDashed: Bool

        public init(label: String, y: Double, isDashed: Bool = true) {
            self.label = label
            self.y = y
            self.isDashed = isDashed
        }
    }

    /// A labelled position on the x axis, for instance the budget; left out where `x` is not finite.
    public struct VerticalLine: Sendable, Equatable {
        public var label: String
        public var x: Double
        public var isDashed: Bool

        public init(label: String, x: Double, isDashed: Bool = true) {
            self.label = label
            self.x = x
            self.isDashed = isDashed
        }
    }

    /// The point of a series that deserves a mark; left out where there is no such point.
    public struct BestMarker: Sendable, Equatable {
        public var series: Int
        public var point: Int
        public var label: String

        public init(series: Int, point: Int, label: String) {
            self.series = series
            self.point = point
            self.label = label
        }
    }

    /// Sides that `render` accepts; others are brought to the nearest.
    public static let sides = 160...8000

    /// Draws the chart; sides outside `sides` are clamped. Text and lines grow with the picture.
    public func render(width: Int = 1200, height: Int = 800) -> Bitmap {
        drawn(width, height).bitmap
    }

    /// The same drawing as SVG: lines as lines, text as text. Same bytes on every machine.
    public func svg(width: Int = 1200, height: Int = 800) -> String {
        drawn(width, height).svg(title: title)
    }

    func drawn(_ width: Int, _ height: Int) -> Canvas {
        let width = min(max(width, Self.sides.lowerBound), Self.sides.upperBound)
        let height = min(max(height, Self.sides.lowerBound), Self.sides.upperBound)
        var drawing = LineChartDrawing(self, width: width, height: height)
        drawing.draw()
        return drawing.canvas
    }
}
