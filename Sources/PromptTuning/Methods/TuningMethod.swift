public import Tensors

/// A way to tune a prompt with loss values alone.
///
/// A method is given losses for contexts it proposes, nothing else; it cannot reach a weight, an image or the account of
/// queries.
public protocol TuningMethod: Sendable {
    /// The name that `prompt new --method` takes.
    static var name: String { get }

    /// Builds the method for a model of a width d.
    ///
    /// - Throws: `TuningError.badSetting` for settings that do not fit.
    init(_ settings: PromptSettings, initial: Matrix?, width: Int) throws

    var settings: PromptSettings { get }
    /// w, [δ]
    var parameters: [Float] { get }
    /// Steps taken.
    var step: Int { get }
    /// Queries that one step costs.
    var queriesPerStep: Int { get }
    /// The longest gradient, nil where none is too long.
    var clipThreshold: Double? { get }
    /// The context at w, [m, d].
    var context: Matrix { get }

    /// Takes one step; on an error nothing has changed.
    ///
    /// - Parameter losses: the loss of each proposed context.
    mutating func advance(_ losses: (_ contexts: [Matrix]) throws -> [Float]) throws -> StepSummary
}

/// The methods, sorted by name.
public enum TuningMethods {
    static let all: [any TuningMethod.Type] = [ZIPMethod.self]

    public static var names: [String] { all.map { $0.name } }

    /// - Throws: `TuningError.unknownMethod`.
    public static func make(_ settings: PromptSettings, initial: Matrix?, width: Int) throws
        -> any TuningMethod
    {
        guard let method = all.first(where: { $0.name == settings.method }) else {
            throw TuningError.unknownMethod(settings.method, known: names)
        }
        return try method.init(settings, initial: initial, width: width)
    }
}
