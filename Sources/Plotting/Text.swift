package import Raster

/// A line of text with its font, size and colour.
package struct Text {
    package var string: String
    package var font: Font
    /// Size of the em in pixels.
    package var size: Double
    package var color: Color

    /// Longest text that is laid out; the rest is cut.
    private static let maximumScalars = 400

    package init(_ string: String, font: Font = .regular, size: Double, color: Color) {
        self.string = string
        self.font = font
        self.size = size
        self.color = color
    }

    /// Width in pixels.
    package var width: Double {
        scalars.reduce(0) { $0 + font.glyph($1).advance } * size / 1000
    }

    /// Which part of the text stands at the given position.
    package enum Anchor {
        case start, middle, end
    }

    /// The text cut with '…' to at most `width` pixels.
    package func fitted(to width: Double) -> Text {
        let all = scalars
        guard self.width > width || string.unicodeScalars.count > all.count else { return self }
        var left = width - font.glyph("…").advance * size / 1000
        var kept = String.UnicodeScalarView()
        for scalar in all {
            left -= font.glyph(scalar).advance * size / 1000
            if left < 0 { break }
            kept.append(scalar)
        }
        while kept.last == " " { kept.removeLast() }
        var result = self
        result.string = String(kept) + "…"
        return result
    }

    private var scalars: [Unicode.Scalar] { Array(string.unicodeScalars.prefix(Self.maximumScalars)) }

    /// The outline with its baseline at (`x`, `y`) in pixels; upwards from there where `isVertical`.
    func outline(x: Double, y: Double, anchor: Anchor, isVertical: Bool) -> Outline {
        var line = Outline()
        var position = 0.0
        for scalar in scalars {
            let glyph = font.glyph(scalar)
            line.append(glyph.outline, dx: position, dy: 0)
            position += glyph.advance
        }
        let scale = size / 1000
        let shares: [Anchor: Double] = [.start: 0, .middle: 0.5, .end: 1]
        // Whole pixels keep equal texts equal wherever they stand.
        let shift = (position * scale * (shares[anchor] ?? 0)).rounded()
        return line.mapped { point in
            isVertical
                ? Vector(x - point.y * scale, y + shift - point.x * scale)
                : Vector(x - shift + point.x * scale, y - point.y * scale)
        }
    }
}
