import PromptTuning

/// `checkpoint`: gives the present state of the run a name.
enum CheckpointCommand: NotebookCommand {
    static let verb = "checkpoint"
    static let summary = "name the present state of the run"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "name", kind: .name(.checkpoint))], summary: "keep the state as NAME"
        )
    ]
    static let help = """
        A checkpoint holds parameters, counters and history, not the account of queries, which only
        grows. A new prompt of the run's name, a new model or data set clears the checkpoints.

          checkpoint before-clipping
          step 50
          restore before-clipping
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        context.state.setCheckpoint(call.text("name") ?? "", run)
        context.say("checkpoint '\(call.text("name") ?? "")' at step \(run.method.step)")
        context.reportRun(lastStep: false)
    }
}
