import BlackBox
import PromptTuning

/// `history`: the last steps as a table.
enum HistoryCommand: NotebookCommand {
    static let verb = "history"
    static let looksOnly = true
    static let summary = "the last steps as a table"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "n", kind: .integer(1...1_000_000), count: .optional)],
            summary: "show the last N steps (10)")
    ]
    static let help = """
        The table has the step, the queries used, the loss of the step and what its method shows of it,
        for zip ‖ĝ‖ and whether it was clipped; evaluations stand behind the step they came after.
        'export csv' writes all of it.

          history 20
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let steps = run.history.steps.suffix(call.integer("n") ?? 10)
        let shown = type(of: run.method).measures.enumerated().filter { $0.element.isHeadline }
        func isFlag(_ index: Int) -> Bool {
            if case .flag? = run.history.steps.first?.measures[index] { true } else { false }
        }
        let numbers = shown.filter { !isFlag($0.offset) }
        context.say(
            "  step  queries     loss" + numbers.map { right($0.element.symbol, 9) }.joined())
        if steps.count == run.history.steps.count {
            for start in run.history.evaluations where start.step == 0 {
                context.say(
                    right("0", 6) + right("0", 9) + "  \(start.split) "
                        + DisplayNumber.percent(start.score.accuracy))
            }
        }
        for step in steps {
            let accuracies = run.history.evaluations.filter { $0.step == step.step }
                .map { "  \($0.split) \(DisplayNumber.percent($0.score.accuracy))" }.uniqued().joined()
            context.say(
                right("\(step.step)", 6) + right("\(step.queries)", 9)
                    + right(DisplayNumber.figure(step.loss), 9)
                    + numbers.map { right(DisplayNumber.figure(step.measures[$0.offset].double), 9) }.joined()
                    + shown.map { step.measures[$0.offset] == .flag(true) ? " " + $0.element.symbol : "" }
                    .joined() + accuracies)
        }
        context.set("steps", .integer(run.history.steps.count))
        context.set("evaluations", .integer(run.history.evaluations.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
