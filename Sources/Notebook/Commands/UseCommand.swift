import CommandLanguage
import PromptTuning

/// `use`: makes a run the present one.
enum UseCommand: NotebookCommand {
    static let verb = "use"
    static let summary = "go to another run"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "name", kind: .name(.run))], summary: "make run NAME the present one"
        )
    ]
    static let help = """
        Steps, evaluations and plots are those of the present run. Others stay as they are.

          prompt new --name a
          prompt new --method calibrate --name b
          use a
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let name = call.text("name") ?? ""
        guard context.state.use(name) else {
            let near = nearestName(to: name, among: context.state.runs.keys.sorted())
            throw call.failure(
                "name", "\(NotebookError.noRun(name: name))",
                notes: [near.map { "did you mean '\($0)'?" } ?? "'runs' lists them"])
        }
        let run = try context.requireRun()
        context.say(
            "now at '\(name)': \(run.methodName), step \(run.method.step), "
                + DisplayNumber.queries(run.queries))
        context.reportRun(lastStep: false)
    }
}
