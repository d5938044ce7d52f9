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
            "The recorded session, or its name in 'sessions'; the last of these in which more was done than to look where there is none.",
            valueName: "file.zlt"))
    var file: String?

    @ArgumentParser.Argument(
        help: ArgumentHelp(
            "The script that was recorded; its further statements are run.", valueName: "script.zl"))
    var script: String?

    @Option(
        help: ArgumentHelp(
            "Take up the first N statements alone, as a new session; the old one stays as it is.",
            valueName: "N"))
    var until: Int?

    @OptionGroup var failure: FailureOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var engine: EngineOptions

    mutating func validate() throws {
        if let until, until < 1 { throw ValidationError("expected 1 or more for '--until'; got \(until)") }
    }

    mutating func run() throws {
        let notebook = try common.makeNotebook(engine)
        guard let recorded = file.map(sessionPlace) ?? notebook.host.sessions?.lastOfUse else {
            Output.writeError("ziplab: error: no session is kept: expected a file\n")
            throw ExitStatus.statementFailed
        }
        let file = try copied(recorded, notebook.host.sessions)
        notebook.host.search(around: script ?? file)
        let scratch = TemporaryFolders.make("resume")
        let resumed: Notebook.Resumed
        var text: String?
        do {
            text = try script.map { try scriptText(path: $0) }
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            resumed = try notebook.resume(file, scratch: scratch)
        } catch let error as ResumeError {
            // What was begun for it is nothing yet.
            if until != nil { RecordedSession.discard(file) }
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            if error.number > 1 {
                Output.writeError(
                    "'ziplab resume \(sessionName(recorded)) --until \(error.number - 1)' takes up what comes before it\n"
                )
            }
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

    /// The session itself, or with `--until` its first statements as a new one among those that are kept.
    private func copied(_ session: String, _ library: SessionLibrary?) throws -> String {
        guard let until else { return session }
        do {
            guard let library else {
                throw ValidationError("'--until' begins a new session, and there is no place for it")
            }
            let name = try library.copy(session, statements: until, day: KeptSession.today)
            Output.writeError("begun as session \(name); \(escapedForDisplay(session)) stays as it is\n")
            return library.folder + "/" + name + ".zlt"
        } catch let error as ValidationError {
            throw error
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
    }

    /// What names a session on the command line: its name among those that are kept, or the path.
    private func sessionName(_ path: String) -> String {
        let kept = SessionLibrary.standard(environment: ProcessInfo.processInfo.environment)?.folder
        return kept.flatMap {
            path.hasPrefix($0 + "/") ? String(path.dropFirst($0.count + 1).dropLast(4)) : nil
        }
            ?? escapedForDisplay(path)
    }
}
