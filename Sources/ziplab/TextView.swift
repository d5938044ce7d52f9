import CommandLanguage
import Notebook

/// Shows cells as text: lines on standard output, errors on standard error.
final class TextView: NotebookObserver {
    private let usesColor: Bool

    init(usesColor: Bool) {
        self.usesColor = usesColor
    }

    func began(number: Int, input: String, comments: [String]) {}

    func saw(_ event: CellOutput) throws {
        if case .line(let line) = event { try Output.write(line + "\n") }
    }

    func ended(_ report: Cell) {
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
}

/// Shows cells as JSON, one object a line on standard output.
final class JSONView: NotebookObserver {
    func began(number: Int, input: String, comments: [String]) {}
    func saw(_ event: CellOutput) {}

    func ended(_ report: Cell) throws {
        try Output.write(report.json + "\n")
    }
}
