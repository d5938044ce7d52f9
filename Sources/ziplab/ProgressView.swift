import Foundation
import LineEditing
import Notebook
import Synchronization

/// A bar on standard error where that is a terminal; a line every tenth of the way where it is not.
final class ProgressView: Sendable {
    private struct State {
        var start: ContinuousClock.Instant?
        var startDone = 0
        var last: ContinuousClock.Instant?
        var lastTenth = 0
        var isShown = false
    }
    private let state = Mutex(State())
    private let isTerminal = Terminal.isInteractive(input: 2, output: 2)

    /// Pause between two drawings.
    private static let interval = Duration.milliseconds(100)
    /// Work shorter than this shows no bar.
    private static let patience = Duration.milliseconds(300)

    func show(_ progress: NotebookHost.Progress?) {
        state.withLock { state in
            guard let progress else {
                if state.isShown { Output.writeError("\r\u{1B}[K") }
                state = State()
                return
            }
            let now = ContinuousClock.now
            let start = state.start ?? now
            if state.start == nil {
                state.start = now
                state.startDone = progress.done
                state.lastTenth = Self.tenth(progress)
            }
            if isTerminal {
                guard now - start >= Self.patience, state.last.map({ now - $0 >= Self.interval }) ?? true
                else { return }
                state.last = now
                state.isShown = true
                Output.writeError("\r\u{1B}[K" + bar(progress, since: start, from: state.startDone, now: now))
            } else if Self.tenth(progress) > state.lastTenth, now - start >= Self.patience {
                state.lastTenth = Self.tenth(progress)
                Output.writeError(
                    "\(progress.done) of \(progress.total) \(progress.unit), \(progress.detail)\n")
            }
        }
    }

    private static func tenth(_ progress: NotebookHost.Progress) -> Int {
        progress.total > 0 ? 10 * progress.done / progress.total : 0
    }

    private func bar(
        _ progress: NotebookHost.Progress, since start: ContinuousClock.Instant, from first: Int,
        now: ContinuousClock.Instant
    ) -> String {
        let fraction = progress.total > 0 ? Double(progress.done) / Double(progress.total) : 0
        let elapsed = (now - start).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        let rate = seconds > 0 ? Double(progress.done - first) / seconds : 0
        let count = "\(progress.done)/\(progress.total) \(progress.unit)"
        var timing = ""
        if rate > 0 {
            let left = Int((Double(progress.total - progress.done) / rate).rounded(.up))
            timing = String(format: ", %.0f/s, %d:%02d left", rate, left / 60, left % 60)
        }
        // On a narrow terminal the bar shrinks, then the timing goes, then the bar.
        // Room is left for what a person types meanwhile, which the terminal echoes behind the bar.
        let width = max(10, Terminal.width(of: 2) - 10)
        let texts = [count + timing + ", " + progress.detail, count + ", " + progress.detail]
        guard let text = texts.first(where: { $0.count + 11 <= width }) else {
            return String(texts[1].prefix(width))
        }
        let cells = min(24, width - text.count - 3)
        let filled = Int(fraction * Double(cells))
        return "[" + String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
            + "] "
            + text
    }
}
