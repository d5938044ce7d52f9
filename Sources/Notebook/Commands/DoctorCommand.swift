import BlackBox
import PromptTuning

/// `doctor`: why a run does not descend.
enum DoctorCommand: NotebookCommand {
    static let verb = "doctor"
    static let summary = "examine the prompt: what keeps it from getting better, and what to change first"
    static let forms = [CommandForm(summary: "examine the present prompt")]
    static let help = """
        About 135 training queries around the present prompt are charged to the run; the prompt stays as
        it is. Asked are: one query three times, and other minibatches (noise); a template on the training
        images (do labels and answers have to do with each other?); for zip and blackvip the loss along random
        directions at distances from 1e-6 to 10 (is c between rounding and curvature?), the next step and its
        multiples from 0.001 to 1000 (is a right, does clipping bite?), and each part of the parameters alone
        (which do nothing here?). The schedule needs no query.

        Advice comes in the order in which to follow it: change one thing, examine again. It is about the
        present prompt: a loss that is straight here may be curved later. Examples/doctor.md has what it said
        of 20 spoiled runs and what became of them.

          prompt new --a 1
          doctor
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let needed = Examination.queries(of: run)
        guard needed <= run.remaining else { throw call.overBudget(run, needed: needed) }
        context.say("examining with \(DisplayNumber.queries(needed)) of the \(run.remaining) left")
        let cell = context.cell
        let host = context.host
        defer { host.show(nil) }
        let examination = try run.examined { asked in
            host.show(.init(done: asked, total: needed, unit: "queries", detail: "examining"))
            try cell.interruptionPoint()
        }
        let summary = examination.summary
        for line in summary { context.say(line.name.padded(to: 10) + line.text) }
        let advice = examination.advice
        for (index, item) in advice.enumerated() {
            context.say((index == 0 ? "first:" : "then:").padded(to: 10) + item.finding)
            context.say("".padded(to: 10) + item.change)
            context.set("advice.\(index + 1)", .text(item.subject))
            context.set("change.\(index + 1)", .text(item.change))
        }
        if advice.isEmpty { context.say("nothing stands in the way of the next step") }
        context.set("advice", .integer(advice.count))
        context.set("queries", .integer(examination.queries))
    }
}
