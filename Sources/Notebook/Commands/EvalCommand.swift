import BlackBox
import CommandLanguage
import Datasets
import PromptTuning

/// `eval`: accuracy and loss of the present prompt, here or on other data.
enum EvalCommand: NotebookCommand {
    static let verb = "eval"
    static let summary = "accuracy and loss of the prompt on a split, or on other data"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "path", kind: .path, count: .any)],
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "val", help: "train, val or test"),
                OptionSpecification(
                    name: "on", kind: nil,
                    help: "evaluate on the data sets at the paths, test split by default"),
                OptionSpecification(
                    name: "skip-bad", kind: nil,
                    help: "with --on: leave out files that are no whole PNG or JPEG"),
                OptionSpecification(
                    name: "base-to-new", kind: nil,
                    help: "after 'data load … --classes base': the new classes too, and the harmonic mean"),
            ], summary: "evaluate the prompt")
    ]
    static let help = """
        What the method would deploy now is evaluated. Costs one evaluation query for every minibatch;
        these are counted apart from training queries.

        --on takes the prompt to other data: cross-data-set transfer, shifted test sets. They are read with
        the --shots and --seed of the present data, so that their test images are those that 'data load'
        would give. Contexts of classes go by class name, a new class gets their mean; a fitted head stays
        only where the classes are the same. --base-to-new is the protocol of CoCoOp: tune on the first half
        of the classes, test on that half and on the other one. Beside both stands the template
        "a photo of a {}.", which costs no training query.

          eval --split test
          eval --on Assets/Data/flags Assets/Data/stamps
          data load Assets/Data/line-drawings --classes base
          prompt new
          step 10
          eval --base-to-new
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let data = try context.requireData()
        if call.flag("on") { return try evaluate(run, on: try others(call, context), call, context) }
        if let word = call.texts("path").first {
            let hint = splitNames.contains(word) ? "did you mean '--split \(word)'?" : nil
            throw call.failure(
                "path", "expected '--on' before the paths of other data", notes: [hint].compactMap { $0 })
        }
        if call.flag("base-to-new") { return try baseToNew(run, data, call, context) }
        let list = try context.list(call, default: .val, in: data)
        try context.prepare(run.oracle, run.method.deployed.prompt, list)
        let cell = context.cell
        guard
            let evaluation = try context.state.withRun({ run in
                try run.evaluate(list) { try cell.interruptionPoint() }
            })
        else { return }
        let score = evaluation.score
        context.say(
            "\(list.name) accuracy \(DisplayNumber.percent(score.accuracy)) (\(score.correct) of \(score.images)), "
                + "loss \(DisplayNumber.figure(Double(score.loss))) after "
                + DisplayNumber.queries(evaluation.queries))
        context.report(score)
    }

    /// Data to evaluate on, with the name that a table gives it.
    private struct Target {
        var name: String
        var data: DataSet
    }

    private static func others(_ call: Call, _ context: CommandContext) throws -> [Target] {
        let paths = call.texts("path")
        guard !paths.isEmpty else { throw call.failure(nil, "expected the paths of data sets after '--on'") }
        guard !call.flag("base-to-new") else {
            throw call.failure(nil, "'--on' and '--base-to-new' are two ways to evaluate: give one")
        }
        var options = context.state.dataOptions
        options.classes = .all
        options.skipsBad = options.skipsBad || call.flag("skip-bad")
        return try paths.enumerated().map { index, path in
            Target(name: path, data: try DataCommand.open(call, "path", at: index, options, context))
        }
    }

    /// Scores of the prompt on other data, a line each.
    private static func evaluate(
        _ run: TuningRun, on targets: [Target], _ call: Call, _ context: CommandContext
    ) throws {
        let scores = try targets.map { target in
            try score(run, try context.list(call, default: .test, in: target.data), target.data, context)
        }
        let width = targets.map { displayWidth(of: $0.name) }.max() ?? 0
        let tuned = Set(run.train.digests)
        for (index, (target, result)) in zip(targets, scores).enumerated() {
            let list = try context.list(call, default: .test, in: target.data)
            let seen = list.digests.count { tuned.contains($0) }
            let seenNote =
                seen == 0
                ? []
                : ["\(seen) of its \(list.count) \(list.name) images are images that the prompt was tuned on"]
            for note in target.data.notes + seenNote { context.say("note: \(target.name): \(note)") }
            context.say(
                target.name + String(repeating: " ", count: width - displayWidth(of: target.name) + 2)
                    + line(result, classes: target.data.classNames.count))
            report("on.\(index + 1)", target.name, result, context)
        }
        if scores.count > 1 {
            let mean = scores.reduce(0) { $0 + $1.score.accuracy } / Double(scores.count)
            let template = scores.reduce(0) { $0 + $1.template.accuracy } / Double(scores.count)
            context.say(
                "mean accuracy of \(scores.count) data sets \(DisplayNumber.percent(mean)), "
                    + "of a template \(DisplayNumber.percent(template))")
            context.set("mean-accuracy", .double(mean))
            context.set("mean-template", .double(template))
        }
    }

    private static func baseToNew(
        _ run: TuningRun, _ base: DataSet, _ call: Call, _ context: CommandContext
    ) throws {
        guard base.selection == .base, let path = context.state.dataPath else {
            throw call.failure(
                "base-to-new", "expected data of the base classes: 'data load PATH --classes base', then tune"
            )
        }
        var options = context.state.dataOptions
        options.classes = .new
        let new = try DataCommand.open(path, options, context)
        var accuracies: [[Double]] = []
        for (name, data) in [("base", base), ("new", new)] {
            let names = name == "base" ? context.state.classNames ?? data.classNames : data.classNames
            let result = try score(
                run, try context.list(call, default: .test, in: data), data, names: names, context)
            context.say("\(name) classes  ".padded(to: 14) + line(result, classes: names.count))
            report(name, path, result, context)
            accuracies.append([result.score.accuracy, result.template.accuracy])
        }
        let means = (0..<2).map { which -> Double in
            let (one, two) = (accuracies[0][which], accuracies[1][which])
            return one + two > 0 ? 2 * one * two / (one + two) : 0
        }
        context.say(
            "harmonic mean \(DisplayNumber.percent(means[0])), of a template \(DisplayNumber.percent(means[1]))"
        )
        context.set("harmonic-mean", .double(means[0]))
        context.set("harmonic-mean-template", .double(means[1]))
    }

    /// What the prompt and, beside it, a hand-written template are worth on some data.
    private struct Outcome {
        var score: Score
        var template: Score
        var transfer: Classifier.Transferred
        /// Name of the split.
        var split: String
    }

    /// The score of the run's prompt on a list of other data; its evaluation queries are charged to the run.
    private static func score(
        _ run: TuningRun, _ list: ImageList, _ data: DataSet, names: [String]? = nil,
        _ context: CommandContext
    ) throws -> Outcome {
        let names = names ?? data.classNames
        let transfer = run.method.deployed.transferred(to: names, from: run.classNames)
        let box = CLIPOracle(store: try context.requireModel(), classNames: names)
        let oracle = run.problem.view.applied(to: context.host.oracle(box), seed: run.problem.seed)
        try context.prepare(oracle, transfer.classifier.prompt, list)
        let cell = context.cell
        let template = Classifier(Prompt(text: .templates([CommonSettings.defaultTemplate])))
        let scores = try [transfer.classifier, template].map { classifier in
            try evaluateClassifier(
                classifier, on: list, batchSize: run.problem.plan.batchSize, oracle: oracle,
                account: run.account
            ) { try cell.interruptionPoint() }
        }
        return Outcome(score: scores[0], template: scores[1], transfer: transfer, split: list.name)
    }

    private static func line(_ outcome: Outcome, classes: Int) -> String {
        let (score, transfer) = (outcome.score, outcome.transfer)
        var remarks: [String] = []
        if transfer.leavesHead { remarks.append("its head stays behind") }
        if transfer.newClasses > 0 {
            remarks.append(
                "\(DisplayNumber.count(transfer.newClasses, "new class", "new classes")) with the mean of the contexts"
            )
        }
        return
            "\(outcome.split) accuracy \(DisplayNumber.percent(score.accuracy)) (\(score.correct) of \(score.images)), "
            + "loss \(DisplayNumber.figure(Double(score.loss))), \(DisplayNumber.count(classes, "class", "classes")); "
            + "template \(DisplayNumber.percent(outcome.template.accuracy))"
            + (remarks.isEmpty ? "" : " (" + remarks.joined(separator: ", ") + ")")
    }

    private static func report(_ key: String, _ name: String, _ outcome: Outcome, _ context: CommandContext) {
        context.set(key + ".data", .text(name))
        context.set(key + ".accuracy", .double(outcome.score.accuracy))
        context.set(key + ".images", .integer(outcome.score.images))
        context.set(key + ".loss", .float(outcome.score.loss))
        context.set(key + ".template", .double(outcome.template.accuracy))
    }
}
