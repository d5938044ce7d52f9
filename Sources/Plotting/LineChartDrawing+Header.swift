import Raster

extension LineChartDrawing {
    /// Draws title, subtitle and legend; returns the first row below them.
    mutating func drawHeader() -> Int {
        let left = length(36)
        let room = Double(canvas.bitmap.width - left - length(36))
        var y = length(24)
        if !chart.title.isEmpty {
            let title = Text(chart.title, font: .bold, size: textSize(34), color: Palette.title).fitted(
                to: room)
            y += Int(title.size * 0.8)
            canvas.draw(title, x: left, y: y)
            y += length(12)
        }
        if let subtitle = chart.subtitle, !subtitle.isEmpty {
            let text = Text(subtitle, size: textSize(24), color: Palette.quiet).fitted(to: room)
            y += Int(text.size * 0.95)
            canvas.draw(text, x: left, y: y)
            y += length(8)
        }
        return drawLegend(left: left, top: y + length(8), room: room)
    }

    /// What the legend shows for one entry.
    private enum Sign {
        case line(Color, isDashed: Bool, hasDots: Bool)
        case band(Color)
        case missing
    }

    /// Draws the entries in rows, at most a quarter of the picture high; returns the first row below.
    private mutating func drawLegend(left: Int, top: Int, room: Double) -> Int {
        let size = textSize(23)
        let signWidth = length(38)
        let gap = length(11)
        let between = length(34)
        let rowHeight = Int(size * 1.42)
        // Two of the longest names fit beside each other.
        let longest = max(size * 6, (room - Double(between)) / 2 - Double(signWidth + gap) - 1)
        let maximumRows = max(1, canvas.bitmap.height / 4 / rowHeight)
        var entries: [(sign: Sign, text: Text)] = []
        for (sign, name) in legendSigns() {
            entries.append((sign, Text(name, size: size, color: Palette.text).fitted(to: longest)))
        }
        if entries.isEmpty { return top }
        var x = left
        var row = 0
        for (index, entry) in entries.enumerated() {
            let width = signWidth + gap + Int(entry.text.width.rounded(.up))
            if x > left, x + width > left + Int(room) {
                row += 1
                x = left
            }
            let baseline = top + row * rowHeight + Int(size * 0.9)
            if row == maximumRows - 1, index + 1 < entries.count,
                x + width + between + Int(size * 8) > left + Int(room)
            {
                let rest = Text("… and \(entries.count - index) more", size: size, color: Palette.quiet)
                canvas.draw(rest, x: x, y: baseline)
                break
            }
            let middle = Double(baseline) - size * Font.xHeight * 0.62
            draw(entry.sign, x: x, middle: middle.rounded(), width: signWidth)
            canvas.draw(entry.text, x: x + signWidth + gap, y: baseline)
            x += width + between
        }
        return top + (row + 1) * rowHeight
    }

    private func legendSigns() -> [(Sign, String)] {
        var signs: [(Sign, String)] = []
        for (index, series) in chart.series.enumerated() {
            let (color, isDashed) = Palette.line(index, of: series)
            if !series.name.isEmpty {
                signs.append((.line(color, isDashed: isDashed, hasDots: hasDots(series)), series.name))
            }
            if let band = series.band, !band.name.isEmpty { signs.append((.band(color), band.name)) }
        }
        let missing = chart.series.reduce(0) { $0 + $1.points.count { !$0.isFinite } }
        if missing > 0 { signs.append((.missing, "\(missing) not finite")) }
        return signs
    }

    private mutating func draw(_ sign: Sign, x: Int, middle: Double, width: Int) {
        let area = PixelRect(
            x: x - length(8), y: Int(middle) - length(16), width: width + length(16), height: length(32))
        let start = Vector(Double(x) + 2, middle)
        let end = Vector(Double(x + width) - 2, middle)
        switch sign {
        case .line(let color, let isDashed, let hasDots):
            var trails = [Trail(points: [start, end], reach: max(2 * scale, 0.5))]
            if hasDots { trails.append(Trail(points: [(start + end) * 0.5], reach: 5.5 * scale)) }
            canvas.draw(trails, dash: isDashed ? dash : nil, color, clip: area)
        case .band(let color):
            let line = [Vector(start.x + 7 * scale, middle), Vector(end.x - 7 * scale, middle)]
            canvas.draw([Trail(points: line, reach: 9 * scale)], color, opacity: 0.25, clip: area)
        case .missing: canvas.draw(cross(at: (start + end) * 0.5), Palette.text, clip: area)
        }
    }
}
