package import Raster

/// The colours of a chart.
package enum Palette {
    /// Ten line colours that colour-blind readers can tell apart: Okabe and Ito's, then Tol's darker ones.
    package static let lines = [
        Color(0, 114, 178), Color(213, 94, 0), Color(0, 158, 115), Color(204, 121, 167), Color(86, 180, 233),
        Color(230, 159, 0), Color(51, 34, 136), Color(136, 34, 85), Color(153, 153, 51), Color(90, 90, 90),
    ]
    package static let title = Color(28, 32, 38)
    package static let text = Color(62, 68, 77)
    package static let quiet = Color(108, 115, 126)
    package static let axis = Color(128, 135, 145)
    package static let grid = Color(231, 233, 237)
    static let reference = Color(84, 90, 100)

    /// The colour of a series, and whether it repeats an earlier one and so must be dashed.
    static func line(_ index: Int, of series: Series) -> (color: Color, isDashed: Bool) {
        let color = series.style.color ?? lines[index % lines.count]
        return (color, series.style.isDashed || (series.style.color == nil && index >= lines.count))
    }
}
