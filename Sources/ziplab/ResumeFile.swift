import ArgumentParser
import CommandLanguage
import Files
import Foundation
import LineEditing
import Notebook

/// `ziplab resume FILE.zlt [SCRIPT.zl]`
struct ResumeFile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a recorded session that was ended, to the same bits as if it had not been.",
        discussion: """
            The recorded statements are run again, with the box's answers from the journal beside the file; a statement \
            that was cut off is run to its end. Then the rest of the script follows, or statements from the \
            terminal or standard input. Paths are as in the folder where the session was recorded.
            """)

    @ArgumentParser.Argument(
        help: ArgumentHelp(
            "The recorded session, or its name in 'sessions'; the last of these where there is none.",
            valueName: "file.zlt"))
    var file: String?

    @ArgumentParser.Argument(
        help: ArgumentHelp(
            "The script that was recorded; its further statements are run.", valueName: "script.zl"))
    var script: String?

    @OptionGroup var failure: FailureOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var engine: EngineOptions

    mutating func run() throws {
        let notebook = try common.makeNotebook(engine)
        guard let file = file.map(sessionPlace) ?? notebook.host.sessions?.lastOfUse else {
            Output.writeError("ziplab: error: no session is kept: expected a file\n")
            throw ExitStatus.statementFailed
        }
        notebook.host.search(around: script ?? file)
        let scratch = TemporaryFolders.make("resume")
        let resumed: Notebook.Resumed
        var text: String?
        do {
            text = try script.map { try scriptText(path: $0) }
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            resumed = try notebook.resume(file, scratch: scratch)
        } catch let error as ResumeError {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw error.mismatch.isProvenance ? ExitStatus.otherModelOrData : ExitStatus.mismatch
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
        Output.writeError(
            "\(escapedForDisplay(file)): \(resumed.cells.count) statements taken up, \(resumed.queries) queries known"
                + (resumed.torn == nil ? "" : "; the one that was cut off goes on where it was") + "\n")
        let keepGoing = failure.keepGoing
        if let text, let script {
            var done = resumed.cells.map(\.input)
            // A script stops at a statement that fails, which may be another one by now.
            if !keepGoing, case .failed? = resumed.cells.last?.status { done.removeLast() }
            try finish { try notebook.evaluate(text, name: script, keepGoing: keepGoing, behind: done) }
            return
        }
        if let torn = resumed.torn {
            if Terminal.isTypedOn, Terminal.isInteractive() {
                // As at the prompt, to which ^C or a failure leads.
                try Terminal.withoutEcho { _ = try notebook.evaluate(torn, name: "input") }
            } else {
                try finish { try notebook.evaluate(torn, name: "input", keepGoing: keepGoing) }
            }
        }
        if Terminal.isTypedOn {
            try Conversation(notebook, usesColor: common.usesColor).run()
        } else {
            try finish { try PipedStatements(notebook, keepGoing: keepGoing).run() }
        }
    }
}
