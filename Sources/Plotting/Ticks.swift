/// Round positions on an axis: multiples of 1, 2 or 5 times a power of ten, with exact decimal labels.
package struct Ticks: Equatable, Sendable {
    package let values: [Double]
    package let labels: [String]
    /// Power of ten that the labels are to be multiplied by; 0 for plain numbers.
    package let exponent: Int

    /// Ticks at 0, 1, … with names.
    init(names: [String]) {
        values = names.indices.map(Double.init)
        labels = names
        exponent = 0
    }

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

    /// Ticks at 1, 2 and 5 times the powers of ten within a range above 0, labels where they fit.
    ///
    /// The powers themselves are labelled first, then 2 and 5 where they leave room. Where the powers stand too
    /// close, every second, third, … is left.
    ///
    /// - Parameters:
    ///   - zero: where 0 stands, the left edge; nil where it is not drawn.
    ///   - fits: whether two labels at two values stand apart.
    package init(
        logarithmic range: ClosedRange<Double>, zero: Double?,
        fits: (_ one: (value: Double, label: String), _ other: (value: Double, label: String)) -> Bool
    ) {
        var ticks: [(value: Double, label: String, digit: Int)] = []
        let powers = Self.floorLog10(range.lowerBound)...Self.floorLog10(range.upperBound)
        // Beyond fifty powers of ten most ticks would fall into one pixel.
        let every = powers.count / 50 + 1
        for power in powers where power % every == 0 {
            for digit in every == 1 ? [1, 2, 5] : [1] {
                let value = Self.decimal(digit, power)
                guard range.contains(value), zero.map({ value > $0 }) ?? true else { continue }
                ticks.append((value, Self.logarithmicLabel(digit, power), digit))
            }
        }
        var labelled: [(value: Double, label: String)] = zero.map { [($0, "0")] } ?? []
        for digit in [1, 2, 5] {
            for tick in ticks where tick.digit == digit {
                let label = (value: tick.value, label: tick.label)
                if labelled.allSatisfy({ fits($0, label) }) { labelled.append(label) }
            }
        }
        let shown = Dictionary(labelled.map { ($0.value, $0.label) }) { first, _ in first }
        values = (zero.map { [$0] } ?? []) + ticks.map(\.value)
        labels = values.map { shown[$0] ?? "" }
        exponent = 0
    }

    private static func logarithmicLabel(_ digit: Int, _ power: Int) -> String {
        if (-4...6).contains(power) { return label(digit, power, grouped: power >= 4) }
        return (digit == 1 ? "" : "\(digit)×") + "10" + raised(power)
    }

    /// The largest 1, 2 or 5 times a power of ten that is not above a positive number.
    static func logarithmicTick(atMost value: Double) -> Double {
        let power = floorLog10(value)
        return [5, 2, 1].lazy.map { decimal($0, power) }.first { $0 <= value } ?? value
    }

    /// A power as raised digits.
    static func raised(_ power: Int) -> String {
        let raised: [Character: Character] = [
            "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
            "8": "⁸", "9": "⁹",
        ]
        return String(String(power).map { raised[$0] ?? $0 })
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
