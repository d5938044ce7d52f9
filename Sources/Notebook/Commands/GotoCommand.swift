import BlackBox
import Datasets
import PromptTuning

/// `goto`: the present run as it was after one of its steps.
enum GotoCommand: NotebookCommand {
    static let verb = "goto"
    static let summary = "go back to any step of the present run"
    static let forms = [
        CommandForm(
            object: "step",
            parameters: [Parameter(name: "k", kind: .integer(0...1_000_000_000))],
            summary: "the run as it was after step K, 0 for its start"),
        CommandForm(
            object: "best",
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "val",
                    help: "by the accuracy on which split")
            ],
            summary: "the run as it was where it was best, of equal places the first"),
    ]
    static let help = """
        The steps up to there are computed again from what the box had answered: nothing is asked, and the
        run goes on from there to the same bits as one that had stopped. What was asked for later steps stays
        on the account. 'branch' first keeps the run as it is under its name; 'undo' comes back, too. 'goto best'
        goes by the evaluations that 'run' and 'eval' have made.

          step 5
          branch other
          goto step 3
          step 2
          diff main other
          run --queries 100 --eval-every 20
          goto best
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let step = try call.integer("k") ?? bestStep(call, run, context)
        guard step <= run.method.step else {
            throw call.failure(
                "k",
                "the run is at step \(run.method.step); 'step' and 'run' take it further, 'undo' takes back a 'goto'"
            )
        }
        guard step < run.method.step else {
            context.say("at step \(step) already")
            context.reportRun(lastStep: false)
            return
        }
        let (cell, host) = (context.cell, context.host)
        defer { host.show(nil) }
        var done = 0
        try context.state.withRun { run in
            try run.goBack(toStep: step) {
                done += 1
                if done % 50 == 0 {
                    host.show(.init(done: done, total: step, unit: "steps", detail: "computing them again"))
                }
                try cell.interruptionPoint()
            }
        }
        context.say("at step \(step), \(DisplayNumber.queries(context.state.run?.queries ?? 0))")
        context.reportRun(lastStep: false)
    }

    /// The step after which the accuracy was best.
    private static func bestStep(_ call: Call, _ run: TuningRun, _ context: CommandContext) throws -> Int {
        let list = try context.list(call, default: .val, in: try context.requireData())
        guard let best = run.history.best(of: list.name) else {
            throw call.failure(
                nil, "no \(list.name) accuracy of this run yet",
                notes: ["'run --eval-every N' and 'eval' measure it"])
        }
        context.say(
            "best \(list.name) accuracy \(DisplayNumber.percent(best.score.accuracy)) at step \(best.step)")
        return best.step
    }
}
