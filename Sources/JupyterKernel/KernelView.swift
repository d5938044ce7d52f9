import Foundation
import Notebook
import Synchronization

/// Publishes what statements show: lines as a stream, plots as pictures, progress as one display that is updated.
final class KernelView: NotebookObserver, Sendable {
    private struct State {
        /// The header of the request whose statements run.
        var parent: [UInt8] = []
        var isSilent = false
        var meter = ProgressMeter()
        /// What stands in the display of this request; nil before there is one.
        var shown: String?
        var display = ""
        /// The last progress, and the pace then.
        var last: (progress: NotebookHost.Progress, reading: ProgressMeter.Reading)?
    }

    private let channels: KernelChannels
    private let state = Mutex(State())

    init(_ channels: KernelChannels) {
        self.channels = channels
    }

    /// What comes next belongs to a request.
    func begin(_ request: WireMessage, isSilent: Bool) {
        state.withLock {
            $0 = State()
            $0.parent = request.header
            $0.isSilent = isSilent
            $0.display = UUID().uuidString.lowercased()
        }
    }

    func began(number: Int, input: String, comments: [String]) {}

    func saw(_ event: CellOutput) throws {
        switch event {
        case .line(let line): try publish("stream", ["name": "stdout", "text": line + "\n"])
        case .plot(let plot): try publish(png: plot.png, words: plot.words)
        case .picture(let picture): try publish(png: picture.png, words: picture.words)
        }
    }

    private func publish(png: [UInt8], words: String) throws {
        let data = ["image/png": Data(png).base64EncodedString(), "text/plain": words]
        try publish("display_data", ["data": data, "metadata": [String: String]()])
    }

    func ended(_ report: Cell) throws {
        // The display stays, with how far it came.
        try state.withLock { state in
            if state.shown != nil { try showLast(&state) }
        }
    }

    func publish(_ type: String, _ content: [String: Any]) throws {
        let (parent, isSilent) = state.withLock { ($0.parent, $0.isSilent) }
        if !isSilent { try channels.publish(type, content, parent: parent) }
    }

    /// Shows progress where it is due.
    func show(_ progress: NotebookHost.Progress?) {
        state.withLock { state in
            let reading = state.meter.read(progress)
            guard let progress, let reading else { return }
            state.last = (progress, reading)
            // A picture of progress that cannot be sent is missed by nobody; what else cannot be is thrown there.
            if reading.isDue { try? showLast(&state) }
        }
    }

    private func showLast(_ state: inout State) throws {
        guard let last = state.last, !state.isSilent else { return }
        let text = last.reading.bar(last.progress, width: 100)
        guard text != state.shown else { return }
        try channels.publish(
            state.shown == nil ? "display_data" : "update_display_data",
            [
                "data": ["text/plain": text], "metadata": [String: String](),
                "transient": ["display_id": state.display],
            ], parent: state.parent)
        state.shown = text
    }
}
