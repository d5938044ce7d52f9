import CommandLanguage
import PromptTuning

/// `restore`: goes back to a checkpoint.
enum RestoreCommand: NotebookCommand {
    static let verb = "restore"
    static let summary = "go back to a checkpoint"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "name", kind: .name(.checkpoint))],
            summary: "take up the state of NAME")
    ]
    static let help = """
        Steps from there give the same numbers as they did the first time; their queries are charged
        anew.

          restore before-clipping
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let name = call.text("name") ?? ""
        guard let run = context.state.checkpoints[name] else {
            let near = nearestName(to: name, among: context.state.checkpoints.keys.sorted())
            throw call.failure(
                "name", "\(NotebookError.noCheckpoint(name: name))",
                notes: near.map { ["did you mean '\($0)'?"] } ?? [])
        }
        let budget = context.state.run?.problem.budget ?? 0
        _ = try context.state.withRun { present in
            present = run
            // What 'budget' allowed since stays allowed.
            if budget > run.problem.budget { try present.raiseBudget(to: budget) }
        }
        context.say(
            "back at checkpoint '\(name)': step \(run.method.step), "
                + DisplayNumber.queries(run.queries))
        context.reportRun(lastStep: false)
    }
}
