package import Raster

/// A picture being drawn: its pixels, and what was drawn in order, so that it can be written as SVG, too.
package struct Canvas {
    package private(set) var bitmap: Bitmap
    let theme: Theme
    /// Everything that was drawn but pictures.
    private(set) var marks: [Mark] = []

    package init(width: Int, height: Int, theme: Theme = .light) {
        bitmap = Bitmap(width: width, height: height, fill: theme.color(.white))
        self.theme = theme
    }

    package var area: PixelRect { PixelRect(x: 0, y: 0, width: bitmap.width, height: bitmap.height) }

    /// Fills whole pixels.
    package mutating func fill(_ rect: PixelRect, _ color: Color) {
        let color = theme.color(color)
        marks.append(.rectangle(rect, color))
        let part = rect.intersection(area)
        let width = bitmap.width
        bitmap.withMutablePixels { pixels in
            for row in part.y..<max(part.y, part.endY) {
                for column in part.x..<max(part.x, part.endX) {
                    let index = (row * width + column) * 3
                    pixels[index] = color.red
                    pixels[index + 1] = color.green
                    pixels[index + 2] = color.blue
                }
            }
        }
    }

    /// Puts a picture with its top left corner at (`x`, `y`); what lies outside is cut off.
    mutating func place(_ picture: Bitmap, x: Int, y: Int) {
        let part = PixelRect(x: x, y: y, width: picture.width, height: picture.height).intersection(area)
        guard !part.isEmpty else { return }
        let width = bitmap.width
        bitmap.withMutablePixels { pixels in
            for row in part.y..<part.endY {
                let from = ((row - y) * picture.width + part.x - x) * 3
                let to = (row * width + part.x) * 3
                pixels.replaceSubrange(
                    to..<to + part.width * 3, with: picture.pixels[from..<from + part.width * 3])
            }
        }
    }

    /// Puts another canvas with its top left corner at (`x`, `y`).
    mutating func place(_ other: Canvas, x: Int, y: Int) {
        place(other.bitmap, x: x, y: y)
        marks.append(.group(other.marks, x: x, y: y))
    }

    /// Draws lines with round ends, a dot for a line of one point.
    ///
    /// - Returns: what they cover.
    @discardableResult
    mutating func draw(
        _ trails: [Trail], dash: (on: Double, off: Double)? = nil, _ color: Color, opacity: Double = 1,
        clip: PixelRect
    ) -> Coverage {
        var coverage = Coverage(area: Self.bounds(of: trails).intersection(clip))
        for trail in trails {
            if let point = trail.points.first, trail.points.count == 1 {
                coverage.addLine(from: point, to: point, reach: trail.reach)
            } else {
                var stroke = Stroke(reach: trail.reach, dash: dash)
                stroke.add(trail.points, to: &coverage)
            }
        }
        blend(coverage, theme.color(color), opacity: opacity)
        marks.append(.trails(trails, dash: dash.map { [$0.on, $0.off] }, theme.color(color), opacity, clip))
        return coverage
    }

    /// A rectangle that holds all that trails cover.
    private static func bounds(of trails: [Trail]) -> PixelRect {
        var low = Vector(.infinity, .infinity)
        var high = Vector(-.infinity, -.infinity)
        for trail in trails {
            let air = trail.reach + 3
            for point in trail.points {
                low = Vector(min(low.x, point.x - air), min(low.y, point.y - air))
                high = Vector(max(high.x, point.x + air), max(high.y, point.y + air))
            }
        }
        guard low.x <= high.x else { return PixelRect(x: 0, y: 0, width: 0, height: 0) }
        let (left, top) = (Coverage.pixel(low.x), Coverage.pixel(low.y))
        return PixelRect(
            x: left, y: top, width: Coverage.pixel(high.x) - left + 1,
            height: Coverage.pixel(high.y) - top + 1)
    }

    /// Paints `color` where `coverage` says so, times `opacity`.
    private mutating func blend(_ coverage: Coverage, _ color: Color, opacity: Double = 1) {
        let part = coverage.area.intersection(area)
        guard !part.isEmpty else { return }
        let width = bitmap.width
        let strength = Float(opacity * 255)
        bitmap.withMutablePixels { pixels in
            for row in part.y..<part.endY {
                for column in part.x..<part.endX {
                    let covered = coverage.values[
                        (row - coverage.area.y) * coverage.area.width + column - coverage.area.x]
                    if covered <= 0 { continue }
                    let alpha = Int(covered * strength + 0.5)
                    let index = (row * width + column) * 3
                    pixels[index] = Self.mix(pixels[index], color.red, alpha)
                    pixels[index + 1] = Self.mix(pixels[index + 1], color.green, alpha)
                    pixels[index + 2] = Self.mix(pixels[index + 2], color.blue, alpha)
                }
            }
        }
    }

    /// Fills an outline given in pixels.
    mutating func fill(_ outline: Outline, _ color: Color, opacity: Double = 1, clip: PixelRect? = nil) {
        blend(Coverage.fill(outline, clip: clip ?? area), theme.color(color), opacity: opacity)
        marks.append(.outline(outline, theme.color(color), opacity, clip ?? area))
    }

    /// Draws text with its baseline at (`x`, `y`); `halo` clears that many pixels around the letters.
    package mutating func draw(
        _ text: Text, x: Int, y: Int, anchor: Text.Anchor = .start, isVertical: Bool = false, halo: Int = 0
    ) {
        var text = text
        text.color = theme.color(text.color)
        let outline = text.outline(x: Double(x), y: Double(y), anchor: anchor, isVertical: isVertical)
        let coverage = Coverage.fill(outline, clip: area)
        if halo > 0 { blend(coverage.dilated(by: halo), theme.color(.white), opacity: 0.85) }
        blend(coverage, text.color)
        marks.append(.text(text, x: x, y: y, anchor, isVertical: isVertical, halo: halo))
    }

    private static func mix(_ under: UInt8, _ over: UInt8, _ alpha: Int) -> UInt8 {
        UInt8((Int(under) * (255 - alpha) + Int(over) * alpha + 127) / 255)
    }
}

/// A line with round ends, or a dot where it has one point.
struct Trail: Sendable, Equatable {
    var points: [Vector]
    /// Half its width in pixels.
    var reach: Double
}

/// One thing on a canvas, in the colours of its theme.
enum Mark: Sendable {
    case rectangle(PixelRect, Color)
    case trails([Trail], dash: [Double]?, Color, Double, PixelRect)
    case outline(Outline, Color, Double, PixelRect)
    /// Marks of a canvas that was placed.
    indirect case group([Mark], x: Int, y: Int)
    case text(Text, x: Int, y: Int, Text.Anchor, isVertical: Bool, halo: Int)
}
