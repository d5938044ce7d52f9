/// Why an optimizer could not take a step.
public enum ZerothOrderError: Error, Equatable {
    case lossNotFinite(step: Int, loss: Float)
    case parametersNotFinite(step: Int)
    case gainOutOfRange(step: Int, stepSize: Float, perturbationSize: Float)
}

extension ZerothOrderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .lossNotFinite(let step, let loss):
            "a loss of step \(step) is \(loss); the step was not taken (smaller --a or --c may help)"
        case .parametersNotFinite(let step):
            "step \(step) would make a parameter infinite; it was not taken (a smaller --a may help)"
        case .gainOutOfRange(let step, let stepSize, let perturbationSize):
            "expected a_k and a c_k above 0 that are finite at step \(step); got \(stepSize) and "
                + "\(perturbationSize)"
        }
    }
}
