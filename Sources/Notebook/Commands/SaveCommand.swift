import Files

/// `save`: the session as a transcript.
enum SaveCommand: NotebookCommand {
    static let verb = "save"
    static let looksOnly = true
    static let summary = "write the session as a transcript that replays"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "file", kind: .path)], options: [.force],
            summary: "write the transcript so far")
    ]
    static let help = """
        The file has every statement with what it showed and computed. 'ziplab replay FILE' runs the
        statements again and compares every number. This statement itself is not in the file. An earlier
        'save' of the same session is written over, another file or session with --force alone. The prompt
        that was tuned is written by 'prompt save'.

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
        guard call.isForced || isEarlier(context.host.output(path), than: kept) else {
            throw call.failure(
                "file", "cannot write '\(path)': it is another session",
                notes: ["give it another name, or '--force' writes over it"])
        }
        try call.locating("file") {
            do {
                try context.host.write(Array(kept.utf8), to: path, force: call.isForced)
            } catch let error as FileError where error.cause == .foreign {
                throw call.failure(
                    "file", "\(error)", notes: Call.notes(on: error) + ["'prompt save' writes a tuned prompt"]
                )
            }
        }
        context.say("session written to \(path)")
    }

    /// Whether what is at a path is no session, or the first statements of this one.
    private static func isEarlier(_ path: String, than text: String) -> Bool {
        guard FileKind(path) == .file, let old = try? Transcript(path: path),
            let new = try? Transcript(text, name: path)
        else { return true }
        return new.cells.map(\.input).starts(with: old.cells.map(\.input))
    }
}
