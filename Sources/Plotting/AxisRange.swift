import Tensors

/// The shown part of an axis: finite, not empty, wide enough for its magnitude.
package struct AxisRange: Equatable, Sendable {
    package let lower: Double
    package let upper: Double
    /// Equal factors are equally far apart; `lower` is above 0, and what is not stands there.
    package let isLogarithmic: Bool

    /// Numbers beyond ±10³⁰⁰ are drawn at the edge; so no difference overflows.
    static let limit = 1e300

    /// Widens a range that is empty, too narrow for its magnitude, or not finite.
    package init(_ lower: Double, _ upper: Double) {
        var low = Self.clamped(min(lower, upper))
        var high = Self.clamped(max(lower, upper))
        let magnitude = max(low.magnitude, high.magnitude)
        if high - low < magnitude * 1e-10 || high - low < 1e-290 {
            let middle = low / 2 + high / 2
            let reach = middle.magnitude < 1e-280 ? 1 : middle.magnitude / 10
            low = middle - reach
            high = middle + reach
        }
        self.lower = low
        self.upper = high
        isLogarithmic = false
    }

    package init(_ range: ClosedRange<Double>) {
        self.init(range.lowerBound, range.upperBound)
    }

    /// The range of values with some air, starting at 0 where that is near; 0 to 1 without values.
    package static func fitting(_ values: some Sequence<Double>) -> AxisRange {
        var low = Double.infinity
        var high = -Double.infinity
        for value in values where value.isFinite {
            low = min(low, value)
            high = max(high, value)
        }
        guard low <= high else { return AxisRange(0, 1) }
        let tight = AxisRange(low, high)
        guard low >= tight.lower, low < high, tight.lower == clamped(low) else { return tight }
        let air = (tight.upper - tight.lower) * 0.06
        var lower = tight.lower - air
        var upper = tight.upper + air
        if tight.lower >= 0, tight.lower < tight.upper * 0.25 || lower < 0 { lower = 0 }
        if tight.upper <= 0, tight.upper > tight.lower * 0.25 || upper > 0 { upper = 0 }
        return AxisRange(lower, upper)
    }

    /// A logarithmic axis; a range that does not lie above 0 is moved there.
    package init(logarithmic range: ClosedRange<Double>) {
        let least = 1e-290
        lower = max(least, min(range.lowerBound, Self.limit / 10))
        upper = max(lower * 1.01, min(range.upperBound, Self.limit))
        isLogarithmic = true
    }

    /// The logarithmic range of values, one decade at least.
    ///
    /// Where some value is 0 or below, the axis starts at half of a tick below the others, and there it stands.
    package static func logarithmic(fitting values: some Sequence<Double>) -> AxisRange {
        let finite = values.filter(\.isFinite)
        let positive = finite.filter { $0 > 0 }
        let low = min(max(positive.min() ?? 1, 1e-280), limit / 100)
        let high = max(positive.max() ?? 1, low)
        let lower = positive.count == finite.count ? low / 1.1 : Ticks.logarithmicTick(atMost: low) / 2
        return AxisRange(logarithmic: lower...max(high * 1.1, lower * 10))
    }

    /// Where a value lies: 0 at `lower`, 1 at `upper`.
    package func position(of value: Double) -> Double {
        if isLogarithmic {
            let value = Self.clamped(value)
            let start = Elementary.log(lower)
            return value > 0 ? (Elementary.log(value) - start) / (Elementary.log(upper) - start) : 0
        }
        return linearPosition(of: value)
    }

    private func linearPosition(of value: Double) -> Double {
        (Self.clamped(value) - lower) / (upper - lower)
    }

    func contains(_ value: Double) -> Bool {
        (value >= lower || isLogarithmic && value <= 0) && value <= upper
    }

    var closedRange: ClosedRange<Double> { lower...upper }

    private static func clamped(_ value: Double) -> Double {
        value.isNaN ? 0 : min(max(value, -limit), limit)
    }
}
