extension LineChart {
    /// The chart as text of braille dots, two by four a character: curves whole, levels as every other dot.
    ///
    /// - Parameters:
    ///   - columns: characters of the plot, from 10; labels stand at its left.
    ///   - rows: lines of the plot, from 3.
    /// - Returns: the lines from the top, then one with the ends of the x axis; empty without values.
    public func braille(columns: Int = 64, rows: Int = 14) -> [String] {
        let (columns, rows) = (max(10, columns), max(3, rows))
        var drawing = LineChartDrawing(self, width: Self.sides.lowerBound, height: Self.sides.lowerBound)
        guard drawing.hasValues else { return [] }
        drawing.chooseRanges()
        let (xAxis, yAxis) = (drawing.xAxis, drawing.yAxis)
        var dots = DotGrid(width: 2 * columns, height: 4 * rows)
        for line in referenceLines where line.y.isFinite && yAxis.contains(line.y) {
            let y = dots.row(yAxis.position(of: line.y))
            for x in stride(from: 0, to: dots.width, by: 2) { dots.set(x, y) }
        }
        for series in series {
            for run in LineChartDrawing.runs(series.smoothed ?? series.points) {
                let places = run.map {
                    (x: dots.column(xAxis.position(of: $0.x)), y: dots.row(yAxis.position(of: $0.y)))
                }
                if let only = places.first, places.count == 1 { dots.set(only.x, only.y) }
                for (from, to) in zip(places, places.dropFirst()) { dots.line(from: from, to: to) }
            }
        }
        let labels = [Self.label(yAxis.upper), Self.label(yAxis.lower)]
        let width = labels.map(\.count).max() ?? 0
        func padded(_ text: String) -> String { String(repeating: " ", count: width - text.count) + text }
        var lines = (0..<rows).map { row in
            let label = row == 0 ? labels[0] : row == rows - 1 ? labels[1] : ""
            return padded(label) + " ┤" + dots.text(row: row)
        }
        let (left, right) = (Self.label(xAxis.lower), Self.label(xAxis.upper))
        let middle = xLabel.count + left.count + right.count + 4 <= columns ? xLabel : ""
        let room = max(1, columns - left.count - right.count - middle.count)
        lines.append(
            padded("") + "  " + left + String(repeating: " ", count: room / 2) + middle
                + String(repeating: " ", count: room - room / 2) + right)
        return lines
    }

    /// Four significant digits, without zeros that say nothing.
    private static func label(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        var scale = 1.0
        var (size, digits) = (value.magnitude, 0)
        while size < 1000, digits < 12 {
            size *= 10
            scale *= 10
            digits += 1
        }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && rounded.magnitude < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}

/// Dots of braille characters; y counts from the top.
private struct DotGrid {
    let width: Int
    let height: Int
    private var dots: [Bool]

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        dots = [Bool](repeating: false, count: width * height)
    }

    func column(_ position: Double) -> Int { Int((Self.near(position) * Double(width - 1)).rounded()) }
    func row(_ position: Double) -> Int {
        height - 1 - Int((Self.near(position) * Double(height - 1)).rounded())
    }
    /// What is far outside is brought near.
    private static func near(_ position: Double) -> Double { min(max(position, -2), 3) }

    mutating func set(_ x: Int, _ y: Int) {
        if (0..<width).contains(x), (0..<height).contains(y) { dots[y * width + x] = true }
    }

    mutating func line(from: (x: Int, y: Int), to: (x: Int, y: Int)) {
        let steps = min(max(abs(to.x - from.x), abs(to.y - from.y)), 4 * (width + height))
        for step in 0...max(1, steps) {
            let share = Double(step) / Double(max(1, steps))
            set(
                from.x + Int((share * Double(to.x - from.x)).rounded()),
                from.y + Int((share * Double(to.y - from.y)).rounded()))
        }
    }

    /// A line of characters; without the blanks at its end.
    func text(row: Int) -> String {
        // The bits of U+2800's block: the left column of three dots, the right one, then the fourth row.
        let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        var result = ""
        for column in 0..<(width / 2) {
            var code: UInt32 = 0
            for y in 0..<4 {
                for x in 0..<2 where dots[(4 * row + y) * width + 2 * column + x] { code |= bits[y][x] }
            }
            result.unicodeScalars.append(code == 0 ? " " : Unicode.Scalar(0x2800 + code) ?? " ")
        }
        while result.last == " " { result.removeLast() }
        return result
    }
}
