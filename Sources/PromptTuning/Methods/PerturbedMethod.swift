import BlackBox
import ZerothOrder

/// A method that moves by simultaneous perturbation.
protocol PerturbedMethod: TuningMethod {
    var optimizer: SimultaneousPerturbation { get }
    var spsa: SimultaneousPerturbation.State { get }
    /// The parts of the trainable vector, in order; their counts add up to δ.
    var blocks: [(name: String, count: Int)] { get }
    /// The minibatch of the next step.
    var batch: Minibatch { get }
    /// What asks for the loss at some parameters.
    func query(at parameters: [Float], on batch: Minibatch) -> Query
}

extension PerturbedMethod {
    public var parameters: [Float] { spsa.parameters }
    public var step: Int { spsa.step }
    public var queriesPerStep: Int { optimizer.evaluationsPerStep }

    public func ask() throws -> [Query] {
        let batch = batch
        return try optimizer.ask(spsa).map { query(at: $0, on: batch) }
    }
}
