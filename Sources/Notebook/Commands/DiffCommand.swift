import BlackBox
import Datasets
import PromptTuning

/// `diff`: what is different between two runs.
enum DiffCommand: NotebookCommand {
    static let verb = "diff"
    static let looksOnly = true
    static let summary = "what is different between two runs: settings, steps, accuracy"
    static let forms = [
        CommandForm(
            parameters: [
                Parameter(name: "one", kind: .name(.run), count: .optional),
                Parameter(name: "other", kind: .name(.run), count: .optional),
            ],
            summary:
                "the present run, or OTHER, beside ONE; without names what it branched off, or the only other"
        )
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
        var names = [call.text("one"), call.text("other")].compactMap { $0 }
        if names.isEmpty { names = [try other(call, context)] }
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

    /// What the present run is compared with where no name is given: what it branched off, or the only other run.
    private static func other(_ call: Call, _ context: CommandContext) throws -> String {
        _ = try context.requireRun()
        let state = context.state
        if let origin = state.runs[state.currentName]?.origin, state.runs[origin.name] != nil {
            return origin.name
        }
        let others = state.runs.keys.filter { $0 != state.currentName }
        guard let only = others.first, others.count == 1 else {
            throw call.failure(
                nil, others.isEmpty ? "there is no other run" : "expected the name of a run; got nothing",
                notes: ["'runs' lists them; 'branch NAME' and 'prompt new --name NAME' make another"])
        }
        return only
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
