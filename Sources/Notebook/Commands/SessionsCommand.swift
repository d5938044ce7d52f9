import CommandLanguage
import Files
import PromptTuning

/// `sessions`: what was typed before.
enum SessionsCommand: NotebookCommand {
    static let verb = "sessions"
    static let looksOnly = true
    static let summary = "list the sessions that were typed before"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "n", kind: .integer(1...SessionLibrary.most), count: .optional)],
            summary: "the newest ten, or N")
    ]
    static let help = """
        What is typed at a terminal is kept as it happens, in $XDG_STATE_HOME/ziplab/sessions
        (~/.local/state/ziplab/sessions), with the box's answers and the pictures. The newest hundred sessions
        stay; older ones go when a new one begins. The program's option --no-log keeps nothing; with
        --record FILE the session is kept there instead.

        A name serves in place of a file: 'ziplab resume 2026-11-27-1' goes on with that session, to the same
        bits, also after a crash, and 'ziplab resume' with the last one in which more was done than to look;
        with --until N its first N statements go on as a new session. 'ziplab replay NAME' and
        'ziplab export NAME --to html --out FILE' take it, too. Relative paths in a session count from the
        folder where it was typed.

          sessions
          sessions 3
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        guard let library = context.host.sessions else {
            context.say("no sessions are kept here")
            return
        }
        let entries = library.entries()
        guard !entries.isEmpty else {
            context.say("no sessions yet")
            return
        }
        for entry in entries.prefix(call.integer("n") ?? 10) {
            let isThis = context.recordedPath.map { Folder.isSame($0, entry.path) } ?? false
            context.say("\(entry.name)  \(description(of: entry, isThis: isThis))")
        }
        context.say("\(DisplayNumber.count(entries.count, "session")) in \(library.folder)")
    }

    private static func description(of entry: SessionLibrary.Entry, isThis: Bool) -> String {
        guard let transcript = try? Transcript(path: entry.path) else { return "cannot be read" }
        if isThis { return "this one" }
        let last = transcript.entries.last?.read().cell.input.split(whereSeparator: \.isNewline).first.map(
            String.init)
        let isTorn = transcript.entries.last?.isTorn ?? false
        return DisplayNumber.count(transcript.entries.count, "statement")
            + (last.map { ", the last '\($0.prefix(60))'" } ?? "") + (isTorn ? ", cut off there" : "")
    }
}
