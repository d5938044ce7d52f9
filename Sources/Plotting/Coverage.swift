/// How much of each pixel of a rectangle a shape covers, from 0 to 1.
///
/// Only + − × ÷ and square roots, in a fixed order, so the same on every machine.
package struct Coverage {
    package let area: PixelRect
    /// One value a pixel, row by row.
    package private(set) var values: [Float]

    package init(area: PixelRect) {
        self.area = area
        values = [Float](repeating: 0, count: area.width * area.height)
    }

    /// The filled outline, in pixels, y downwards; cut to `clip`.
    package static func fill(_ outline: Outline, clip: PixelRect) -> Coverage {
        guard let bounds = outline.bounds else {
            return Coverage(area: PixelRect(x: 0, y: 0, width: 0, height: 0))
        }
        let left = pixel(bounds.low.x) - 1
        let top = pixel(bounds.low.y) - 1
        let around = PixelRect(
            x: left, y: top, width: pixel(bounds.high.x) + 3 - left, height: pixel(bounds.high.y) + 2 - top)
        let area = around.intersection(clip)
        var coverage = Coverage(area: area)
        if area.isEmpty { return coverage }
        var edges = EdgeAccumulator(width: area.width, height: area.height)
        let origin = Vector(Double(area.x), Double(area.y))
        for contour in outline.contours {
            guard var previous = contour.last else { continue }
            for point in contour {
                edges.add(from: previous - origin, to: point - origin)
                previous = point
            }
        }
        coverage.values = edges.coverage()
        return coverage
    }

    /// Raises the coverage along a line with round ends to what the line covers; `reach` is half its width.
    package mutating func addLine(from start: Vector, to end: Vector, reach: Double) {
        let grown = reach + 1
        guard
            let (start, end) = clippedSegment(
                from: start, to: end,
                low: Vector(Double(area.x) - grown, Double(area.y) - grown),
                high: Vector(Double(area.endX) + grown, Double(area.endY) + grown))
        else { return }
        let direction = end - start
        let squared = direction.x * direction.x + direction.y * direction.y
        let length = squared.squareRoot()
        let firstRow = max(area.y, Self.pixel(min(start.y, end.y) - grown))
        let lastRow = min(area.endY - 1, Self.pixel(max(start.y, end.y) + grown))
        guard firstRow <= lastRow else { return }
        for row in firstRow...lastRow {
            let y = Double(row) + 0.5
            var low = min(start.x, end.x) - grown
            var high = max(start.x, end.x) + grown
            if direction.y.magnitude > 0.01 * length {
                // Only pixels near the line that the segment lies on.
                let middle = start.x + (y - start.y) * direction.x / direction.y
                let spread = grown * length / direction.y.magnitude
                low = max(low, middle - spread)
                high = min(high, middle + spread)
            }
            let first = max(area.x, Self.pixel(low))
            let last = min(area.endX - 1, Self.pixel(high))
            guard first <= last else { continue }
            for column in first...last {
                let offset = Vector(Double(column) + 0.5, y) - start
                var share = 0.0
                if squared > 0 {
                    share = min(max((offset.x * direction.x + offset.y * direction.y) / squared, 0), 1)
                }
                let distance = (offset - direction * share).length
                let covered = Float(min(max(reach + 0.5 - distance, 0), 1))
                let index = (row - area.y) * area.width + column - area.x
                if covered > values[index] { values[index] = covered }
            }
        }
    }

    /// Each pixel's largest coverage within `radius` pixels.
    func dilated(by radius: Int) -> Coverage {
        var result = Coverage(
            area: PixelRect(
                x: area.x - radius, y: area.y - radius, width: area.width + 2 * radius,
                height: area.height + 2 * radius))
        for row in 0..<area.height {
            for column in 0..<area.width {
                let value = values[row * area.width + column]
                if value <= 0 { continue }
                for dy in -radius...radius {
                    for dx in -radius...radius where dx * dx + dy * dy <= radius * radius {
                        let index = (row + radius + dy) * result.area.width + column + radius + dx
                        if value > result.values[index] { result.values[index] = value }
                    }
                }
            }
        }
        return result
    }

    /// The pixel that holds a coordinate; coordinates far outside any picture are brought near it.
    static func pixel(_ value: Double) -> Int {
        value.isNaN ? 0 : Int(min(max(value, -1e6), 1e6).rounded(.down))
    }
}

/// The part of a segment inside a rectangle (Liang and Barsky); nil where there is none.
private func clippedSegment(
    from start: Vector, to end: Vector, low: Vector, high: Vector
) -> (Vector, Vector)? {
    let direction = end - start
    var enter = 0.0
    var leave = 1.0
    let sides = [
        (-direction.x, start.x - low.x), (direction.x, high.x - start.x),
        (-direction.y, start.y - low.y), (direction.y, high.y - start.y),
    ]
    for (slope, room) in sides {
        if slope == 0 {
            if room < 0 { return nil }
        } else if slope < 0 {
            enter = max(enter, room / slope)
        } else {
            leave = min(leave, room / slope)
        }
    }
    guard enter <= leave else { return nil }
    // Segments inside keep their exact ends.
    return (
        enter > 0 ? start + direction * enter : start, leave < 1 ? start + direction * leave : end
    )
}
