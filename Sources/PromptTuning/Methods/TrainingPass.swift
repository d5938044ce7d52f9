import BlackBox
import Datasets
import Tensors

/// One pass of a hand-written prompt over all training images: what the methods that fit a head ask.
struct TrainingPass: Sendable {
    let prompt: Prompt
    let labels: [Int]
    let classes: Int
    private let batches: [Minibatch]

    init(templates: [String], problem: TuningProblem) {
        prompt = Prompt(text: .templates(templates))
        labels = problem.train.labels
        classes = problem.facts.classCount
        batches = problem.train.minibatches(of: problem.plan.batchSize)
    }

    var queries: [Query] { batches.map { Query(prompt, $0) } }

    /// The logits of all images, row by row.
    func read(_ answers: [Answer]) -> [Float] { answers.flatMap(\.logits.values) }

    /// [N, C]
    func logits(_ readings: [Float]) -> Matrix {
        Matrix(rows: labels.count, columns: classes, values: readings)
    }

    /// The step in which a head was fitted.
    ///
    /// - Parameter measures: what comes behind the fitted head's loss on the same images.
    /// - Throws: `BlackBoxError.scoreNotFinite` for answers that are no numbers.
    func record(_ readings: [Float], head: any LogitHead, measures: [MeasureValue]) throws -> StepRecord {
        let logits = logits(readings)
        let before = Answer(logits: logits).meanLoss(labels: labels)
        let after = Answer(logits: head.apply(logits)).meanLoss(labels: labels)
        return StepRecord(step: 1, loss: Double(before), measures: [.single(after)] + measures)
    }

    /// - Throws: `BlackBoxError.scoreNotFinite` for answers that are no numbers.
    func check(_ readings: [Float]) throws {
        if let bad = readings.first(where: { !$0.isFinite }) { throw BlackBoxError.scoreNotFinite(loss: bad) }
    }

    /// Tensors of the step for the audit trace.
    func traced(_ readings: [Float], head: any LogitHead) -> [NamedTensor] {
        let logits = NamedTensor("logits", logits(readings))
        return [logits, NamedTensor("labels", integers: labels)] + head.tensors
    }

    static let fittedLoss = MeasureKey(
        "fitted-loss", symbol: "fitted loss", title: "Loss of the fitted head", isHeadline: true)
}
