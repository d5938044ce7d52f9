import CommandLanguage
import LineEditing
import Notebook
import Raster
import TerminalPictures

/// Shows cells as text: lines on standard output, errors on standard error.
final class TextView: NotebookObserver {
    private let usesColor: Bool
    /// How pictures that a person asked to see are shown; nil: not.
    private let pictures: (() -> TerminalPicture)?
    /// Whether somebody reads along: a statement that took long says so, and what is longer than the screen is paged.
    private let isConversation: Bool
    /// Lines of a statement that are shown together at its end.
    private var paged: [String]?

    init(usesColor: Bool, pictures: (() -> TerminalPicture)? = nil, isConversation: Bool = false) {
        self.usesColor = usesColor
        self.pictures = pictures
        self.isConversation = isConversation
    }

    /// Statements that show what is known, at once and at length.
    private static let readers: Set = [
        "help", "apropos", "history", "show", "runs", "sessions", "classes", "provenance",
    ]

    func began(number: Int, input: String, comments: [String]) {
        let verb = input.prefix { !$0.isWhitespace && $0 != ";" }
        paged = isConversation && Self.readers.contains(String(verb)) ? [] : nil
    }

    func saw(_ event: CellOutput) throws {
        switch event {
        case .line(let line):
            if paged == nil { try Output.write(folded(line) + "\n") } else { paged?.append(line) }
        case .plot(let plot): if plot.isShown { try show(plot.png, sketch: plot.sketch) }
        case .picture(let picture): try show(picture.png, sketch: [])
        }
    }

    /// A line as the terminal's width breaks it, at blanks.
    private func folded(_ line: String) -> String {
        Terminal.isInteractive(input: 1, output: 1)
            ? wrapped(line, columns: Terminal.width).joined(separator: "\n") : line
    }

    private func foldedError(_ line: String) -> String {
        Terminal.isInteractive(input: 2, output: 2)
            ? wrapped(line, columns: Terminal.width(of: 2)).joined(separator: "\n") : line
    }

    /// Shows the lines that were kept, in a pager where the screen is too small.
    private func showPaged() throws {
        guard let lines = paged, !lines.isEmpty else { return }
        paged = nil
        let text = lines.map { folded($0) + "\n" }.joined()
        let count = text.utf8.count { $0 == UInt8(ascii: "\n") }
        if let height = Terminal.height, count >= height, Terminal.page(text) { return }
        try Output.write(text)
    }

    /// Shows a picture as the terminal can; a sketch where it has no pixels or is none.
    private func show(_ png: [UInt8], sketch: [String]) throws {
        guard let form = pictures?() else { return }
        if sketch.isEmpty || form.showsPixels {
            try Output.write(try form.text(of: Bitmap.decode(png, name: "picture")))
        } else {
            try Output.write(sketch.map { $0 + "\n" }.joined())
        }
    }

    func ended(_ report: Cell) throws {
        try showPaged()
        defer { if isConversation, report.seconds >= 1 { tell(report.seconds) } }
        switch report.status {
        case .ok: break
        case .failed(let failure):
            // The quoted statement and its caret stand as they are.
            let text = failure.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .map { $0 == 0 || $1.hasPrefix("note: ") ? foldedError(String($1)) : String($1) }
                .joined(separator: "\n")
            Output.writeError((usesColor ? "\u{1B}[31m\(text)\u{1B}[0m" : text) + "\n")
        case .interrupted:
            // `step` and `run` have said where they stopped.
            let said = report.outputs.contains { event in
                if case .line(let line) = event { line.hasPrefix("interrupted") } else { false }
            }
            if !said { Output.writeError("interrupted; what was done is kept\n") }
        }
    }

    private func tell(_ seconds: Double) {
        let minutes = Int(seconds) / 60
        let text =
            minutes > 0
            ? "\(minutes) min \(Int(seconds) % 60) s" : "\(Double(Int(seconds * 10)) / 10) s"
        Output.writeError(usesColor ? "\u{1B}[2m(\(text))\u{1B}[0m\n" : "(\(text))\n")
    }
}

/// Shows cells as JSON, one object a line on standard output.
final class JSONView: NotebookObserver {
    func began(number: Int, input: String, comments: [String]) {}
    func saw(_ event: CellOutput) {}

    func ended(_ report: Cell) throws {
        try Output.write(report.json + "\n")
    }
}
