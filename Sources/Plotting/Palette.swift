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

/// Whether a picture stands on a white page or a dark one.
public enum Theme: String, Sendable, CaseIterable {
    case light
    case dark

    /// The colour that stands for one of the light palette; others stay as they are.
    func color(_ color: Color) -> Color {
        switch self {
        case .light: color
        case .dark: Self.darkColors[color] ?? color
        }
    }

    /// Lines as far apart in lightness as the light ones; text and rules as strong against the page.
    private static let darkColors: [Color: Color] = {
        let lines = [
            Color(94, 176, 255), Color(255, 138, 66), Color(48, 207, 160), Color(240, 165, 208),
            Color(150, 215, 250), Color(250, 200, 70), Color(160, 150, 255), Color(225, 110, 160),
            Color(205, 205, 105), Color(170, 170, 170),
        ]
        var colors = Dictionary(uniqueKeysWithValues: zip(Palette.lines, lines))
        colors[.white] = Color(24, 26, 31)
        colors[Palette.title] = Color(240, 242, 245)
        colors[Palette.text] = Color(208, 212, 219)
        colors[Palette.quiet] = Color(158, 165, 175)
        colors[Palette.axis] = Color(132, 139, 150)
        colors[Palette.grid] = Color(46, 50, 58)
        colors[Palette.reference] = Color(184, 190, 200)
        return colors
    }()
}
