import Raster

extension Canvas {
    /// What was drawn, as an SVG document.
    ///
    /// Text asks for the width that it has in the built-in font, so that a reader's own font keeps the layout.
    func svg(title: String) -> String {
        var clips: [PixelRect] = []
        var body = ""
        for mark in marks { body += Self.element(mark, theme: theme, clips: &clips) + "\n" }
        let (width, height) = (bitmap.width, bitmap.height)
        var document =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
            + "viewBox=\"0 0 \(width) \(height)\" font-family=\"DejaVu Sans, Verdana, sans-serif\">\n"
        if !title.isEmpty { document += "<title>\(Self.escaped(title))</title>\n" }
        if !clips.isEmpty {
            let paths = clips.enumerated().map { index, clip in
                "<clipPath id=\"c\(index)\"><rect \(Self.box(clip))/></clipPath>"
            }
            document += "<defs>\(paths.joined())</defs>\n"
        }
        document +=
            "<rect width=\"\(width)\" height=\"\(height)\" fill=\"\(Self.hex(theme.color(.white)))\"/>\n"
        return document + body + "</svg>\n"
    }

    private static func element(_ mark: Mark, theme: Theme, clips: inout [PixelRect]) -> String {
        func clip(_ rect: PixelRect) -> String {
            let index = clips.firstIndex(of: rect) ?? clips.count
            if index == clips.count { clips.append(rect) }
            return "clip-path=\"url(#c\(index))\""
        }
        switch mark {
        case .group(let marks, let x, let y):
            let elements = marks.map { element($0, theme: theme, clips: &clips) }
            return "<g transform=\"translate(\(x) \(y))\">\n\(elements.joined(separator: "\n"))\n</g>"
        case .rectangle(let rect, let color): return "<rect \(box(rect)) fill=\"\(hex(color))\"/>"
        case .outline(let outline, let color, let opacity, let rect):
            let path = outline.contours.map { "M" + $0.map(pair).joined(separator: " L") + "Z" }
            return
                "<path d=\"\(path.joined())\" fill=\"\(hex(color))\"\(shade("fill-opacity", opacity)) \(clip(rect))/>"
        case .trails(let trails, let dash, let color, let opacity, let rect):
            let dots = trails.filter { $0.points.count == 1 }.map { trail in
                "<circle cx=\"\(number(trail.points[0].x))\" cy=\"\(number(trail.points[0].y))\" "
                    + "r=\"\(number(trail.reach))\" fill=\"\(hex(color))\" stroke=\"none\"/>"
            }
            let lines = trails.filter { $0.points.count > 1 }.map { trail in
                "<polyline points=\"\(trail.points.map(pair).joined(separator: " "))\" "
                    + "stroke-width=\"\(number(2 * trail.reach))\"/>"
            }
            let pattern = dash.map { " stroke-dasharray=\"\($0.map(number).joined(separator: " "))\"" } ?? ""
            return
                "<g fill=\"none\" stroke=\"\(hex(color))\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
                + "\(pattern)\(shade("opacity", opacity)) \(clip(rect))>\((lines + dots).joined())</g>"
        case .text(let text, let x, let y, let anchor, let isVertical, let halo):
            let places: [Text.Anchor: String] = [.start: "start", .middle: "middle", .end: "end"]
            var attributes =
                isVertical
                ? "transform=\"translate(\(x) \(y)) rotate(-90)\"" : "x=\"\(x)\" y=\"\(y)\""
            attributes += " font-size=\"\(number(text.size))\" text-anchor=\"\(places[anchor] ?? "start")\""
            attributes += " textLength=\"\(number(text.width))\" lengthAdjust=\"spacingAndGlyphs\""
            if text.font.isBold { attributes += " font-weight=\"bold\"" }
            if halo > 0 {
                attributes +=
                    " paint-order=\"stroke\" stroke=\"\(hex(theme.color(.white)))\""
                    + " stroke-opacity=\"0.85\" stroke-width=\"\(2 * halo)\" stroke-linejoin=\"round\""
            }
            return "<text \(attributes) fill=\"\(hex(text.color))\">\(escaped(text.string))</text>"
        }
    }

    private static func box(_ rect: PixelRect) -> String {
        "x=\"\(rect.x)\" y=\"\(rect.y)\" width=\"\(rect.width)\" height=\"\(rect.height)\""
    }

    private static func shade(_ name: String, _ opacity: Double) -> String {
        opacity == 1 ? "" : " \(name)=\"\(number(opacity))\""
    }

    private static func pair(_ point: Vector) -> String { "\(number(point.x)),\(number(point.y))" }

    /// Two decimals at most, of a number near a picture.
    private static func number(_ value: Double) -> String {
        let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
    }

    private static func hex(_ color: Color) -> String {
        "#"
            + [color.red, color.green, color.blue].map { value in
                let digits = String(value, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// Text for XML: what it takes for more than text made plain, what it cannot hold left out.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", " "...("\u{D7FF}" as Unicode.Scalar), "\u{E000}"..."\u{FFFD}",
                "\u{10000}"..."\u{10FFFF}":
                result.unicodeScalars.append(scalar)
            default: result += "\u{FFFD}"
            }
        }
        return result
    }
}
