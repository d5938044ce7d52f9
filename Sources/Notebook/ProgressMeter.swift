import Foundation

/// How far something long has come, at what pace, and when that is worth showing again.
public struct ProgressMeter: Sendable {
    private var start: ContinuousClock.Instant?
    /// How far it was at moments of the last seconds, for the pace: what is known from before comes fast, and a box may slow.
    private var marks: [(time: ContinuousClock.Instant, done: Int)] = []
    private var lastDue: ContinuousClock.Instant?

    /// Time that the pace is taken over.
    private static let window = Duration.seconds(3)

    /// Pause between two drawings.
    private static let interval = Duration.milliseconds(100)
    /// Work shorter than this is not shown.
    private static let patience = Duration.milliseconds(300)

    public init() {}

    /// The pace at one moment.
    public struct Reading: Sendable {
        /// Whether enough time has passed since the last time it was.
        public var isDue: Bool
        /// Whether it has gone on long enough to be worth a word.
        public var isLong: Bool
        /// Units a second.
        var rate: Double
    }

    /// Takes a reading; nil ends the work.
    public mutating func read(_ progress: NotebookHost.Progress?) -> Reading? {
        guard let progress else {
            self = ProgressMeter()
            return nil
        }
        let now = ContinuousClock.now
        if start == nil { (start, marks) = (now, [(now, progress.done)]) }
        let spent = now - (start ?? now)
        let isLong = spent >= Self.patience
        let isDue = isLong && lastDue.map { now - $0 >= Self.interval } ?? true
        if isDue {
            lastDue = now
            marks.append((now, progress.done))
            while marks.count > 2, now - marks[1].time >= Self.window { marks.removeFirst() }
        }
        let first = marks[0]
        let elapsed = (now - first.time).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        return Reading(
            isDue: isDue, isLong: isLong,
            rate: seconds > 0 ? Double(progress.done - first.done) / seconds : 0)
    }
}

extension ProgressMeter.Reading {
    /// A bar, the count, the pace and the figures within a number of columns.
    ///
    /// Where it is narrow the bar shrinks, then the pace goes, then the bar.
    public func bar(_ progress: NotebookHost.Progress, width: Int) -> String {
        let fraction = progress.total > 0 ? Double(progress.done) / Double(progress.total) : 0
        let count = "\(progress.done)/\(progress.total) \(progress.unit)"
        var timing = ""
        if rate > 0 {
            let left = Int((Double(progress.total - progress.done) / rate).rounded(.up))
            timing = String(format: ", %.0f/s, %d:%02d left", rate, left / 60, left % 60)
        }
        let detail = progress.detail.isEmpty ? "" : ", " + progress.detail
        let texts = [count + timing + detail, count + detail]
        guard let text = texts.first(where: { $0.count + 11 <= width }) else {
            return String(texts[1].prefix(width))
        }
        let cells = min(24, width - text.count - 3)
        let filled = min(cells, Int(fraction * Double(cells)))
        return "[" + String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
            + "] " + text
    }
}
