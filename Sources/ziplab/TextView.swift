import CommandLanguage
import Notebook
import Raster
import TerminalPictures

/// Shows cells as text: lines on standard output, errors on standard error.
final class TextView: NotebookObserver {
    private let usesColor: Bool
    /// How pictures that a person asked to see are shown; nil: not.
    private let pictures: (() -> TerminalPicture)?
    /// Whether a statement that took long says so.
    private let tellsTime: Bool

    init(usesColor: Bool, pictures: (() -> TerminalPicture)? = nil, tellsTime: Bool = false) {
        self.usesColor = usesColor
        self.pictures = pictures
        self.tellsTime = tellsTime
    }

    func began(number: Int, input: String, comments: [String]) {}

    func saw(_ event: CellOutput) throws {
        switch event {
        case .line(let line): try Output.write(line + "\n")
        case .plot(let plot): if plot.isShown { try show(plot.png, sketch: plot.sketch) }
        case .picture(let picture): try show(picture.png, sketch: [])
        }
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

    func ended(_ report: Cell) {
        defer { if tellsTime, report.seconds >= 1 { tell(report.seconds) } }
        switch report.status {
        case .ok: break
        case .failed(let failure):
            let text = failure.text
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
