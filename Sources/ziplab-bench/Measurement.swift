import Foundation

/// Wall times of repetitions of one piece of work.
struct Measurement {
    /// Seconds, sorted.
    let seconds: [Double]

    /// Runs the work once unmeasured, then `repetitions` times.
    init(repetitions: Int, _ work: () -> Void) {
        work()
        seconds = (0..<repetitions).map { _ in
            let start = ContinuousClock.now
            work()
            let elapsed = (ContinuousClock.now - start).components
            return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        }.sorted()
    }

    var median: Double { seconds[seconds.count / 2] }

    /// A rate, `amount` a second: slowest – median – fastest.
    func rate(_ amount: Double, unit: String) -> String {
        let rates = [seconds[seconds.count - 1], median, seconds[0]].map {
            String(format: "%.1f", amount / $0)
        }
        return rates.joined(separator: " – ") + " " + unit
    }
}

/// One line of the report.
func report(_ name: String, _ text: String) {
    print(name.padding(toLength: 44, withPad: " ", startingAt: 0) + text)
}
