import BlackBox
import PromptTuning
import Tensors

/// A method as short as one can be: tries a random step from the best context so far and keeps it where the loss falls.
struct RandomSearch: TuningMethod {
    static let name = "random-search"
    static let summary = "random steps from the best context so far"
    static let help = """
        A method of the tests. Trace: step.k.candidate [m, d].

          prompt new --method random-search --spread 0.1
        """
    static let spread = Setting.number("spread", default: 0.05, "standard deviation of a step")
    static let settings = [spread.key]
    static let measures = [MeasureKey("best", symbol: "best", title: "Best loss", isHeadline: true)]

    let settings: MethodSettings
    private let problem: TuningProblem
    private var best = Float.infinity
    private(set) var step = 0
    private(set) var parameters: [Float]

    init(_ settings: MethodSettings, for problem: TuningProblem) {
        (self.settings, self.problem) = (settings, problem)
        parameters = [Float](repeating: 0, count: 2 * problem.facts.width)
    }

    var queriesPerStep: Int { 1 }
    var description: String { "2 context tokens" }
    var deployed: Classifier { Classifier(prompt(parameters)) }
    private func prompt(_ values: [Float]) -> Prompt {
        Prompt(text: .context(Matrix(rows: 2, columns: problem.facts.width, values: values)))
    }
    private var candidate: [Float] {
        let stream = RandomStream(seed: problem.seed, purpose: RandomPurpose(Self.name), index: UInt64(step))
        return zip(parameters, stream.normals(parameters.count)).map {
            $0 + Float(settings[Self.spread]) * $1
        }
    }
    func ask() -> [Query] {
        [
            Query(
                prompt(candidate), Minibatch(list: problem.train, indices: problem.plan.batch(step: step + 1))
            )
        ]
    }
    mutating func tell(_ readings: [Float]) -> StepRecord? {
        if readings[0] < best { (best, parameters) = (readings[0], candidate) }
        step += 1
        return StepRecord(step: step, loss: Double(readings[0]), measures: [.single(best)])
    }
    var state: MethodState {
        MethodState(
            [NamedTensor("parameters", parameters), NamedTensor("best", [best])], counters: ["step": step])
    }
    mutating func restore(_ state: MethodState) throws {
        parameters = try state.floats("parameters", count: parameters.count, of: Self.name)
        (best, step) = (
            try state.floats("best", count: 1, of: Self.name)[0], try state.counter("step", of: Self.name)
        )
    }
    func traced(_ readings: [Float]) -> [NamedTensor] { [NamedTensor("candidate", candidate)] }
}
