import CommandLanguage
import Files
import Foundation
import LineEditing
import Notebook

/// The read–evaluate–print loop on a terminal.
final class Conversation {
    private let notebook: Notebook
    private let session: KeptSession
    private let usesColor: Bool

    init(_ notebook: Notebook, usesColor: Bool, keepsSession: Bool = false) {
        self.notebook = notebook
        self.usesColor = usesColor
        session = KeptSession(isWanted: keepsSession)
    }

    /// Runs until `quit` or ^D; a failed statement does not end it.
    func run() throws {
        let reader = try source()
        let end = reader is TerminalLineReader ? "Tab completes, ^D ends" : "^D ends"
        try greet("ziplab \(ziplabVersion): 'help' lists the statements, \(end)\n")
        if let problem = (reader as? TerminalLineReader)?.historyProblem {
            Output.writeError("ziplab: \(problem)\n")
        }
        while !notebook.hasQuit {
            // What cannot be read or recorded is said, and the session goes on.
            do {
                guard let text = try statement(reader) else { break }
                if text.allSatisfy(\.isWhitespace) { continue }
                reader.remember(text)
                session.begin(notebook)
                if reader is TerminalLineReader {
                    try Terminal.withoutEcho { _ = try notebook.evaluate(text, name: "input") }
                } else {
                    try notebook.evaluate(text, name: "input")
                }
            } catch let error as LineEditingError where error.endsInput {
                throw error
            } catch {
                Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            }
        }
        if let sessionName = session.name {
            Output.writeError("kept as \(sessionName): 'ziplab resume \(sessionName)' goes on with it\n")
        }
    }

    /// The line editor, or plain lines where the terminal is too simple for it or the output goes elsewhere.
    private func source() throws -> any LineSource {
        let plain = PlainLineReader(descriptor: 0, promptDescriptor: Terminal.promptDescriptor)
        guard Terminal.isInteractive() else { return plain }
        var assistance = LineAssistance()
        assistance.completion = { [notebook] line, cursor in
            TypedLanguage.complete(line, cursor, Completer(notebook))
        }
        assistance.continuation = TypedLanguage.continuation
        if usesColor { assistance.colours = TypedLanguage.colours }
        do {
            return try TerminalLineReader(historyPath: KeptSession.historyPath(), assistance: assistance)
        } catch LineEditingError.editorFailed {
            return plain
        }
    }

    /// The greeting stands where the prompt does.
    private func greet(_ text: String) throws {
        if Terminal.promptDescriptor == 2 { Output.writeError(text) } else { try Output.write(text) }
    }

    /// Lines up to a complete statement; nil at the end of the input.
    private func statement(_ reader: any LineSource) throws -> String? {
        var text = ""
        while true {
            switch try reader.next(
                prompt: text.isEmpty ? TerminalPrompt.first(notebook.nextNumber) : TerminalPrompt.further)
            {
            case .line(let line):
                // A session that was copied somewhere is taken without its prompts and its output.
                text += text.isEmpty ? statements(ofCopied: line) ?? line : "\n" + line
                if case .incomplete = completeness(of: SourceText(name: "input", text: text)) { continue }
                return text
            case .interrupted:
                if !(reader is TerminalLineReader) { Output.writeError("\n") }
                return ""
            case .endOfInput: return text.isEmpty ? nil : ""
            }
        }
    }
}
