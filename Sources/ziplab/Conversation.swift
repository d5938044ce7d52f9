import CommandLanguage
import Foundation
import LineEditing
import Notebook

/// The read–evaluate–print loop on a terminal.
final class Conversation {
    private let notebook: Notebook

    init(_ notebook: Notebook) {
        self.notebook = notebook
    }

    /// Runs until `quit` or ^D; a failed statement does not end it.
    func run() throws {
        let reader = try TerminalLineReader(historyPath: Self.historyPath()) { [notebook] line, cursor in
            Self.complete(line, cursor, Completer(notebook))
        }
        try Output.write("ziplab \(ziplabVersion): 'help' lists the statements, Tab completes, ^D ends\n")
        if let problem = reader.historyProblem { Output.writeError("ziplab: \(problem)\n") }
        while !notebook.hasQuit {
            guard let text = try statement(reader) else { break }
            if text.allSatisfy(\.isWhitespace) { continue }
            reader.remember(text)
            // What a transcript cannot take is said, and the session goes on.
            do {
                try notebook.evaluate(text, name: "input")
            } catch {
                Output.writeError("ziplab: error: \(error)\n")
            }
        }
    }

    /// Lines up to a complete statement; nil at the end of the input.
    private func statement(_ reader: TerminalLineReader) throws -> String? {
        var text = ""
        while true {
            switch try reader.next(prompt: text.isEmpty ? "ziplab> " : "   ...> ") {
            case .line(let line):
                text += text.isEmpty ? line : "\n" + line
                if case .incomplete = completeness(of: SourceText(name: "input", text: text)) { continue }
                return text
            case .interrupted: return ""
            case .endOfInput: return text.isEmpty ? nil : ""
            }
        }
    }

    private static func complete(_ line: String, _ cursor: Int, _ completer: Completer) -> Completion {
        let answer = completer.complete(line, cursor: line.prefix(cursor).utf8.count)
        func characters(_ offset: Int) -> Int {
            String(decoding: line.utf8.prefix(offset), as: UTF8.self).count
        }
        return Completion(
            replaced: characters(answer.replaced.lowerBound)..<characters(answer.replaced.upperBound),
            candidates: answer.candidates, suffix: answer.isFinal ? " " : "")
    }

    /// The history file below the user's state folder; nil where that cannot be made.
    private static func historyPath() -> String? {
        let environment = ProcessInfo.processInfo.environment
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? environment["HOME"].map { $0 + "/.local/state" }
        guard let folder = state.map({ $0 + "/ziplab" }) else { return nil }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            return nil
        }
        return folder + "/history"
    }
}
