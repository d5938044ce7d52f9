/// Averages that make a noisy curve readable.
public enum Smoothing {
    /// Debiased exponential average over all values; `factor` F in 0..<1, 0 changes nothing.
    ///
    /// Result t is Σ Fᵗ⁻ⁱ·vᵢ / Σ Fᵗ⁻ⁱ over the finite values i ≤ t. It is computed as
    /// m ← m + (v − m)·(1 − F)/(1 − Fⁿ), n finite values seen, so a constant stays exactly itself.
    /// Values that are not finite stay as they are and do not enter the average.
    public static func exponential(_ values: [Double], factor: Double) -> [Double] {
        precondition(factor >= 0 && factor < 1, "expected a smoothing factor in 0..<1, got \(factor)")
        var mean = 0.0
        var remaining = 1.0
        return values.map { value in
            guard value.isFinite else { return value }
            remaining *= factor
            let share = (1 - factor) / (1 - remaining)
            let difference = value - mean
            // The difference of two huge values may overflow; their weighted mean does not.
            mean = difference.isFinite ? mean + difference * share : mean * (1 - share) + value * share
            return mean
        }
    }

    /// Smooths the y of points and keeps their x.
    public static func exponential(_ points: [Point], factor: Double) -> [Point] {
        zip(points, exponential(points.map(\.y), factor: factor)).map { Point(x: $0.x, y: $1) }
    }
}
