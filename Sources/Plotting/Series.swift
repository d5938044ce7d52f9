public import Raster

/// One named curve of a chart.
public struct Series: Sendable, Equatable {
    /// Name in the legend; too long a name is cut with '…'.
    public var name: String
    /// Points in drawing order.
    ///
    /// The line is broken at a value that is not finite, which is marked at the edge.
    public var points: [Point]
    /// A smoothed twin; where given it is drawn bold, and `points` faint behind it.
    public var smoothed: [Point]?
    /// A region around the curve, for instance a deviation over seeds.
    public var band: Band?
    public var style: Style

    /// Makes a series; the style's colour defaults to the next of the palette.
    public init(
        name: String, points: [Point], smoothed: [Point]? = nil, band: Band? = nil, style: Style = Style()
    ) {
        self.name = name
        self.points = points
        self.smoothed = smoothed
        self.band = band
        self.style = style
    }
}

extension Series {
    /// How a curve is drawn.
    public struct Style: Sendable, Equatable {
        /// Colour; the palette's next where absent.
        public var color: Color?
        /// Line width in pixels of a 1200×800 chart.
        public var width: Double
        public var isDashed: Bool
        /// A dot at every point; where absent, on curves of at most 40 points.
        public var hasDots: Bool?
        /// A faint level from the last point to the right edge.
        public var isCarriedOn: Bool

        public init(
            color: Color? = nil, width: Double = 3, isDashed: Bool = false, hasDots: Bool? = nil,
            isCarriedOn: Bool = false
        ) {
            self.color = color
            self.width = width
            self.isDashed = isDashed
            self.hasDots = hasDots
            self.isCarriedOn = isCarriedOn
        }
    }

    /// A shaded region between two curves over the same x.
    public struct Band: Sendable, Equatable {
        /// What the region means, for instance 'min to max of 3 seeds'; the legend shows it.
        public var name: String
        public var lower: [Point]
        public var upper: [Point]

        public init(name: String, lower: [Point], upper: [Point]) {
            self.name = name
            self.lower = lower
            self.upper = upper
        }
    }
}
