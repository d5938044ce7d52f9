/// Closed contours of straight lines, filled where they wind.
package struct Outline: Sendable, Equatable {
    /// Each contour is closed: its last point joins its first.
    package private(set) var contours: [[Vector]] = []

    /// Straight pieces that a curve is cut into; at text sizes the error is far below a pixel's visible part.
    private static let curvePieces = 6

    /// Adds a move, line or TrueType curve (controls with implied points between, then the end).
    mutating func add(verb: Character?, points: [(x: Double, y: Double)]) {
        guard let last = points.last else { return }
        if verb == "m" {
            contours.append([Vector(last.x, last.y)])
            return
        }
        guard !contours.isEmpty else { return }
        let index = contours.count - 1
        if verb == "l" {
            contours[index].append(Vector(last.x, last.y))
            return
        }
        for (number, point) in points.dropLast().enumerated() {
            let control = Vector(point.x, point.y)
            let next = Vector(points[number + 1].x, points[number + 1].y)
            let isLast = number + 2 == points.count
            addCurve(to: index, control: control, end: isLast ? next : (control + next) * 0.5)
        }
    }

    /// Adds another outline moved by (`dx`, `dy`).
    mutating func append(_ other: Outline, dx: Double, dy: Double) {
        contours += other.contours.map { $0.map { $0 + Vector(dx, dy) } }
    }

    package init() {}

    /// Adds a closed contour.
    package mutating func append(_ contour: [Vector]) {
        contours.append(contour)
    }

    /// Every point moved by `change`.
    func mapped(_ change: (Vector) -> Vector) -> Outline {
        var result = self
        result.contours = contours.map { $0.map(change) }
        return result
    }

    /// The smallest upright rectangle around all points; nil without points.
    var bounds: (low: Vector, high: Vector)? {
        guard let first = contours.first?.first else { return nil }
        var low = first
        var high = first
        for contour in contours {
            for point in contour {
                low = Vector(min(low.x, point.x), min(low.y, point.y))
                high = Vector(max(high.x, point.x), max(high.y, point.y))
            }
        }
        return (low, high)
    }

    private mutating func addCurve(to index: Int, control: Vector, end: Vector) {
        guard let start = contours[index].last else { return }
        for piece in 1...Self.curvePieces {
            let t = Double(piece) / Double(Self.curvePieces)
            let a = start * ((1 - t) * (1 - t))
            let b = control * (2 * t * (1 - t))
            contours[index].append(a + b + end * (t * t))
        }
    }
}

/// A position or difference in the plane.
package struct Vector: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }

    package static func + (a: Vector, b: Vector) -> Vector { Vector(a.x + b.x, a.y + b.y) }
    package static func - (a: Vector, b: Vector) -> Vector { Vector(a.x - b.x, a.y - b.y) }
    package static func * (a: Vector, factor: Double) -> Vector { Vector(a.x * factor, a.y * factor) }

    var length: Double { (x * x + y * y).squareRoot() }
}
