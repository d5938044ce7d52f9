import BlackBox
import Datasets
import PromptTuning

/// `probe`: a linear classifier on the image features, for comparison.
enum ProbeCommand: NotebookCommand {
    static let verb = "probe"
    static let summary = "accuracy of a linear probe on the image features"
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "split", kind: .choice(splitNames), valueName: "test", help: "train, val or test")
            ], summary: "fit a linear probe on the training images, evaluate it on a split")
    ]
    static let help = """
        Multinomial logistic regression on the frozen features of the few-shot set, its weight decay
        chosen on the validation images. It sees the features, which a black-box method does not, and
        uses no text: a yardstick of what the model's images hold. Counts as no query.

          probe
          probe --split val
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let store = try context.requireModel()
        let data = try context.requireData()
        let list = data[call.text("split").flatMap { Split(rawValue: $0) } ?? .test]
        let lists = [data.train, data.validation, list]
        // Before any image is encoded.
        for list in lists where list.count == 0 { throw DatasetError.emptySplit(list.name) }
        for list in lists { try context.features(store, list) }
        let probe = try LinearProbe(
            train: (try store.features(data.train), data.train.labels),
            validation: (try store.features(data.validation), data.validation.labels),
            classes: data.classNames.count
        ) { done, total in
            context.host.show(
                .init(done: done, total: total, unit: "weight decays", detail: "fitting a linear probe"))
            try context.cell.interruptionPoint()
        }
        context.host.show(nil)
        let score = probe.score(try store.features(list), labels: list.labels)
        context.state.levels[list.name, default: .init()].probe = score.accuracy
        context.say(
            "linear probe on \(DisplayNumber.count(data.train.count, "training image")), weight decay "
                + "\(probe.decay): \(list.name) accuracy "
                + "\(DisplayNumber.percent(score.accuracy)) (\(score.correct) of \(score.images)), "
                + "loss \(DisplayNumber.figure(Double(score.loss)))")
        context.report(score)
        context.set("decay", .double(probe.decay))
    }
}
