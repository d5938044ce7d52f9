import ArgumentParser
import CommandLanguage
import Foundation
import LineEditing
import Notebook

/// The program: interactive on a terminal, statements from standard input otherwise.
struct ZiplabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ziplab",
        abstract: "A notebook for tuning the prompt of a black-box vision-language model.",
        discussion: """
            Without a subcommand: a prompt on a terminal, statements from standard input otherwise.
            'help' at the prompt lists the statements.
            Exit codes: 0 done, 1 a statement failed, 2 wrong usage, 3 replay mismatch, 4 the model or the data is not
            the recorded one, 130 interrupted.
            """,
        version: "ziplab \(ziplabVersion)", subcommands: [RunFile.self, ReplayFiles.self])

    @Option(
        name: .short, parsing: .singleValue,
        help: ArgumentHelp("Run these statements and end.", valueName: "statements"))
    var c: [String] = []

    @OptionGroup var recording: RecordingOptions
    @OptionGroup var common: CommonOptions

    mutating func run() throws {
        let notebook = try common.makeNotebook(settings: try recording.settings())
        try recording.startRecording(notebook)
        let keepGoing = recording.keepGoing
        if !c.isEmpty {
            let text = c.joined(separator: "\n")
            try finish { try notebook.evaluate(text, name: "command", keepGoing: keepGoing) }
        } else if Terminal.isTypedOn {
            try Conversation(notebook).run()
        } else {
            try finish { try runPiped(notebook, keepGoing: keepGoing) }
        }
    }

    private static func isCommentOnly(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).allSatisfy { line in
            line.first { !$0.isWhitespace }.map { $0 == "#" } ?? true
        }
    }

    /// Bytes of a piped statement from which on it is run as it is; whether it is complete is asked line by line.
    private static let longestStatement = 1 << 18

    /// Statements from standard input, each run as soon as it is complete.
    ///
    /// - Returns: the cells that did not end well; others are forgotten, since a pipe may never end.
    private func runPiped(_ notebook: Notebook, keepGoing: Bool) throws -> [Cell] {
        let reader = PlainLineReader()
        var failed: [Cell] = []
        var pending = ""
        while true {
            var ended = false
            switch try reader.next(prompt: "") {
            case .line(let line): pending += line + "\n"
            case .interrupted: throw ExitStatus.interrupted
            case .endOfInput: ended = true
            }
            if !ended, pending.utf8.count < Self.longestStatement,
                case .incomplete = completeness(of: SourceText(name: "input", text: pending))
            {
                continue
            }
            // Comments go with the statement behind them.
            if !ended, Self.isCommentOnly(pending) { continue }
            for report in try notebook.evaluate(pending, name: "input", keepGoing: keepGoing) {
                switch report.status {
                case .ok: break
                case .failed: failed = [report]
                case .interrupted: return [report]
                }
            }
            pending = ""
            if ended || notebook.hasQuit || !(failed.isEmpty || keepGoing) { return failed }
        }
    }
}
