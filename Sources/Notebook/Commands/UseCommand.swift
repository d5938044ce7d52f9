import CommandLanguage
import Datasets
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
        Steps, evaluations and plots are those of the present run, on the data that it is tuned on. Others
        stay as they are.

          prompt new --name a
          prompt new --method calibrate --name b
          use a
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let name = call.text("name") ?? ""
        let before = context.state.data?.train.digest
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
        if context.state.data?.train.digest != before, let path = context.state.dataPath {
            context.say("its data: \(path), seed \(context.state.dataOptions.seed)")
        }
        context.reportRun(lastStep: false)
    }
}
