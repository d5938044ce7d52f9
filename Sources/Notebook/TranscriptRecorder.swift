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

    /// Starts to write to a new file as well.
    ///
    /// - Throws: `FileError`.
    func open(path: String) throws {
        let stream = try OpenStream(path: path, emptied: true)
        try stream.write(Array(text.utf8))
        try stream.synchronize()
        file = stream
    }

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
        case .interrupted(let points):
            lines.append("! interrupted; what was done is kept")
            lines.append("@did \(points)")
        }
        let seconds = String(format: "%.2f", report.seconds)
        lines.append("@end \(report.number) \(report.status.word) \(seconds)s")
        try append(lines)
        try file?.synchronize()
    }

    private func append(_ lines: [String]) throws {
        guard !lines.isEmpty else { return }
        let addition = lines.joined(separator: "\n") + "\n"
        text += addition
        try file?.write(Array(addition.utf8))
    }
}
