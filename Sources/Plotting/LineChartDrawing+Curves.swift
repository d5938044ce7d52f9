import Raster

extension LineChartDrawing {
    /// Lengths of dash and gap.
    var dash: (on: Double, off: Double) { (max(3, 9 * scale), max(3, 10 * scale)) }

    func hasDots(_ series: Series) -> Bool {
        series.smoothed == nil && (series.style.hasDots ?? (series.points.count <= 40))
    }

    /// Draws bands, then raw curves, then bold ones, then marks of what is not finite.
    mutating func drawCurves() {
        let colors = chart.series.enumerated().map { Palette.line($0.offset, of: $0.element) }
        for (series, style) in zip(chart.series, colors) {
            if let band = series.band { draw(band, color: style.color) }
        }
        for (series, style) in zip(chart.series, colors) where series.smoothed != nil {
            draw(series.points, color: style.color, width: 1.6, isDashed: false, opacity: 0.35)
        }
        for (series, style) in zip(chart.series, colors) where series.style.isCarriedOn {
            guard let last = (series.smoothed ?? series.points).last(where: \.isFinite) else { continue }
            draw(
                [last, Point(x: max(last.x, xAxis.upper), y: last.y)], color: style.color, width: 1.6,
                isDashed: false, opacity: 0.35)
        }
        for (series, style) in zip(chart.series, colors) {
            draw(
                series.smoothed ?? series.points, color: style.color, width: series.style.width,
                isDashed: style.isDashed, opacity: 1)
            if hasDots(series) { drawDots(series, color: style.color) }
        }
        for (series, style) in zip(chart.series, colors) { markMissing(series.points, color: style.color) }
    }

    private mutating func draw(
        _ points: [Point], color: Color, width: Double, isDashed: Bool, opacity: Double
    ) {
        guard width > 0 else { return }
        // Thinner lines would vanish between pixels.
        let reach = max(min(width, 100) * scale / 2, 0.5)
        let trails = Self.runs(points).map { run in
            Trail(points: Self.thinned(run.map(position)), reach: run.count == 1 ? reach * 1.6 : reach)
        }
        // A curve along the edge shows its whole width.
        let coverage = canvas.draw(
            trails, dash: isDashed ? dash : nil, color, opacity: opacity, clip: plot.inset(by: -length(2)))
        if opacity == 1 { noteInk(coverage) }
    }

    /// The finite stretches between values that are not finite.
    static func runs(_ points: [Point]) -> [ArraySlice<Point>] {
        points.split { !$0.isFinite }
    }

    /// Keeps the first, lowest, highest and last position of every stretch within one pixel column.
    ///
    /// The drawn line is the same to within a pixel and no extreme is lost, whatever the number of points.
    static func thinned(_ positions: [Vector]) -> [Vector] {
        guard positions.count > 8 else { return positions }
        var result: [Vector] = []
        var start = 0
        while start < positions.count {
            let column = Coverage.pixel(positions[start].x)
            var end = start + 1
            while end < positions.count, Coverage.pixel(positions[end].x) == column { end += 1 }
            var low = start
            var high = start
            for index in start..<end {
                if positions[index].y < positions[low].y { low = index }
                if positions[index].y > positions[high].y { high = index }
            }
            var kept = [start, min(low, high), max(low, high), end - 1]
            kept = kept.enumerated().filter { $0.offset == 0 || kept[$0.offset - 1] != $0.element }.map(
                \.element)
            result += kept.map { positions[$0] }
            start = end
        }
        return result
    }

    private mutating func drawDots(_ series: Series, color: Color) {
        let reach = max(2.5, (series.style.width * 0.5 + 4) * scale)
        let dots = series.points.filter { $0.isFinite && xAxis.contains($0.x) && yAxis.contains($0.y) }
        noteInk(
            canvas.draw(
                dots.map { Trail(points: [position($0)], reach: reach) }, color,
                clip: plot.inset(by: -length(8))))
    }

    private mutating func draw(_ band: Series.Band, color: Color) {
        let lower = band.lower.filter(\.isFinite).map(position)
        let upper = band.upper.filter(\.isFinite).map(position)
        guard lower.count > 1, upper.count > 1 else { return }
        let low = Vector(Double(plot.x), Double(plot.y))
        let high = Vector(Double(plot.endX), Double(plot.endY))
        var outline = Outline()
        outline.append(
            (lower + upper.reversed()).map {
                Vector(min(max($0.x, low.x), high.x), min(max($0.y, low.y), high.y))
            })
        canvas.fill(outline, color, opacity: 0.18, clip: plot)
    }

    /// Marks NaN by a cross at the bottom edge, +∞ and −∞ by triangles at the top and bottom edge.
    private mutating func markMissing(_ points: [Point], color: Color) {
        var crosses: [Trail] = []
        let low = Double(plot.endY) - 11 * scale
        let high = Double(plot.y) + 11 * scale
        // Neighbours that would touch share one mark.
        var lastMark: [FloatingPointSign: Double] = [:]
        var lastCross = -Double.infinity
        for point in points where !point.isFinite && !point.x.isNaN {
            let x = position(Point(x: point.x, y: yAxis.lower)).x
            guard x >= Double(plot.x) - 1, x <= Double(plot.endX) + 1 || point.x.isInfinite else { continue }
            let at = min(max(x, Double(plot.x) + 10 * scale), Double(plot.endX) - 10 * scale)
            if point.y.isInfinite {
                let isTop = point.y > 0
                guard (at - (lastMark[point.y.sign] ?? -.infinity)).magnitude >= 12 * scale else { continue }
                lastMark[point.y.sign] = at
                let tip = Vector(at, isTop ? Double(plot.y) + 3 * scale : Double(plot.endY) - 3 * scale)
                let base = isTop ? tip.y + 14 * scale : tip.y - 14 * scale
                var triangle = Outline()
                triangle.append([tip, Vector(at + 8 * scale, base), Vector(at - 8 * scale, base)])
                canvas.fill(triangle, color)
            } else if (at - lastCross).magnitude >= 12 * scale {
                lastCross = at
                let y = point.y.isNaN ? low : min(max(position(Point(x: 0, y: point.y)).y, high), low)
                crosses += cross(at: Vector(at, y))
            }
        }
        guard !crosses.isEmpty else { return }
        canvas.draw(crosses, color, clip: plot.inset(by: -length(12)))
    }

    func cross(at center: Vector) -> [Trail] {
        let arm = max(2.5, 6.5 * scale)
        let reach = max(0.7, 1.4 * scale)
        return [
            Trail(points: [center + Vector(-arm, -arm), center + Vector(arm, arm)], reach: reach),
            Trail(points: [center + Vector(-arm, arm), center + Vector(arm, -arm)], reach: reach),
        ]
    }

    /// Remembers where curves are, so that labels keep off them.
    private mutating func noteInk(_ coverage: Coverage) {
        let part = coverage.area.intersection(canvas.area)
        for row in part.y..<max(part.y, part.endY) {
            for column in part.x..<max(part.x, part.endX) {
                let index = (row - coverage.area.y) * coverage.area.width + column - coverage.area.x
                if coverage.values[index] > 0.2 { isInked[row * canvas.bitmap.width + column] = true }
            }
        }
    }
}
