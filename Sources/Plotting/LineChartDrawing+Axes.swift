import Raster

extension LineChartDrawing {
    private var tickSize: Double { textSize(22) }
    private var labelSize: Double { textSize(24) }

    /// Finds the plot's rectangle and the ticks that fit it.
    mutating func layOutPlot(below top: Int) {
        let width = canvas.bitmap.width
        let height = canvas.bitmap.height
        let bottom =
            height - length(20) - (chart.xLabel.isEmpty ? 0 : Int(labelSize * 1.5)) - Int(tickSize * 1.7)
        var first = top + length(16)
        let plotHeight = max(bottom - first, height / 4)
        let rows = max(2, min(8, plotHeight / max(1, Int(tickSize * 2.9))))
        let ticks =
            !chart.yNames.isEmpty
            ? Ticks(names: chart.yNames)
            : yAxis.isLogarithmic
                ? logarithmicYTicks(height: plotHeight) : Ticks(in: yAxis.closedRange, count: rows)
        yTicks = ticks
        if ticks.exponent != 0 { first += Int(tickSize * 1.1) }
        // Names take more room than numbers.
        let part = chart.yNames.isEmpty ? 4.0 : 2.5
        let widest = min(ticks.labels.map { text($0).width }.max() ?? 0, Double(width) / part)
        let left =
            length(28) + (chart.yLabel.isEmpty ? 0 : Int(labelSize * 1.45)) + Int(widest.rounded(.up))
            + length(14)
        plot = PixelRect(
            x: left, y: first, width: max(width - length(40) - left, width / 4),
            height: max(bottom - first, height / 4))
        xTicks = fittingXTicks()
    }

    /// As many ticks as leave their labels apart.
    private func fittingXTicks() -> Ticks {
        if xAxis.isLogarithmic { return logarithmicXTicks() }
        for count in stride(from: 9, through: 2, by: -1) {
            let ticks = Ticks(in: xAxis.closedRange, count: count)
            let widest = ticks.labels.map { text($0).width }.max() ?? 0
            let spacing = Double(plot.width) / Double(max(ticks.values.count, 1))
            if widest + tickSize * 1.6 <= spacing { return ticks }
        }
        return Ticks(in: xAxis.closedRange, count: 1)
    }

    /// Ticks whose labels stand apart; one for 0 where a point is there.
    private func logarithmicXTicks() -> Ticks {
        let hasZero = allPoints.contains { $0.x <= 0 && $0.x.isFinite }
        return Ticks(
            logarithmic: xAxis.closedRange, zero: hasZero ? xAxis.lower : nil
        ) { one, other in
            let apart = (xAxis.position(of: one.value) - xAxis.position(of: other.value)).magnitude
            let wide = (text(one.label).width + text(other.label).width) / 2
            return apart * Double(plot.width) >= wide + tickSize * 0.8
        }
    }

    /// Ticks whose rows stand apart on an axis of some height; one for 0 where a point is there.
    private func logarithmicYTicks(height: Int) -> Ticks {
        let hasZero = allPoints.contains { $0.y <= 0 && $0.y.isFinite }
        return Ticks(
            logarithmic: yAxis.closedRange, zero: hasZero ? yAxis.lower : nil
        ) { one, other in
            let apart = (yAxis.position(of: one.value) - yAxis.position(of: other.value)).magnitude
            return apart * Double(height) >= tickSize * 1.8
        }
    }

    private func text(_ label: String) -> Text {
        Text(label, size: tickSize, color: Palette.text)
    }

    /// The pixel column or row of a tick.
    private func column(_ x: Double) -> Int { Coverage.pixel(position(Point(x: x, y: yAxis.lower)).x) }
    private func row(_ y: Double) -> Int { Coverage.pixel(position(Point(x: xAxis.lower, y: y)).y) }

    mutating func drawGrid() {
        let thickness = length(1.3)
        for value in yTicks?.values ?? [] where hasValues {
            canvas.fill(
                PixelRect(x: plot.x, y: row(value) - thickness / 2, width: plot.width, height: thickness),
                Palette.grid)
        }
        for value in xTicks?.values ?? [] where hasValues {
            canvas.fill(
                PixelRect(x: column(value) - thickness / 2, y: plot.y, width: thickness, height: plot.height),
                Palette.grid)
        }
    }

    /// Draws axis lines, tick marks, tick labels and axis names.
    mutating func drawAxes() {
        let thickness = length(2)
        let mark = length(7)
        canvas.fill(
            PixelRect(x: plot.x - thickness, y: plot.y, width: thickness, height: plot.height + thickness),
            Palette.axis)
        canvas.fill(
            PixelRect(x: plot.x - thickness, y: plot.endY, width: plot.width + thickness, height: thickness),
            Palette.axis)
        if hasValues, let yTicks, let xTicks {
            drawYTicks(yTicks, mark: mark, thickness: thickness)
            drawXTicks(xTicks, mark: mark, thickness: thickness)
        }
        if !chart.xLabel.isEmpty {
            let name = Text(chart.xLabel, size: labelSize, color: Palette.title).fitted(
                to: Double(plot.width))
            canvas.draw(
                name, x: plot.x + plot.width / 2,
                y: canvas.bitmap.height - length(20) - Int(labelSize * 0.25),
                anchor: .middle)
        }
        if !chart.yLabel.isEmpty {
            let name = Text(chart.yLabel, size: labelSize, color: Palette.title).fitted(
                to: Double(plot.height))
            canvas.draw(
                name, x: length(22) + Int(labelSize * 0.8), y: plot.y + plot.height / 2, anchor: .middle,
                isVertical: true)
        }
    }

    private mutating func drawYTicks(_ ticks: Ticks, mark: Int, thickness: Int) {
        let drop = Int((tickSize * Font.capitalHeight / 2).rounded())
        let room = Double(plot.x - thickness - mark - length(6) - 2)
        for (value, label) in zip(ticks.values, ticks.labels) {
            let y = row(value)
            canvas.fill(
                PixelRect(
                    x: plot.x - thickness - mark, y: y - length(1.3) / 2, width: mark, height: length(1.3)),
                Palette.axis)
            canvas.draw(
                text(label).fitted(to: room), x: plot.x - thickness - mark - length(6), y: y + drop,
                anchor: .end)
        }
        if ticks.exponent != 0 {
            canvas.draw(
                text(Self.multiplier(ticks.exponent)), x: plot.x - thickness,
                y: plot.y - Int(tickSize * 0.55),
                anchor: .start)
        }
    }

    private mutating func drawXTicks(_ ticks: Ticks, mark: Int, thickness: Int) {
        let y = plot.endY + thickness + mark + Int(tickSize * 1.02)
        for (value, label) in zip(ticks.values, ticks.labels) {
            let x = column(value)
            canvas.fill(
                PixelRect(x: x - length(1.3) / 2, y: plot.endY + thickness, width: length(1.3), height: mark),
                Palette.axis)
            let text = text(label).fitted(to: Double(plot.width))
            let half = Int(text.width / 2) + 2
            canvas.draw(text, x: min(max(x, half), canvas.bitmap.width - half), y: y, anchor: .middle)
        }
        if ticks.exponent != 0 {
            canvas.draw(
                text(Self.multiplier(ticks.exponent)), x: plot.endX,
                y: canvas.bitmap.height - length(20) - Int(labelSize * 0.25), anchor: .end)
        }
    }

    /// '×10³' and the like.
    private static func multiplier(_ exponent: Int) -> String { "×10" + Ticks.raised(exponent) }
}
