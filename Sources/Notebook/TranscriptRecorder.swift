import CommandLanguage
import Files
import Foundation

/// Writes a session down as it happens: in memory, and where asked line by line to a file.
///
/// A cell's input is on disk before it runs and its end after, so that a killed session loses at most the cell in flight.
final class TranscriptRecorder: NotebookObserver {
    /// The lines so far.
    private(set) var text: String
    private var file: OpenStream?

    init(settings: [String: Value]) {
        text = "#!ziplab-transcript 1\n@prov ziplab=\(ziplabVersion) rng=philox4x32-10\n"
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            text += "@set \(name)=\(value.sourceText)\n"
        }
    }

    /// Path of the file, as it was given.
    private(set) var path: String?

    /// Starts to write to a file as well: a new one, or with `replacing` in place of an old transcript.
    ///
    /// - Throws: `FileError`, `NotebookError.taken`.
    func open(path: String, replacing: Bool) throws {
        if FileKind(path) == .file, FileKind.sizeAndTime(path)?.bytes != 0 {
            let isTranscript =
                (try? ReadOnlyFile(path: path).begins(with: Array("#!ziplab-transcript ".utf8))) == true
            guard replacing, isTranscript else {
                throw NotebookError.taken(path: path, isTranscript: isTranscript)
            }
        }
        // Emptied only under the lock: another program may be at it.
        let stream = try OpenStream(path: path)
        guard stream.lock() else { throw FileError(path, .write, .inUse) }
        try stream.truncate(to: 0)
        try stream.write(Array(text.utf8))
        try stream.synchronize()
        file = stream
        self.path = path
    }

    /// Takes up a transcript, which other programs then cannot write to; `goOn` goes on with it.
    ///
    /// - Parameter text: its whole cells.
    /// - Throws: `FileError`.
    func takeUp(path: String, text: String) throws {
        let stream = try OpenStream(path: path)
        guard stream.lock() else { throw FileError(path, .write, .inUse) }
        isMuted = true
        self.text = text
        file = stream
        self.path = path
    }

    /// Cuts off what is behind the whole cells, and writes again.
    ///
    /// - Throws: `FileError`.
    func goOn() throws {
        try file?.truncate(to: text.utf8.count)
        isMuted = false
    }

    /// Whether cells are run again that are written already.
    private var isMuted = false

    func began(number: Int, input: String, comments: [String]) throws {
        var lines = comments.map { TranscriptText.escaped($0) }
        for (index, line) in TranscriptText.lines(of: input).enumerated() {
            lines.append(TranscriptText.input(index == 0 ? ">" : ".", line))
        }
        try append(lines)
    }

    func saw(_ event: CellOutput) throws {
        switch event {
        case .line(let line):
            try append(TranscriptText.lines(of: line).map { "| " + TranscriptText.escaped($0) })
        case .plot(let path, let width, let height, let digest):
            let name = ResultValue.text(path).description
            try append(["@plot \(name) \(width)x\(height) pixels-sha256:\(digest)"])
        }
    }

    func ended(_ report: Cell) throws {
        var lines = report.results.map { "= \($0.key) \($0.value)" }
        switch report.status {
        case .ok: break
        case .failed(let failure):
            lines += TranscriptText.lines(of: failure.text).map { "! " + $0 }
        case .interrupted(let place):
            lines.append("! interrupted; what was done is kept")
            lines.append("@did \(place.words)")
        }
        let seconds = String(format: "%.2f", report.seconds)
        lines.append("@end \(report.number) \(report.status.word) \(seconds)s")
        try append(lines)
        if !isMuted { try file?.synchronize() }
    }

    private func append(_ lines: [String]) throws {
        guard !lines.isEmpty, !isMuted else { return }
        let addition = lines.joined(separator: "\n") + "\n"
        text += addition
        do {
            try file?.write(Array(addition.utf8))
        } catch {
            // A part of a line may be in the file; nothing may come behind it.
            file = nil
            throw error
        }
    }
}
