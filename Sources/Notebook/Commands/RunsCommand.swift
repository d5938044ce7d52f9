import BlackBox
import PromptTuning

/// `runs`: the runs of the session.
enum RunsCommand: NotebookCommand {
    static let verb = "runs"
    static let summary = "list the runs of the session"
    static let forms = [CommandForm(summary: "list the runs, the present one marked")]
    static let help = """
        Each line has the name, the method, where the run stands and what its account was charged. A
        branch shares the account of the run it came from.

          prompt new --name a
          prompt new --method calibrate --name b
          runs
          use a
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let state = context.state
        guard !state.runs.isEmpty else {
            throw NotebookError.missing(what: "prompt", how: "build one with 'prompt new'")
        }
        let width = state.runs.keys.map(\.count).max() ?? 0
        for (name, named) in state.runs.sorted(by: { $0.key < $1.key }) {
            let run = named.run
            let accuracy = run.history.evaluations.last.map {
                ", \($0.split) accuracy \(DisplayNumber.percent($0.score.accuracy))"
            }
            let loss = run.history.steps.last.map { ", loss \(DisplayNumber.figure($0.loss))" }
            context.say(
                (name == state.currentName ? "* " : "  ") + name
                    + String(repeating: " ", count: width - name.count + 2)
                    + "\(run.methodName), seed \(run.problem.seed), step \(run.method.step)"
                    + (loss ?? "") + (accuracy ?? "")
                    + ", \(run.account.spent.training) of \(run.problem.budget) queries")
            context.set("run.\(name).step", .integer(run.method.step))
            context.set("run.\(name).charged-queries", .integer(run.account.spent.training))
        }
        context.set("current", .text(state.currentName))
    }
}
