import ArgumentParser
import CommandLanguage
import Foundation
import LineEditing
import Notebook

/// The program: interactive on a terminal, statements from standard input otherwise.
struct ZiplabCommand: ParsableCommand {
    static let exitCodes =
        "0 done, 1 a statement failed, 2 wrong usage, 3 replay mismatch, 4 the model or the data is not "
        + "the recorded one, 130 interrupted."
    static let configuration = CommandConfiguration(
        commandName: "ziplab",
        abstract: "A notebook for tuning the prompt of a black-box vision-language model.",
        discussion: """
            Without a subcommand: a prompt on a terminal, statements from standard input otherwise.
            'help' at the prompt lists the statements.
            Exit codes: \(exitCodes)
            """,
        version: "ziplab \(ziplabVersion)",
        subcommands: [
            RunFile.self, ReplayFiles.self, ResumeFile.self, ExportFile.self, SweepScript.self,
            GatherSessions.self,
            RunKernel.self, PrintManual.self, RunJob.self,
        ])

    @Option(
        name: .short, parsing: .singleValue,
        help: ArgumentHelp("Run these statements and end.", valueName: "statements"))
    var c: [String] = []

    @Flag(name: .customLong("no-log"), help: "Do not keep what is typed ('help sessions').")
    var noLog = false

    @OptionGroup var recording: RecordingOptions
    @OptionGroup var failure: FailureOptions
    @OptionGroup var replacing: ReplacingOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var engine: EngineOptions

    mutating func run() throws {
        let notebook = try common.makeNotebook(engine, settings: try recording.settings())
        try recording.startRecording(notebook, replacing: replacing.force)
        let keepGoing = failure.keepGoing
        if !c.isEmpty {
            let text = c.joined(separator: "\n")
            try finish { try notebook.evaluate(text, name: "command", keepGoing: keepGoing) }
        } else if Terminal.isTypedOn {
            try Conversation(
                notebook, usesColor: common.usesColor, keepsSession: !noLog && recording.record == nil
            ).run()
        } else {
            try finish { try PipedStatements(notebook, keepGoing: keepGoing).run() }
        }
    }
}
