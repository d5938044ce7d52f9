import BlackBox
import Tensors
import ZerothOrder

/// A hand-written prompt with a temperature and one bias a class, fitted on the answers to the training images.
public struct BiasMethod: HeadMethod {
    public static let name = "bias"
    public static let summary =
        "a hand-written prompt with a temperature and a bias a class; one pass of queries"
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
    public static let settings = [CommonSettings.template.key, CommonSettings.fixed.key]
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
    let pass: TrainingPass
    var fitted: (head: Head, answers: [Float])?

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        self.settings = settings
        pass = try TrainingPass(settings, problem: problem)
    }

    public var description: String { "\(pass.kind) with a temperature and a bias a class" }

    func fit(_ logits: Matrix, labels: [Int]) throws -> Head {
        Head(fit: try TemperatureFit(logits, labels: labels))
    }

    func measures(of head: Head) -> [MeasureValue] { [] }
}
