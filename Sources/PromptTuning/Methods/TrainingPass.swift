import BlackBox
import Datasets
import Tensors

/// One pass of a hand-written or loaded prompt over all training images: what the methods that fit a head ask.
struct TrainingPass: Sendable {
    let prompt: Prompt
    let labels: [Int]
    let classes: Int
    private let batches: [Minibatch]

    /// The prompt is a context where one is given, else the templates of the settings.
    init(_ settings: MethodSettings, problem: TuningProblem) throws {
        if let contexts = problem.initial?.ofClasses {
            prompt = Prompt(text: .classContexts(contexts))
        } else if let context = try problem.givenContext(settings[CommonSettings.fixed]) {
            prompt = Prompt(text: .context(context))
        } else {
            prompt = Prompt(text: .templates(settings[CommonSettings.template]))
        }
        labels = problem.train.labels
        classes = problem.facts.classCount
        batches = problem.train.minibatches(of: problem.plan.batchSize)
    }

    /// What the prompt is, in words.
    var kind: String { if case .templates = prompt.text { "a template" } else { "a context" } }

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
    func record(_ readings: [Float], head: any LogitHead, measures: [MeasureValue]) -> StepRecord {
        let logits = logits(readings)
        let before = Answer(logits: logits).meanLoss(labels: labels)
        let after = Answer(logits: head.apply(logits)).meanLoss(labels: labels)
        return StepRecord(step: 1, loss: Double(before), measures: [.single(after)] + measures)
    }

    /// - Throws: `BlackBoxError.scoreNotFinite` for answers that are no numbers.
    func check(_ readings: [Float]) throws {
        if let bad = readings.first(where: { !$0.isFinite }) { throw BlackBoxError.scoreNotFinite(loss: bad) }
    }

    static let fittedLoss = MeasureKey(
        "fitted-loss", symbol: "fitted loss", title: "Loss of the fitted head", isHeadline: true)
}

/// A method of one step: it asks a training pass and fits a head to the answers.
protocol HeadMethod: TuningMethod {
    associatedtype Head: LogitHead

    var pass: TrainingPass { get }
    /// The head and the answers that it was fitted to; nil before the step.
    var fitted: (head: Head, answers: [Float])? { get set }

    /// The head of logits [N, C] and the labels of their images.
    func fit(_ logits: Matrix, labels: [Int]) throws -> Head
    /// What is measured of a head besides its loss.
    func measures(of head: Head) -> [MeasureValue]
}

extension HeadMethod {
    public var parameters: [Float] { fitted?.head.tensors.flatMap(\.floats) ?? [] }
    public var step: Int { fitted == nil ? 0 : 1 }
    public var queriesPerStep: Int { pass.queries.count }
    public var stepLimit: Int? { 1 }
    public var deployed: Classifier { Classifier(pass.prompt, head: fitted?.head) }

    public func ask() -> [Query] { fitted == nil ? pass.queries : [] }
    public func read(_ answers: [Answer], to queries: [Query]) -> [Float] { pass.read(answers) }

    public func readingCount(of queries: [Query]) -> Int { pass.labels.count * pass.classes }

    public mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        let head = try head(readings)
        fitted = (head, readings)
        return pass.record(readings, head: head, measures: measures(of: head))
    }

    private func head(_ readings: [Float]) throws -> Head {
        try pass.check(readings)
        return try fit(pass.logits(readings), labels: pass.labels)
    }

    public var state: MethodState {
        MethodState([NamedTensor("answers", fitted?.answers ?? [])], counters: ["step": step])
    }

    /// Fits the head again: the answers are all that a fit depends on.
    public mutating func restore(_ state: MethodState) throws {
        guard try state.counter("step", of: Self.name) > 0 else {
            _ = try state.floats("answers", count: 0, of: Self.name)
            fitted = nil
            return
        }
        let answers = try state.floats("answers", count: pass.labels.count * pass.classes, of: Self.name)
        fitted = (try head(answers), answers)
    }

    public func traced(_ readings: [Float]) throws -> [NamedTensor] {
        let logits = NamedTensor("logits", pass.logits(readings))
        return [logits, NamedTensor("labels", integers: pass.labels)] + (try head(readings)).tensors
    }
}
