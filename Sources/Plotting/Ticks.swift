/// Round positions on an axis: multiples of 1, 2 or 5 times a power of ten, with exact decimal labels.
package struct Ticks: Equatable, Sendable {
    package let values: [Double]
    package let labels: [String]
    /// Power of ten that the labels are to be multiplied by; 0 for plain numbers.
    package let exponent: Int

    /// Ticks within `range`, about `count` of them, at least one interval.
    ///
    /// The range is finite, not empty and wide enough for its magnitude (see `AxisRange`).
    package init(in range: ClosedRange<Double>, count: Int) {
        let low = range.lowerBound
        let high = range.upperBound
        var wanted = (high - low) / Double(max(count, 1))
        var digit = 1
        var power = 0
        var multiples: [Int] = []
        // A wide step may find one multiple or none within the range; then a narrower one does.
        for _ in 0..<4 where multiples.count < 2 {
            (digit, power) = Self.roundStep(atLeast: wanted)
            let step = Self.decimal(digit, power)
            let first = Int((low / step - 1e-9).rounded(.up))
            let last = Int((high / step + 1e-9).rounded(.down))
            multiples = first <= last ? Array(first...last) : []
            wanted = step * 0.4
        }
        values = multiples.map { Self.decimal($0 * digit, power) }

        let largest = values.map(\.magnitude).max() ?? 0
        var exponent = 0
        if largest > 0, largest >= 1e6 || largest < 1e-3 {
            let magnitude = Self.floorLog10(largest)
            // Multiples of three, rounded down, read as thousands, millions, thousandths.
            exponent = magnitude - ((magnitude % 3) + 3) % 3
        }
        self.exponent = exponent
        let grouped = Self.scaled(largest, by: exponent) >= 10_000
        labels = multiples.map { Self.label($0 * digit, power - exponent, grouped: grouped) }
    }

    /// The smallest 1, 2 or 5 times a power of ten that is not below `wanted`.
    static func roundStep(atLeast wanted: Double) -> (digit: Int, power: Int) {
        let power = floorLog10(wanted)
        for digit in [1, 2, 5] where decimal(digit, power) >= wanted * (1 - 1e-9) {
            return (digit, power)
        }
        return (1, power + 1)
    }

    /// The power of ten at or below a positive number.
    static func floorLog10(_ value: Double) -> Int {
        var power = Int((Double(value.exponent) * 0.30102999566398120).rounded(.down))
        while decimal(1, power + 1) <= value { power += 1 }
        while decimal(1, power) > value { power -= 1 }
        return power
    }

    /// The double nearest to `digits` · 10^`power`.
    static func decimal(_ digits: Int, _ power: Int) -> Double {
        // Parsing rounds correctly, which repeated multiplication does not.
        Double("\(digits)e\(power)") ?? 0
    }

    private static func scaled(_ value: Double, by exponent: Int) -> Double {
        exponent == 0 ? value : value / decimal(1, exponent)
    }

    /// `digits` · 10^`power` written out; thin spaces between thousands where `grouped`.
    static func label(_ digits: Int, _ power: Int, grouped: Bool) -> String {
        var text = String(digits.magnitude)
        var fraction = ""
        if power >= 0 {
            if digits != 0 { text += String(repeating: "0", count: power) }
        } else {
            if text.count <= -power {
                text = String(repeating: "0", count: -power + 1 - text.count) + text
            }
            fraction = "." + text.suffix(-power)
            text.removeLast(-power)
        }
        if grouped {
            var groups: [Substring] = []
            var rest = text[...]
            while rest.count > 3 {
                groups.insert(rest.suffix(3), at: 0)
                rest.removeLast(3)
            }
            groups.insert(rest, at: 0)
            text = groups.joined(separator: "\u{2009}")
        }
        return (digits < 0 ? "−" : "") + text + fraction
    }
}
