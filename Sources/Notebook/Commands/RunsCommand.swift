import BlackBox
import PromptTuning

/// `runs`: the runs of the session.
enum RunsCommand: NotebookCommand {
    static let verb = "runs"
    static let looksOnly = true
    static let summary = "list the runs of the session"
    static let forms = [CommandForm(summary: "list the runs, the present one marked")]
    static let help = """
        Each line has the name, the method, where the run stands and what its account was charged. A
        branch stands below the run that it came from, with the step there, and shares its account.

          branch other
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
        let tree = tree(state.runs)
        let width = tree.map { 2 * $0.depth + $0.name.count }.max() ?? 0
        for (name, depth) in tree {
            guard let named = state.runs[name] else { continue }
            let run = named.run
            let accuracy = run.history.evaluations.last.map {
                ", \($0.split) accuracy \(DisplayNumber.percent($0.score.accuracy))"
            }
            let loss = run.history.steps.last.map { ", loss \(DisplayNumber.figure($0.loss))" }
            let branch = depth > 0 ? String(repeating: "  ", count: depth - 1) + "└ " : ""
            context.say(
                (name == state.currentName ? "* " : "  ") + (branch + name).padded(to: width + 2)
                    + "\(run.methodName), seed \(run.problem.seed), step \(run.method.step)"
                    + (named.origin.map { " from \($0.step)" } ?? "") + (loss ?? "") + (accuracy ?? "")
                    + ", \(run.account.spent.training) of \(run.problem.budget) queries")
            context.set("run.\(name).step", .integer(run.method.step))
            context.set("run.\(name).charged-queries", .integer(run.account.spent.training))
            if let origin = named.origin {
                context.set("run.\(name).branch-of", .text(origin.name))
                context.set("run.\(name).branch-step", .integer(origin.step))
            }
        }
        context.set("current", .text(state.currentName))
    }

    /// The runs by name, each followed by those that branched off it.
    private static func tree(_ runs: [String: NotebookState.NamedRun]) -> [(name: String, depth: Int)] {
        var rows: [(name: String, depth: Int)] = []
        func add(_ name: String, _ depth: Int) {
            rows.append((name, depth))
            for child in runs.keys.sorted() where runs[child]?.origin?.name == name { add(child, depth + 1) }
        }
        for name in runs.keys.sorted() where runs[name]?.origin.map({ runs[$0.name] == nil }) ?? true {
            add(name, 0)
        }
        return rows
    }
}
