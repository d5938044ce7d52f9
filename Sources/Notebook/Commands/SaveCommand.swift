import Files

/// `save`: the session as a transcript.
enum SaveCommand: NotebookCommand {
    static let verb = "save"
    static let summary = "write the session as a transcript that replays"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "file", kind: .path)], summary: "write the transcript so far")
    ]
    static let help = """
        The file has every statement with what it showed and computed. 'ziplab replay FILE' runs the
        statements again and compares every number. This statement itself is not in the file.

          save session.zlt
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let path = call.text("file") ?? ""
        if let recorded = context.recordedPath, Folder.isSame(context.host.output(path), recorded) {
            throw call.failure("file", "'\(path)' is the file that this session is recorded to already")
        }
        // The recorder already holds this statement's input line; the file ends before it.
        let text = context.transcript()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let end =
            lines.lastIndex { $0.hasPrefix("@end ") }.map { $0 + 1 }
            ?? lines.firstIndex { !$0.hasPrefix("@") && !$0.hasPrefix("#!") } ?? lines.endIndex
        let kept = lines[..<end].joined(separator: "\n") + "\n"
        try call.locating("file") { try context.host.write(Array(kept.utf8), to: path) }
        context.say("session written to \(path)")
    }
}
