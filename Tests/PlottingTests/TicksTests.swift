import Plotting
import Testing

@Suite struct TicksTests {
    struct Sample: Sendable {
        var range: ClosedRange<Double>
        var count: Int
        var labels: [String]
        var exponent = 0
    }

    @Test(arguments: [
        Sample(range: 0...1, count: 5, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        Sample(range: 0...10, count: 5, labels: ["0", "2", "4", "6", "8", "10"]),
        Sample(range: 0...5000, count: 5, labels: ["0", "1000", "2000", "3000", "4000", "5000"]),
        Sample(range: 0...5100, count: 3, labels: ["0", "2000", "4000"]),
        Sample(
            range: 0...50_000, count: 5,
            labels: [
                "0", "10\u{2009}000", "20\u{2009}000", "30\u{2009}000", "40\u{2009}000", "50\u{2009}000",
            ]),
        Sample(range: -1...1, count: 4, labels: ["−1.0", "−0.5", "0.0", "0.5", "1.0"]),
        Sample(range: 0.1...0.35, count: 5, labels: ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"]),
        Sample(range: 30.1...48.7, count: 4, labels: ["35", "40", "45"]),
        Sample(range: 0...3e6, count: 3, labels: ["0", "1", "2", "3"], exponent: 6),
        Sample(range: 0...4.4e7, count: 4, labels: ["0", "20", "40"], exponent: 6),
        Sample(range: -2e-7...4e-7, count: 3, labels: ["−200", "0", "200", "400"], exponent: -9),
        Sample(
            range: -1e300...1e300, count: 4, labels: ["−1.0", "−0.5", "0.0", "0.5", "1.0"], exponent: 300),
        Sample(range: 999.99...1000.01, count: 2, labels: ["999.99", "1000.00", "1000.01"]),
        Sample(range: 0...1e-280, count: 2, labels: ["0", "50", "100"], exponent: -282),
    ])
    func labels(_ sample: Sample) {
        let ticks = Ticks(in: sample.range, count: sample.count)
        #expect(ticks.labels == sample.labels)
        #expect(ticks.exponent == sample.exponent)
    }

    /// Over many ranges: ticks lie inside, are evenly spaced, neither too few nor too many, and their labels
    /// read back as their values.
    @Test func propertiesHoldOverManyRanges() {
        var random = SplitMix(seed: 3)
        for round in 0..<3000 {
            let magnitude = Double("1e\(Int(random.next() % 500) - 250)") ?? 1
            let offset = (random.unit() - 0.5) * magnitude * (round % 3 == 0 ? 1000 : 1)
            let axis = AxisRange(offset, offset + random.unit() * magnitude)
            let count = 2 + Int(random.next() % 9)
            let ticks = Ticks(in: axis.lower...axis.upper, count: count)
            #expect(ticks.values.count >= 2 && ticks.values.count <= max(count, 4) + 1, "\(axis)")
            #expect(Set(ticks.labels).count == ticks.labels.count, "\(axis) \(ticks.labels)")
            let slack = (axis.upper - axis.lower) * 1e-6
            for (value, label) in zip(ticks.values, ticks.labels) {
                #expect(value >= axis.lower - slack && value <= axis.upper + slack)
                let plain = String(label.filter { $0 != "\u{2009}" }.map { $0 == "−" ? "-" : $0 })
                #expect(Double(plain + "e\(ticks.exponent)") == value, "\(label)")
            }
        }
    }

    @Test(arguments: [
        (3.0, 3.0), (0, 0), (0x1p-1074, 0x1p-1072), (-1e308, 1e308), (1, 1 + 1e-15), (1e300, 1e300),
        (.infinity, -.infinity), (.nan, 1),
    ])
    func rangesAreNeverEmpty(_ lower: Double, _ upper: Double) {
        let axis = AxisRange(lower, upper)
        #expect(axis.lower < axis.upper)
        #expect((axis.upper - axis.lower).isFinite)
        #expect(Ticks(in: axis.lower...axis.upper, count: 5).values.count >= 2)
    }

    @Test func rangesFitTheData() {
        #expect(AxisRange.fitting([]) == AxisRange(0, 1))
        #expect(AxisRange.fitting([.nan, .infinity]) == AxisRange(0, 1))
        #expect(AxisRange.fitting([1, 10]).lower == 0)
        #expect(AxisRange.fitting([50, 60]).lower > 40)
        #expect(AxisRange.fitting([-10, -1]).upper == 0)
        #expect(AxisRange.fitting([2, 2]) == AxisRange(1.8, 2.2))
    }
}

/// SplitMix64, so that every run tries the same numbers.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}
