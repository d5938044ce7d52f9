import PromptTuning

/// `undo`: takes back statements.
enum UndoCommand: NotebookCommand {
    static let verb = "undo"
    static let summary = "take back the last statement, or N"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "n", kind: .integer(1...1000), count: .optional)],
            summary: "take back the last N statements that changed something (1)"),
        CommandForm(object: "list", summary: "the last ten of them, the newest first"),
    ]
    static let help = """
        Everything a statement changed comes back, but no query does: what undone steps asked stays
        on the account, and 'show' tells it. A whole block or 'run' is one statement, and so is 'eval', which adds
        a point to the curve of accuracy. 'redo' goes forth again.

          undo list
          undo
          undo 3
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        if call.form.object == "list" {
            list(context)
            return
        }
        guard context.blockDepth == 0 else {
            throw call.failure(nil, "expected 'undo' on its own; got it inside a block or a sourced file")
        }
        let count = call.integer("n") ?? 1
        var past = context.past
        guard count <= past.count else {
            throw call.failure(
                "n",
                past.isEmpty
                    ? "\(NotebookError.nothingToUndo)"
                    : "only \(DisplayNumber.count(past.count, "statement")) can be undone; got \(count)"
            )
        }
        let target = past.count - count
        context.future = past[(target + 1)...] + [context.state] + context.future
        context.state = past[target]
        context.base = past[target]
        let undone = past[target...].map { ResultValue.integer($0.nextCell) }
        past.removeSubrange(target...)
        context.past = past
        let place =
            context.state.run.map { "; at step \($0.method.step), \(DisplayNumber.queries($0.queries))" }
            ?? ""
        let first = context.state.next.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let more = count > 1 ? " and what came after" : ""
        context.say("undone: \(first)\(more)\(place)")
        context.set("undone", .list(undone))
        context.reportRun(lastStep: false)
    }

    private static func list(_ context: CommandContext) {
        guard !context.past.isEmpty else { return context.say("nothing to undo") }
        for (index, state) in context.past.reversed().prefix(10).enumerated() {
            let first = state.next.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            context.say("\(index + 1)".padded(to: 4) + first)
        }
        if context.past.count > 10 { context.say("and \(context.past.count - 10) before") }
    }
}
