public import BlackBox
public import Tensors
import ZerothOrder

/// A hand-written prompt with a temperature and one bias a class, fitted on the answers to the training images.
public struct BiasMethod: TuningMethod {
    public static let name = "bias"
    public static let summary = "a hand-written prompt with a temperature and a bias a class; one pass of queries"
    public static let help = """
        One step asks the template's logits of every training image once, one query a minibatch, and
        fits a temperature and a bias a class to their labels: the least mean cross-entropy of
        τ·g + b plus 0.01/2 ‖b‖², where g are the logits, centred and divided by their standard
        deviation. The prompt stays as it is. The loss of the step is the template's, 'fitted-loss' that
        with the head, both on the training images.

        A baseline that costs next to nothing; whoever tunes a prompt should beat it.

        Trace: step.1.logits [N, C], step.1.labels [N], step.1.head.scale [1], step.1.head.bias [C];
        deployed logits are scale · logits + bias.

          prompt new --method bias
          step
          eval --split test
        """
    public static let settings = [CommonSettings.template.key]
    public static let measures = [TrainingPass.fittedLoss]

    struct Head: LogitHead {
        let fit: TemperatureFit
        func apply(_ logits: Matrix) -> Matrix { fit.apply(logits) }
        var tensors: [NamedTensor] {
            [
                NamedTensor("head.scale", [Float(fit.scale)]),
                NamedTensor("head.bias", fit.biases.map { Float($0) }),
            ]
        }
    }

    public let settings: MethodSettings
    private let pass: TrainingPass
    private var fitted: (head: Head, readings: [Float])?

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        self.settings = settings
        pass = TrainingPass(templates: settings[CommonSettings.template], problem: problem)
    }

    public var parameters: [Float] {
        fitted.map { [Float($0.head.fit.scale)] + $0.head.fit.biases.map { Float($0) } } ?? []
    }
    public var step: Int { fitted == nil ? 0 : 1 }
    public var queriesPerStep: Int { pass.queries.count }
    public var stepLimit: Int? { 1 }
    public var description: String { "a template with a temperature and a bias a class" }
    public var deployed: Classifier { Classifier(pass.prompt, head: fitted?.head) }

    public func ask() -> [Query] { fitted == nil ? pass.queries : [] }
    public func read(_ answers: [Answer], to queries: [Query]) -> [Float] { pass.read(answers) }

    public mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        let head = try head(readings)
        fitted = (head, readings)
        return try pass.record(readings, head: head, measures: [])
    }

    private func head(_ readings: [Float]) throws -> Head {
        try pass.check(readings)
        return Head(fit: try TemperatureFit(pass.logits(readings), labels: pass.labels))
    }

    public var state: MethodState {
        MethodState([NamedTensor("answers", fitted?.readings ?? [])], counters: ["step": step])
    }

    public mutating func restore(_ state: MethodState) throws {
        fitted = nil
        guard try state.counter("step", of: Self.name) > 0 else { return }
        let count = pass.labels.count * pass.classes
        _ = try tell(try state.floats("answers", count: count, of: Self.name))
    }

    public func traced(_ readings: [Float]) throws -> [NamedTensor] {
        pass.traced(readings, head: try head(readings))
    }
}
