import BlackBox
import Datasets
import PromptTuning

/// `diff`: what is different between two runs.
enum DiffCommand: NotebookCommand {
    static let verb = "diff"
    static let summary = "what is different between two runs: settings, steps, accuracy"
    static let forms = [
        CommandForm(
            parameters: [
                Parameter(name: "one", kind: .name(.run)),
                Parameter(name: "other", kind: .name(.run), count: .optional),
            ], summary: "the present run, or OTHER, beside ONE")
    ]
    static let help = """
        Settings that differ, where both stand, the first step at which their losses part, and the last accuracy
        on each split that both were evaluated on. Losses are compared to the bit.

          prompt new --name a
          step 2
          prompt new --name b --c 0.001
          step 2
          diff a b
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let names = [call.text("one"), call.text("other")].compactMap { $0 }
        let first = try PlotCommand.run(names[0], named: "one", call, context)
        let second =
            names.count > 1
            ? try PlotCommand.run(names[1], named: "other", call, context) : try context.requireRun()
        let titles = [names[0], names.count > 1 ? names[1] : context.state.currentName]
        let width = max(titles[0].count, titles[1].count, 12) + 2
        func say(_ name: String, _ one: String, _ other: String) {
            context.say("\(name)".padded(to: 20) + one.padded(to: width - 2) + "  " + other)
        }
        say("", titles[0], titles[1])
        var count = 0
        func compare(_ name: String, _ one: String, _ other: String) {
            guard one != other else { return }
            say(name, one, other)
            count += 1
        }
        let values = [first, second].map { run in
            Dictionary(run.described.map { ($0.name, $0.value) }) { one, _ in one }
        }
        for name in (first.described + second.described).map(\.name).uniqued() {
            compare(name, values[0][name] ?? "–", values[1][name] ?? "–")
        }
        compare("classes", "\(first.classNames.count)", "\(second.classNames.count)")
        compare(
            "training images", first.train.digest == second.train.digest ? "" : "\(first.train.count)",
            first.train.digest == second.train.digest ? "" : "\(second.train.count) (others)")
        context.set("settings", .integer(count))
        say("step", "\(first.method.step)", "\(second.method.step)")
        say("queries", "\(first.queries)", "\(second.queries)")
        let losses = zip(first.history.steps, second.history.steps).map { ($0.loss, $1.loss) }
        if let place = losses.firstIndex(where: { $0.bitPattern != $1.bitPattern }) {
            say("loss", figure(first.history.steps.last?.loss), figure(second.history.steps.last?.loss))
            context.say("losses part at step \(place + 1): \(losses[place].0) and \(losses[place].1)")
            context.set("first-difference", .integer(place + 1))
        } else {
            context.say(
                losses.isEmpty
                    ? "no step that both took"
                    : "the first \(DisplayNumber.count(losses.count, "step")) have the same losses to the bit"
            )
        }
        for split in ["training", "validation", "test"] {
            guard let one = first.history.evaluations(of: split).last,
                let other = second.history.evaluations(of: split).last
            else { continue }
            say(
                "\(split) accuracy", DisplayNumber.percent(one.score.accuracy),
                DisplayNumber.percent(other.score.accuracy))
            context.set(split + "-difference", .double(other.score.accuracy - one.score.accuracy))
        }
        let isSame = first.parameterDigest == second.parameterDigest
        context.say(isSame ? "the parameters are the same to the bit" : "the parameters are different")
        context.set("same-parameters", .boolean(isSame))
    }

    private static func figure(_ loss: Double?) -> String { loss.map { DisplayNumber.figure($0) } ?? "–" }
}

extension Sequence where Element: Hashable {
    /// Each element once, in order.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
