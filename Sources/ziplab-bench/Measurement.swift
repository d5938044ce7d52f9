import Foundation

/// Wall times of repetitions of one piece of work.
struct Measurement {
    /// Seconds, in the order in which they were measured.
    private(set) var seconds: [Double] = []

    init() {}

    /// Runs the work once unmeasured, then `repetitions` times.
    init(repetitions: Int, _ work: () -> Void) {
        work()
        for _ in 0..<repetitions { time(work) }
    }

    /// Two pieces of work in turn, so that what else the machine does slows both alike.
    ///
    /// Each runs once unmeasured, then `repetitions` times.
    static func pair(
        repetitions: Int, _ first: () -> Void, _ second: () -> Void
    ) -> (first: Measurement, second: Measurement) {
        var pair = (first: Measurement(), second: Measurement())
        first()
        second()
        for _ in 0..<repetitions {
            pair.first.time(first)
            pair.second.time(second)
        }
        return pair
    }

    private mutating func time(_ work: () -> Void) {
        let start = ContinuousClock.now
        work()
        let elapsed = (ContinuousClock.now - start).components
        seconds.append(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }

    var median: Double { Spread(seconds).median }
    /// The shortest time, the one least disturbed by others.
    var best: Double { seconds.min() ?? .nan }

    /// A rate, `amount` a second.
    func rate(_ amount: Double) -> Spread { Spread(seconds.map { amount / $0 }) }

    /// How many times longer another piece took, repetition by repetition.
    func speedup(over other: Measurement) -> Spread {
        Spread(zip(seconds, other.seconds).map { $1 / $0 })
    }
}

/// Smallest, middle and largest of some figures.
struct Spread {
    private let sorted: [Double]

    init(_ figures: [Double]) { sorted = figures.sorted() }

    var smallest: Double { sorted.first ?? .nan }
    var median: Double { sorted.isEmpty ? .nan : sorted[sorted.count / 2] }
    var largest: Double { sorted.last ?? .nan }

    /// min–median–max with three digits or so.
    var text: String {
        [smallest, median, largest].map(Self.short).joined(separator: "–")
    }

    static func short(_ value: Double) -> String {
        let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
        return String(format: "%.\(digits)f", value)
    }
}

/// One line of the report.
func report(_ name: String, _ text: String) {
    print("  " + name.padding(toLength: max(38, name.count + 1), withPad: " ", startingAt: 0) + text)
}

/// A line above a group of figures.
func heading(_ text: String) {
    print("\n\(text)")
}
