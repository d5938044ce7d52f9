import LineEditing
import Notebook
import Synchronization

/// A bar on standard error where that is a terminal; a line every tenth of the way where it is not.
final class ProgressView: Sendable {
    private struct State {
        var meter = ProgressMeter()
        /// Tenths of the way; nil before the work began.
        var lastTenth: Int?
        var isShown = false
    }
    private let state = Mutex(State())
    private let isTerminal = Terminal.isInteractive(input: 2, output: 2)

    func show(_ progress: NotebookHost.Progress?) {
        state.withLock { state in
            guard let progress, let reading = state.meter.read(progress) else {
                if state.isShown { Output.writeError("\r\u{1B}[K") }
                state = State()
                return
            }
            let tenth = progress.total > 0 ? 10 * progress.done / progress.total : 0
            let last = state.lastTenth ?? tenth
            if isTerminal {
                guard reading.isDue else { return }
                state.isShown = true
                let width = max(10, Terminal.width(of: 2) - 1)
                Output.writeError("\r\u{1B}[K" + reading.bar(progress, width: width))
            } else if tenth > last, reading.isLong {
                state.lastTenth = tenth
                Output.writeError(
                    "\(progress.done) of \(progress.total) \(progress.unit), \(progress.detail)\n")
            } else {
                state.lastTenth = last
            }
        }
    }
}
