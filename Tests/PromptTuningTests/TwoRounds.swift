import BlackBox
import PromptTuning
import Tensors

/// A method whose steps have two rounds: three queries, then two that depend on what the three said.
struct TwoRounds: TuningMethod {
    static let name = "two-rounds"
    static let summary = "steps of two rounds"
    static let help = "Trace: values, w."
    static let settings: [SettingKey] = []
    static let measures: [MeasureKey] = []

    let settings: MethodSettings
    private let problem: TuningProblem
    private(set) var step = 0
    private(set) var parameters: [Float]
    /// What the first round of the present step said.
    private var first: [Float] = []

    init(_ settings: MethodSettings, for problem: TuningProblem) {
        (self.settings, self.problem) = (settings, problem)
        parameters = [Float](repeating: 0.1, count: problem.facts.width)
    }

    var queriesPerStep: Int { 5 }
    var description: String { "two rounds" }
    var deployed: Classifier { Classifier(prompt(0)) }
    private func prompt(_ shift: Float) -> Prompt {
        Prompt(
            text: .context(
                Matrix(rows: 1, columns: parameters.count, values: parameters.map { $0 + shift })))
    }
    func ask() -> [Query] {
        let batch = Minibatch(list: problem.train, indices: problem.plan.batch(step: step + 1))
        let shifts = first.isEmpty ? [0, 0.1, -0.1] : [first[0] / 10, first[1] / 10]
        return shifts.map { Query(prompt($0), batch) }
    }
    mutating func tell(_ readings: [Float]) throws -> StepRecord? {
        guard readings.allSatisfy(\.isFinite) else { throw BlackBoxError.scoreNotFinite(loss: .nan) }
        if first.isEmpty {
            first = readings
            return nil
        }
        parameters = parameters.map { $0 + readings[0] / 100 - first[2] / 100 }
        (first, step) = ([], step + 1)
        return StepRecord(step: step, loss: Double(readings[1]), measures: [])
    }
    var state: MethodState {
        MethodState(
            [NamedTensor("parameters", parameters), NamedTensor("first", first)], counters: ["step": step])
    }
    mutating func restore(_ state: MethodState) throws {
        parameters = try state.floats("parameters", count: parameters.count, of: Self.name)
        first = try state.floats("first", count: 0, of: Self.name)
        step = try state.counter("step", of: Self.name)
    }
    func traced(_ readings: [Float]) -> [NamedTensor] {
        [NamedTensor("w", parameters), NamedTensor("values", readings)]
    }
}
