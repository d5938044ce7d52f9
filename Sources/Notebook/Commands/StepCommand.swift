import PromptTuning
import ZerothOrder

/// `step`: one update, or N.
enum StepCommand: NotebookCommand {
    static let verb = "step"
    static let summary = "take one step, or N"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "n", kind: .integer(1...1_000_000), count: .optional)],
            summary: "take N steps (1)")
    ]
    static let help = """
        One step estimates the gradient from 2 × directions losses on one minibatch, clips it and
        moves the parameters. Steps that the budget does not allow are refused before any query.

          step
          step 10
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let steps = call.integer("n") ?? 1
        let run = try context.requireRun()
        let needed = steps * run.method.queriesPerStep
        guard needed <= run.ledger.remaining else {
            throw call.failure(
                nil,
                "\(TuningError.budgetUsedUp(budget: run.ledger.budget, needed: needed, left: run.ledger.remaining))",
                notes: [
                    "nothing was changed; 'prompt new --budget N' builds a new prompt with a larger budget"
                ])
        }
        try context.advance(steps: steps) { _, _ in false }
        context.reportRun(lastStep: true)
    }
}

extension CommandContext {
    /// Takes steps one by one; an interrupt between two keeps what was done.
    ///
    /// - Parameter after: called after each step, for evaluations; true ends the run.
    mutating func advance(
        steps: Int, detail: (CommandContext) -> String = { $0.lossDetail },
        after: (inout CommandContext, Int) throws -> Bool
    ) throws {
        var done = 0
        while done < steps {
            guard var run = state.run else { return }
            // Left empty while the copy is changed, so that the history is not copied at every step.
            state.run = nil
            let before = run.ledger.training
            do {
                try run.step()
            } catch {
                state.run = run
                // The step was not taken, but its losses had been asked for.
                if case .gainOutOfRange? = error as? ZerothOrderError { throw error }
                if error is ZerothOrderError { spentQueries += run.method.queriesPerStep }
                throw error
            }
            spentQueries += run.ledger.training - before
            state.run = run
            done += 1
            let ends = try after(&self, done)
            host.show(
                .init(
                    done: state.run?.ledger.training ?? 0,
                    total: run.ledger.training + (steps - done) * run.method.queriesPerStep,
                    unit: "queries", detail: detail(self)))
            do {
                try cell.interruptionPoint()
            } catch {
                say("interrupted after step \(run.method.step), state kept")
                reportRun(lastStep: true)
                throw error
            }
            if ends { return }
        }
    }

    /// The last loss, for a progress line.
    var lossDetail: String {
        state.run?.history.steps.last.map { "loss \(DisplayNumber.figure($0.loss))" } ?? ""
    }

    /// Says where the run stands, and sets its typed results.
    func reportRun(lastStep: Bool) {
        guard let run = state.run else { return }
        if let last = run.history.steps.last, lastStep {
            say(
                "step \(last.step), \(run.ledger.training) queries, loss \(DisplayNumber.figure(last.loss)), "
                    + "‖ĝ‖ \(DisplayNumber.figure(last.gradientNorm))\(last.clipped ? " clipped" : ""), "
                    + "\(run.ledger.remaining) queries left")
            set("loss", .double(last.loss))
            set("gradient-norm", .double(last.gradientNorm))
            set("clipped", .boolean(last.clipped))
        }
        set("step", .integer(run.method.step))
        set("queries", .integer(run.ledger.training))
        set("parameters", .text("sha256:" + run.parameterDigest))
    }
}
