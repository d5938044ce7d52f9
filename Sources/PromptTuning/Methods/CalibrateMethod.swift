import BlackBox
import Tensors
import ZerothOrder

/// A hand-written prompt with a regularised linear map of its logits, fitted on the answers to the training images.
public struct CalibrateMethod: HeadMethod {
    public static let name = "calibrate"
    public static let summary =
        "a hand-written prompt with a fitted linear map of its logits; one pass of queries"
    public static let help = """
        One step asks the template's logits of every training image once, one query a minibatch, and
        fits a C × C map M and a bias b to their labels: logits are centred over the classes and
        divided by their standard deviation, a temperature is fitted, then M and b by cross-entropy with
        a ridge towards the temperature alone. The ridge's strength is chosen by stratified 4-fold
        cross-validation inside the training images (3, 1, 0.3, 0.1, 0.03, 0.01, 0.003); no validation image
        is used. Beyond 200 classes it is the temperature and the bias of 'bias'. The loss of the step is
        the template's, 'fitted-loss' that with the map, both on the training images.

        'prompt load FILE --method calibrate' fits the map behind a tuned context in place of a template.

        On the embedded tasks it beats ZIP's 5 000 queries with two: the line that every method must
        beat.

        Trace: step.1.logits [N, C], step.1.labels [N], step.1.head.map [C, C], step.1.head.bias [C];
        deployed logits are map @ logits + bias. Beyond 200 classes head.scale [1] in place of the map.

          prompt new --method calibrate
          step
          eval --split test
        """
    public static let settings = [CommonSettings.template.key, CommonSettings.fixed.key]
    public static let measures = [
        TrainingPass.fittedLoss,
        MeasureKey("ridge", symbol: "ridge", title: "Strength of the ridge", isHeadline: true),
    ]

    struct Head: LogitHead {
        let map: LogitMap
        let classes: Int
        func apply(_ logits: Matrix) -> Matrix { map.apply(logits) }

        /// The map as it applies to raw logits: its columns are what it makes of unit vectors, less the bias.
        var tensors: [NamedTensor] {
            let bias = map.apply(Matrix(rows: 1, columns: classes)).values
            guard map.ridge != nil else {
                return [
                    NamedTensor("head.scale", [Float(map.temperature / map.deviation)]),
                    NamedTensor("head.bias", bias),
                ]
            }
            var unit = Matrix(rows: classes, columns: classes)
            for index in 0..<classes { unit[index, index] = 1 }
            let columns = map.apply(unit)
            var matrix = Matrix(rows: classes, columns: classes)
            for row in 0..<classes {
                for column in 0..<classes { matrix[row, column] = columns[column, row] - bias[row] }
            }
            return [NamedTensor("head.map", matrix), NamedTensor("head.bias", bias)]
        }
    }

    public let settings: MethodSettings
    let pass: TrainingPass
    private let seed: UInt64
    var fitted: (head: Head, answers: [Float])?

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        self.settings = settings
        seed = problem.seed
        pass = try TrainingPass(settings, problem: problem)
    }

    public var description: String {
        pass.classes <= LogitMap.mostClasses
            ? "\(pass.kind) with a \(pass.classes) × \(pass.classes) map of its logits"
            : "\(pass.kind) with a temperature and a bias a class: more than \(LogitMap.mostClasses) classes"
    }

    func fit(_ logits: Matrix, labels: [Int]) throws -> Head {
        Head(map: try LogitMap(logits, labels: labels, seed: seed), classes: pass.classes)
    }

    func measures(of head: Head) -> [MeasureValue] { [.number(head.map.ridge ?? 0)] }
}
