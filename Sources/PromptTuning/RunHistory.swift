public import BlackBox

/// A number that a method tells of each step, as plots, tables and records know it.
public struct MeasureKey: Sendable {
    /// As it is recorded: "gradient-norm".
    public let name: String
    /// What `plot` calls it.
    public let plot: String
    /// How lines and axes show it: "‖ĝ‖".
    public let symbol: String
    /// Title of its plot.
    public let title: String
    /// Whether the line of a step shows it.
    public let isHeadline: Bool
    /// What its limit is called on a plot, where it has one.
    public let limitLabel: String

    public init(
        _ name: String, plot: String? = nil, symbol: String, title: String, isHeadline: Bool = false,
        limitLabel: String = "limit"
    ) {
        self.name = name
        self.plot = plot ?? name
        self.symbol = symbol
        self.title = title
        self.isHeadline = isHeadline
        self.limitLabel = limitLabel
    }
}

/// The value of a measure at one step.
public enum MeasureValue: Sendable, Equatable {
    case number(Double)
    case single(Float)
    case flag(Bool)

    /// For a plot; a flag is 0 or 1.
    public var double: Double {
        switch self {
        case .number(let value): value
        case .single(let value): Double(value)
        case .flag(let value): value ? 1 : 0
        }
    }
}

/// What one step showed.
public struct StepRecord: Sendable, Equatable {
    /// k, from 1.
    public var step: Int
    /// Training queries that led here: those of this step and of the steps before it.
    public var queries = 0
    /// The loss that the method tells of the step.
    public var loss: Double
    /// The numbers that the method took from the answers, round by round; with them the step can be repeated.
    public var readings: [[Float]] = []
    /// In the order of the method's measures.
    public var measures: [MeasureValue]

    public init(step: Int, loss: Double, measures: [MeasureValue]) {
        self.step = step
        self.loss = loss
        self.measures = measures
    }
}

/// Accuracy and loss on a split, and when they were measured.
public struct Evaluation: Sendable, Equatable {
    /// "training", "validation" or "test".
    public var split: String
    /// Steps taken before.
    public var step: Int
    /// Training queries that led there.
    public var queries: Int
    public var score: Score
}

/// All numbers of a run, in order.
public struct RunHistory: Sendable, Equatable {
    public internal(set) var steps = SharedList<StepRecord>()
    public internal(set) var evaluations = SharedList<Evaluation>()

    /// The evaluation of a split with the highest accuracy; of equal ones the first, which took the fewest queries.
    public func best(of split: String) -> Evaluation? {
        evaluations(of: split).reduce(nil) { best, next in
            best.map { $0.score.accuracy >= next.score.accuracy } == true ? best : next
        }
    }

    /// Evaluations of one split, in order.
    public func evaluations(of split: String) -> [Evaluation] {
        evaluations.filter { $0.split == split }
    }
}
