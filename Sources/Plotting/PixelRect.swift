/// A rectangle of whole pixels.
package struct PixelRect: Equatable, Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    package var endX: Int { x + width }
    package var endY: Int { y + height }
    package var isEmpty: Bool { width == 0 || height == 0 }

    package func intersection(_ other: PixelRect) -> PixelRect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return PixelRect(
            x: left, y: top, width: min(endX, other.endX) - left, height: min(endY, other.endY) - top)
    }

    func contains(_ other: PixelRect) -> Bool {
        intersection(other) == other
    }

    func inset(by distance: Int) -> PixelRect {
        PixelRect(
            x: x + distance, y: y + distance, width: width - 2 * distance, height: height - 2 * distance)
    }
}
