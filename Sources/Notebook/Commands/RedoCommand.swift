import PromptTuning

/// `redo`: goes forth again to what was undone.
enum RedoCommand: NotebookCommand {
    static let verb = "redo"
    static let summary = "take up again the last statement that was undone, or N"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "n", kind: .integer(1...1000), count: .optional)],
            summary: "take up again N statements that were undone (1)")
    ]
    static let help = """
        The state after the statement comes back as it was; nothing is run or asked again. As soon as
        another statement changes something, what was undone can no longer be redone.

          step 2
          undo
          redo
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        guard context.blockDepth == 0 else {
            throw call.failure(nil, "expected 'redo' on its own; got it inside a block or a sourced file")
        }
        let count = call.integer("n") ?? 1
        guard count <= context.future.count else {
            throw call.failure(
                "n",
                context.future.isEmpty
                    ? "nothing to redo: nothing was undone, or something changed since"
                    : "only \(DisplayNumber.count(context.future.count, "statement")) can be redone; got \(count)"
            )
        }
        // The present state knows the statement that led from it to the next.
        let passed = [context.state] + context.future.prefix(count - 1)
        context.past += passed
        context.state = context.future[count - 1]
        context.base = context.state
        context.future.removeFirst(count)
        let last = passed.last?.next.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let place =
            context.state.run.map { "; at step \($0.method.step), \(DisplayNumber.queries($0.queries))" }
            ?? ""
        context.say("redone: \(count > 1 ? "up to " : "")\(last)\(place)")
        context.set("redone", .list(passed.map { .integer($0.nextCell) }))
        context.reportRun(lastStep: false)
    }
}
