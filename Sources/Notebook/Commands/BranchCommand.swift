import PromptTuning

/// `branch`: a copy of the present run under another name.
enum BranchCommand: NotebookCommand {
    static let verb = "branch"
    static let summary = "copy the present run under another name and go there"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "name", kind: .name(.run))], summary: "go on with a copy named NAME")
    ]
    static let help = """
        The copy has the state, the history and the checkpoints, and it shares the account: its
        queries come off the same budget.

          branch other
          use main
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        guard let name = try context.runName(call, "name") else { return }
        guard context.state.runs[name] == nil else {
            throw call.failure("name", "there is a run '\(name)' already")
        }
        context.state.branch(name)
        context.say(
            "now at '\(name)', a branch at step \(run.method.step), \(DisplayNumber.queries(run.queries))")
        context.reportRun(lastStep: false)
    }
}
