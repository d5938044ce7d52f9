public import BlackBox
public import Tensors

/// Hand-written prompts as they are: nothing is tuned and no query is made to tune it.
public struct TemplateMethod: TuningMethod {
    public static let name = "template"
    public static let summary = "hand-written prompts as they are: a baseline without a query"
    public static let help = """
        The mean of the templates' normalised text features, normalised (Radford et al. 2021). What it
        reaches is the least that a tuned prompt should beat; 'bias' and 'calibrate' are the next
        lines to beat.

          prompt new --method template
          prompt new --method template --template ["a photo of a {}.", "a drawing of a {}."]
          eval --split test
        """
    public static let settings = [CommonSettings.template.key]
    public static let measures: [MeasureKey] = []

    public let settings: MethodSettings
    private let templates: [String]

    public init(_ settings: MethodSettings, for problem: TuningProblem) throws {
        self.settings = settings
        templates = settings[CommonSettings.template]
    }

    public var parameters: [Float] { [] }
    public var step: Int { 0 }
    public var queriesPerStep: Int { 0 }
    public var stepLimit: Int? { 0 }
    public var description: String { templates.map { "\"\($0)\"" }.joined(separator: ", ") }
    public var deployed: Classifier { Classifier(Prompt(text: .templates(templates))) }

    public func ask() -> [Query] { [] }
    public mutating func tell(_ readings: [Float]) -> StepRecord? { nil }
    public var state: MethodState { MethodState() }
    public mutating func restore(_ state: MethodState) {}
    public func traced(_ readings: [Float]) -> [NamedTensor] { [] }
}
