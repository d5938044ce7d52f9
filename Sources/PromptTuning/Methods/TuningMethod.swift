public import BlackBox
public import Tensors

/// A way to tune a prompt with what a black box answers, in rounds of queries.
///
/// A method proposes queries and is told the numbers it took from their answers; it cannot reach a model, nor the account of
/// queries. It is a value: asking changes nothing, and a copy is a way back.
public protocol TuningMethod: Sendable {
    /// The name that `prompt new --method` takes.
    static var name: String { get }
    /// One line for lists.
    static var summary: String { get }
    /// Paragraphs about it, with the tensors of its trace and the source of its settings.
    static var help: String { get }
    /// Its own settings, in the order of help and records.
    static var settings: [SettingKey] { get }
    /// What it tells of each step besides the loss.
    static var measures: [MeasureKey] { get }
    /// What the loss of a step is, for an axis.
    static var lossName: String { get }

    /// - Throws: `TuningError` for settings that do not fit each other or the problem.
    init(_ settings: MethodSettings, for problem: TuningProblem) throws

    /// The settings in use.
    var settings: MethodSettings { get }
    /// The trainable numbers, [δ].
    var parameters: [Float] { get }
    /// Steps taken.
    var step: Int { get }
    /// Most queries of the next step.
    var queriesPerStep: Int { get }
    /// Fewest queries of a step; fewer than `queriesPerStep` where steps differ.
    var fewestQueriesPerStep: Int { get }
    /// Steps after which nothing is left to tune; nil where there is always more.
    var stepLimit: Int? { get }
    /// Sizes for a person, on one line.
    var description: String { get }
    /// The settings of the steps for a person; may be empty.
    var schedule: String { get }
    /// The limit of a measure, by its name.
    var limits: [String: Double] { get }
    /// SHA-256 of what it reads besides the box and the data, by name.
    var provenance: [String: String] { get }
    /// What a person would deploy now.
    var deployed: Classifier { get }

    /// The queries of the next round; asking twice gives the same.
    func ask() throws -> [Query]
    /// The numbers it takes from a round's answers; for most the mean cross-entropy of each.
    func read(_ answers: [Answer], to queries: [Query]) throws -> [Float]
    /// How many numbers `read` gives.
    func readingCount(of queries: [Query]) -> Int
    /// Ends the round; nil where the step has further ones.
    ///
    /// - Throws: `ZerothOrderError`; nothing has changed then.
    mutating func tell(_ readings: [Float]) throws -> StepRecord?

    var state: MethodState { get }
    /// - Throws: `TuningError.badState`.
    mutating func restore(_ state: MethodState) throws

    /// What was drawn before the first step, for the audit trace.
    var traced: [NamedTensor] { get }
    /// What the round that would be told `readings` draws and computes, for the audit trace.
    func traced(_ readings: [Float]) throws -> [NamedTensor]
}

extension TuningMethod {
    public static var lossName: String { "cross-entropy" }
    public var stepLimit: Int? { nil }
    public var schedule: String { "" }
    public var limits: [String: Double] { [:] }
    public var provenance: [String: String] { [:] }
    public var traced: [NamedTensor] { [] }

    public func read(_ answers: [Answer], to queries: [Query]) throws -> [Float] {
        zip(answers, queries).map { $0.meanLoss(labels: $1.batch.labels) }
    }

    public func readingCount(of queries: [Query]) -> Int { queries.count }
}

/// The known methods.
public struct MethodTable: Sendable {
    /// Sorted by name.
    public let all: [any TuningMethod.Type]

    public init(_ methods: [any TuningMethod.Type]) {
        all = methods.sorted { $0.name < $1.name }
    }

    /// The methods of this program.
    public static let standard = MethodTable([
        BARMethod.self, BPTVLMMethod.self, BiasMethod.self, BlackVIPMethod.self, CalibrateMethod.self,
        GaussNewtonMethod.self, TemplateMethod.self, ZIPMethod.self,
    ])
    /// The method where none is named.
    public static let defaultName = ZIPMethod.name

    public var names: [String] { all.map { $0.name } }

    public func method(_ name: String) -> (any TuningMethod.Type)? { all.first { $0.name == name } }

    /// Everything that can be measured of a step, by any method; each name once.
    public var measures: [MeasureKey] {
        var seen: Set<String> = []
        return all.flatMap { $0.measures }.filter { seen.insert($0.name).inserted }
    }
}

extension TuningMethod {
    public var fewestQueriesPerStep: Int { queriesPerStep }
}
