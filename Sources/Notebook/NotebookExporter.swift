import Files
import Foundation

/// A Jupyter notebook (nbformat 4.5): comments as Markdown cells, statements as code cells, pictures inside.
enum NotebookExporter: SessionExporter {
    static let name = "ipynb"
    static let pathExtension = "ipynb"

    static func export(_ session: ExportedSession) throws -> String {
        var cells: [[String: Any]] = []
        func id() -> String { "cell-\(cells.count + 1)" }
        if !session.settings.isEmpty {
            let text = session.settings.map { "let " + $0.replacing("=", with: " = ", maxReplacements: 1) }
            cells.append(code(id(), text.joined(separator: "\n"), number: nil, outputs: []))
        }
        for cell in session.cells {
            if !cell.comments.isEmpty {
                let text = cell.comments.map { String($0.drop { $0 == "#" || $0 == " " }) }
                cells.append([
                    "cell_type": "markdown", "id": id(), "metadata": [String: Any](),
                    "source": lines(text.joined(separator: "\n")),
                ])
            }
            cells.append(code(id(), cell.input, number: cell.number, outputs: outputs(cell, session)))
        }
        let notebook: [String: Any] = [
            "cells": cells,
            "metadata": [
                "kernelspec": ["display_name": "ziplab", "language": "ziplab", "name": "ziplab"],
                "language_info": ["name": "ziplab", "file_extension": ".zl", "mimetype": "text/plain"],
            ],
            "nbformat": 4, "nbformat_minor": 5,
        ]
        let data = try JSONSerialization.data(
            withJSONObject: notebook, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private static func code(
        _ id: String, _ source: String, number: Int?, outputs: [[String: Any]]
    ) -> [String: Any] {
        [
            "cell_type": "code", "id": id, "metadata": [String: Any](), "source": lines(source),
            "execution_count": number.map { $0 as Any } ?? NSNull(), "outputs": outputs,
        ]
    }

    private static func outputs(_ cell: Cell, _ session: ExportedSession) -> [[String: Any]] {
        var outputs: [[String: Any]] = []
        let text = cell.outputs.compactMap(\.line)
        if !text.isEmpty {
            outputs.append([
                "output_type": "stream", "name": "stdout", "text": lines(text.joined(separator: "\n") + "\n"),
            ])
        }
        for plot in cell.plots {
            var data: [String: Any] = [
                "text/plain": lines(plot.words)
            ]
            if let picture = session.pictures[plot.digest] {
                data["image/png"] = Data(picture.png).base64EncodedString() + "\n"
            }
            outputs.append(["output_type": "display_data", "data": data, "metadata": [String: Any]()])
        }
        switch cell.status {
        case .ok: break
        case .failed(let failure):
            outputs.append([
                "output_type": "error", "ename": "error", "evalue": failure.message,
                "traceback": TranscriptText.lines(of: failure.text),
            ])
        case .interrupted:
            outputs.append([
                "output_type": "stream", "name": "stderr", "text": ["interrupted; what was done is kept\n"],
            ])
        }
        return outputs
    }

    /// Lines with their ends, as nbformat keeps text.
    private static func lines(_ text: String) -> [String] {
        let parts = TranscriptText.lines(of: text)
        return parts.enumerated().map { $0.offset < parts.count - 1 ? $0.element + "\n" : $0.element }
            .filter { !$0.isEmpty }
    }
}

/// The statements of a Jupyter notebook's code cells.
///
/// - Parameter text: of an `.ipynb` file.
/// - Throws: `NotebookFileError`.
public func notebookScript(_ text: String, name: String) throws -> String {
    guard let notebook = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any],
        let cells = notebook["cells"] as? [[String: Any]], (notebook["nbformat"] as? Int) == 4
    else { throw NotebookFileError(name: name) }
    return cells.filter { $0["cell_type"] as? String == "code" }.map { cell in
        let source = cell["source"]
        return (source as? [String])?.joined() ?? source as? String ?? ""
    }.joined(separator: "\n") + "\n"
}

/// A file that is no Jupyter notebook of version 4.
public struct NotebookFileError: Error, CustomStringConvertible {
    var name: String

    public var description: String { "expected a Jupyter notebook of version 4 in '\(name)'" }
}
