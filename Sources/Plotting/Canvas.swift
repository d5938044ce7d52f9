package import Raster

/// A picture being drawn.
package struct Canvas {
    package private(set) var bitmap: Bitmap

    package init(width: Int, height: Int, background: Color = .white) {
        bitmap = Bitmap(width: width, height: height, fill: background)
    }

    package var area: PixelRect { PixelRect(x: 0, y: 0, width: bitmap.width, height: bitmap.height) }

    /// Fills whole pixels.
    package mutating func fill(_ rect: PixelRect, _ color: Color) {
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

    /// Paints `color` where `coverage` says so, times `opacity`.
    mutating func blend(_ coverage: Coverage, _ color: Color, opacity: Double = 1) {
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
        blend(Coverage.fill(outline, clip: clip ?? area), color, opacity: opacity)
    }

    private static func mix(_ under: UInt8, _ over: UInt8, _ alpha: Int) -> UInt8 {
        UInt8((Int(under) * (255 - alpha) + Int(over) * alpha + 127) / 255)
    }
}
