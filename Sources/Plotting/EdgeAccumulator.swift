/// Exact area coverage of a filled outline, by sums of signed areas along each row.
///
/// An edge adds, in each row it crosses, its height times the part of the pixel to its right; the running
/// sum along the row is then the coverage (the method of stb_truetype and font-rs).
struct EdgeAccumulator {
    private let width: Int
    private let height: Int
    /// Two columns more than the picture, for edges at its right end.
    private let stride: Int
    private var sums: [Double]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        stride = width + 2
        sums = [Double](repeating: 0, count: stride * height)
    }

    /// Adds one edge of a closed contour.
    mutating func add(from start: Vector, to end: Vector) {
        if start.y == end.y { return }
        let sign = start.y < end.y ? 1.0 : -1.0
        let (top, bottom) = start.y < end.y ? (start, end) : (end, start)
        let slope = (bottom.x - top.x) / (bottom.y - top.y)
        let firstRow = max(0, Coverage.pixel(top.y))
        let endRow = min(height, Coverage.pixel(bottom.y) + 1)
        guard firstRow < endRow else { return }
        for row in firstRow..<endRow {
            let from = max(Double(row), top.y)
            let to = min(Double(row) + 1, bottom.y)
            if to <= from { continue }
            let x0 = top.x + (from - top.y) * slope
            let x1 = top.x + (to - top.y) * slope
            addSpan(row: row, from: min(x0, x1), to: max(x0, x1), height: (to - from) * sign)
        }
    }

    /// Spreads the height of an edge piece over the pixels it crosses in one row.
    private mutating func addSpan(row: Int, from: Double, to: Double, height: Double) {
        let limit = Double(width)
        // Parts left of the picture cover the whole row; parts right of it cover nothing.
        if to <= 0 || from >= limit || from == to {
            let x = min(max(from, 0), limit)
            let pixel = Int(x)
            let rest = x - Double(pixel)
            sums[row * stride + pixel] += height * (1 - rest)
            sums[row * stride + pixel + 1] += height * rest
            return
        }
        if from < 0 || to > limit {
            let density = height / (to - from)
            let low = max(from, 0)
            let high = min(to, limit)
            if from < 0 { sums[row * stride] += density * -from }
            addInside(row: row, from: low, to: high, height: density * (high - low))
            return
        }
        addInside(row: row, from: from, to: to, height: height)
    }

    private mutating func addInside(row: Int, from: Double, to: Double, height: Double) {
        guard to > from else { return }
        let density = height / (to - from)
        var x = from
        while x < to {
            let pixel = min(Int(x), width)
            let next = min(to, Double(pixel) + 1)
            if next <= x { break }
            let piece = density * (next - x)
            let rest = (x + next) / 2 - Double(pixel)
            sums[row * stride + pixel] += piece * (1 - rest)
            sums[row * stride + pixel + 1] += piece * rest
            x = next
        }
    }

    /// The coverage of width × height pixels.
    func coverage() -> [Float] {
        var result = [Float](repeating: 0, count: width * height)
        for row in 0..<height {
            var sum = 0.0
            for column in 0..<width {
                sum += sums[row * stride + column]
                result[row * width + column] = Float(min(sum.magnitude, 1))
            }
        }
        return result
    }
}
