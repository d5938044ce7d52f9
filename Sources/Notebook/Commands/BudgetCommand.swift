import BlackBox
import PromptTuning

/// `budget`: more training queries for the present run.
enum BudgetCommand: NotebookCommand {
    static let verb = "budget"
    static let summary = "tell the budget of the present run, or raise it"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "n", kind: .integer(1...1_000_000_000), count: .optional)],
            summary: "allow N training queries in all")
    ]
    static let help = """
        A run that has used up its budget goes on where it was; what its method planned by the budget that it
        began with (bar --plan budget) stays as it is. A budget is raised, never lowered, and the record says so.

          prompt new --budget 20
          step 2
          budget 40
          step 2
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        if let budget = call.integer("n") {
            guard budget > run.problem.budget else {
                throw call.failure(
                    "n",
                    "expected more than the present budget of \(DisplayNumber.queries(run.problem.budget))")
            }
            _ = try call.locating("n") { try context.state.withRun { try $0.raiseBudget(to: budget) } }
        }
        let now = try context.requireRun()
        context.say(
            "budget \(now.problem.budget), \(DisplayNumber.queries(now.account.spent.training)) asked, \(now.remaining) left"
        )
        context.set("budget", .integer(now.problem.budget))
        context.set("queries-left", .integer(now.remaining))
    }
}
