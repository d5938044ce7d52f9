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
        text = "\(Transcript.head)\n\(Self.provenance)\n"
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            text += "@set \(name)=\(value.sourceText)\n"
        }
    }

    /// The program and the generator of its random numbers.
    static let provenance = "@prov ziplab=\(ziplabVersion) rng=philox4x32-10"

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
    /// - Throws: `FileError`.
    func takeUp(path: String) throws {
        // What is not there is not made.
        guard try FileKind.at(path) == .file else { throw FileError(path, .read, .notRegular) }
        let stream = try OpenStream(path: path)
        guard stream.lock() else { throw FileError(path, .write, .inUse) }
        isMuted = true
        file = stream
        self.path = path
    }

    /// Its whole cells, as they are in the file.
    func keep(_ bytes: some Collection<UInt8>) {
        text = String(decoding: bytes, as: UTF8.self)
        keptLength = bytes.count
    }

    /// Bytes of the file that stay.
    private var keptLength = 0

    /// Cuts off what is behind the whole cells, and writes again.
    ///
    /// - Throws: `FileError`.
    func goOn() throws {
        try file?.truncate(to: keptLength)
        isMuted = false
    }

    /// Whether cells are run again that are written already.
    private var isMuted = false

    func began(number: Int, input: String, comments: [String]) throws {
        try append(comments.map { TranscriptText.escaped($0) } + Self.lines(ofInput: input))
    }

    func saw(_ event: CellOutput) throws {
        try append(Self.lines(of: event))
        if case .plot(let plot) = event, file != nil, !isMuted, let path {
            try RecordedPictures.keep(plot, of: path)
        }
    }

    func ended(_ report: Cell) throws {
        try append(Self.lines(ofEnd: report))
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

extension TranscriptRecorder {
    /// What is written of a cell, without the comments before it.
    static func lines(of cell: Cell) -> [String] {
        lines(ofInput: cell.input) + cell.outputs.flatMap(lines) + lines(ofEnd: cell)
    }

    private static func lines(ofInput input: String) -> [String] {
        TranscriptText.lines(of: input).enumerated().map { index, line in
            TranscriptText.input(index == 0 ? ">" : ".", line)
        }
    }

    private static func lines(of output: CellOutput) -> [String] {
        switch output {
        case .line(let line):
            return TranscriptText.lines(of: line).map { "| " + TranscriptText.escaped($0) }
        case .plot(let plot):
            let name = ResultValue.text(plot.path).description
            return ["@plot \(name) \(plot.width)x\(plot.height) pixels-sha256:\(plot.digest)"]
        case .picture: return []
        }
    }

    private static func lines(ofEnd cell: Cell) -> [String] {
        var lines = cell.results.map { "= \($0.key) \($0.value)" }
        switch cell.status {
        case .ok: break
        case .failed(let failure):
            lines += TranscriptText.lines(of: failure.text).map { "! " + $0 }
        case .interrupted(let place):
            lines += ["! interrupted; what was done is kept", "@did \(place.words)"]
        }
        let seconds = String(format: "%.2f", cell.seconds)
        return lines + ["@end \(cell.number) \(cell.status.word) \(seconds)s"]
    }
}
