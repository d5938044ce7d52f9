import Raster

extension LineChartDrawing {
    /// Draws the levels; their labels come later, on top of the curves.
    mutating func drawReferenceLines() {
        for line in chart.referenceLines where line.y.isFinite && yAxis.contains(line.y) {
            let y = position(Point(x: xAxis.lower, y: line.y)).y
            drawRule(
                from: Vector(Double(plot.x), y), to: Vector(Double(plot.endX), y), isDashed: line.isDashed)
        }
    }

    /// Draws the positions on the x axis; their labels come later.
    mutating func drawVerticalLines() {
        for line in chart.verticalLines where line.x.isFinite && xAxis.contains(line.x) {
            let x = position(Point(x: line.x, y: yAxis.lower)).x
            drawRule(
                from: Vector(x, Double(plot.y)), to: Vector(x, Double(plot.endY)), isDashed: line.isDashed)
        }
    }

    /// A level or upright line on whole pixels, so that it is crisp.
    private mutating func drawRule(from start: Vector, to end: Vector, isDashed: Bool) {
        let thickness = length(2)
        let isLevel = start.y == end.y
        let first = Coverage.pixel(isLevel ? start.x : start.y)
        let last = Coverage.pixel(isLevel ? end.x : end.y)
        let on = isDashed ? length(11) : last - first
        let period = isDashed ? on + length(7) : max(1, on)
        let across = Coverage.pixel(isLevel ? start.y : start.x) - thickness / 2
        for begin in stride(from: first, to: last, by: period) {
            let count = min(on, last - begin)
            canvas.fill(
                isLevel
                    ? PixelRect(x: begin, y: across, width: count, height: thickness)
                    : PixelRect(x: across, y: begin, width: thickness, height: count),
                Palette.reference)
        }
    }

    /// Draws the labels of levels and positions where they hide least.
    mutating func drawLineLabels() {
        let gap = length(8)
        for line in chart.referenceLines where line.y.isFinite && yAxis.contains(line.y) {
            let text = label(line.label)
            guard !line.label.isEmpty else { continue }
            let y = Coverage.pixel(position(Point(x: xAxis.lower, y: line.y)).y)
            let width = Int(text.width.rounded(.up))
            let above = y - gap - height(of: text)
            let below = y + gap
            let columns = [plot.endX - width - gap, plot.x + gap * 2, plot.x + (plot.width - width) / 2]
            place(text, at: columns.flatMap { x in [(x, above), (x, below)] })
        }
        for line in chart.verticalLines where line.x.isFinite && xAxis.contains(line.x) {
            let text = label(line.label)
            guard !line.label.isEmpty else { continue }
            let x = Coverage.pixel(position(Point(x: line.x, y: yAxis.lower)).x)
            let width = Int(text.width.rounded(.up))
            let rows = [plot.y + gap, plot.endY - gap - height(of: text), plot.y + plot.height / 2]
            place(text, at: rows.flatMap { y in [(x - gap - width, y), (x + gap, y)] })
        }
    }

    /// Draws a ring around the best point, and its label.
    mutating func drawBestMarker() {
        guard let marker = chart.bestMarker, chart.series.indices.contains(marker.series) else { return }
        let series = chart.series[marker.series]
        guard series.points.indices.contains(marker.point) else { return }
        let point = series.points[marker.point]
        guard point.isFinite, xAxis.contains(point.x), yAxis.contains(point.y) else { return }
        let (color, _) = Palette.line(marker.series, of: series)
        let center = position(point)
        let reach = max(4, 9.5 * scale)
        for (radius, paint) in [
            (reach + 2.5 * scale, Color.white), (reach, color), (reach * 0.52, Color.white),
        ] {
            canvas.draw(
                [Trail(points: [center], reach: radius)], paint,
                clip: PixelRect(
                    x: Coverage.pixel(center.x - radius) - 2, y: Coverage.pixel(center.y - radius) - 2,
                    width: Int(radius * 2) + 5, height: Int(radius * 2) + 5))
        }
        let ring = Int(reach) + length(4)
        let x = Coverage.pixel(center.x)
        let y = Coverage.pixel(center.y)
        labelRects.append(PixelRect(x: x - ring, y: y - ring, width: 2 * ring, height: 2 * ring))
        guard !marker.label.isEmpty else { return }
        let text = label(marker.label, font: .bold, color: color)
        let width = Int(text.width.rounded(.up))
        let tall = height(of: text)
        let gap = length(9)
        let rows = [
            y - ring - gap - tall, y + ring + gap, y - ring - gap - 3 * tall, y + ring + gap + 2 * tall,
        ]
        let columns = [x - width / 2, x - width, x]
        place(
            text,
            at: rows.flatMap { row in columns.map { ($0, row) } }
                + [(x - ring - gap - width, y - tall / 2), (x + ring + gap, y - tall / 2)])
    }

    private func label(_ string: String, font: Font = .regular, color: Color = Palette.reference) -> Text {
        Text(string, font: font, size: textSize(22), color: color).fitted(to: Double(plot.width) * 0.6)
    }

    /// Height from the top of the capitals to the baseline.
    private func height(of text: Text) -> Int { Int((text.size * Font.capitalHeight).rounded(.up)) }

    /// Draws a label at the candidate (left, top of capitals) that covers least; earlier ones win ties.
    private mutating func place(_ text: Text, at candidates: [(x: Int, y: Int)]) {
        let width = Int(text.width.rounded(.up))
        let height = height(of: text)
        let margin = length(3)
        let inside = plot.inset(by: margin)
        var best: (cost: Int, rect: PixelRect)?
        for candidate in candidates {
            let x = max(inside.x, min(candidate.x, inside.endX - width))
            let y = max(inside.y, min(candidate.y, inside.endY - height))
            let rect = PixelRect(x: x, y: y, width: width, height: height)
            let moved = (x - candidate.x).magnitude + (y - candidate.y).magnitude
            let cost = Int(moved) * 4 + cost(of: rect.inset(by: -margin))
            if best.map({ cost < $0.cost }) ?? true { best = (cost, rect) }
        }
        guard let rect = best?.rect else { return }
        canvas.draw(text, x: rect.x, y: rect.endY, halo: length(3))
        labelRects.append(rect.inset(by: -margin))
    }

    /// Pixels of curves under a rectangle, and much more for other labels and levels.
    private func cost(of rect: PixelRect) -> Int {
        var cost = 0
        for other in labelRects {
            let shared = rect.intersection(other)
            cost += shared.width * shared.height * 20
        }
        for line in chart.referenceLines where line.y.isFinite && yAxis.contains(line.y) {
            let y = Coverage.pixel(position(Point(x: xAxis.lower, y: line.y)).y)
            if y >= rect.y, y < rect.endY { cost += rect.width * 4 }
        }
        for line in chart.verticalLines where line.x.isFinite && xAxis.contains(line.x) {
            let x = Coverage.pixel(position(Point(x: line.x, y: yAxis.lower)).x)
            if x >= rect.x, x < rect.endX { cost += rect.height * 4 }
        }
        let part = rect.intersection(canvas.area)
        for row in part.y..<max(part.y, part.endY) {
            for column in part.x..<max(part.x, part.endX) where isInked[row * canvas.bitmap.width + column] {
                cost += 3
            }
        }
        return cost
    }
}
