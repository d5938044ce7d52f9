/// A line of even width with round ends and joins, whole or dashed.
struct Stroke {
    /// Half the width in pixels.
    let reach: Double
    /// Lengths of dash and gap in pixels, not counting the round ends.
    let dash: (on: Double, off: Double)?

    init(reach: Double, dash: (on: Double, off: Double)? = nil) {
        // Thinner lines would vanish between pixels.
        self.reach = max(reach, 0.5)
        self.dash = dash
    }

    /// Adds the line through `points` to `coverage`.
    mutating func add(_ points: [Vector], to coverage: inout Coverage) {
        guard let dash else {
            for (start, end) in zip(points, points.dropFirst()) {
                coverage.addLine(from: start, to: end, reach: reach)
            }
            return
        }
        var isOn = true
        var left = dash.on
        for (start, end) in zip(points, points.dropFirst()) {
            let length = (end - start).length
            // Far outside the picture nobody sees dashes.
            guard length > 0, length < 1e5 else { continue }
            var done = 0.0
            while done < length {
                let step = min(left, length - done)
                if isOn {
                    let direction = (end - start) * (1 / length)
                    coverage.addLine(
                        from: start + direction * done, to: start + direction * (done + step), reach: reach)
                }
                done += step
                left -= step
                if left <= 0 {
                    isOn.toggle()
                    left = isOn ? dash.on : dash.off
                }
            }
        }
    }
}
