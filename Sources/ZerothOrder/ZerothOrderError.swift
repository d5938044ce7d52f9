/// Why an optimizer could not take a step.
public enum ZerothOrderError: Error, Equatable {
    case lossNotFinite(step: Int, loss: Float)
    case parametersNotFinite(step: Int)
    case gainOutOfRange(step: Int, stepSize: Float, perturbationSize: Float)
    case smoothingOutOfRange(Double)
    case valueNotFinite(generation: Int, value: Double)
    case meanNotFinite(generation: Int)
    case stepSizeOutOfRange(generation: Int, stepSize: Double)
    case covarianceNotPositive(generation: Int)
    case stateCount(name: String, expected: Int, got: Int)
    case stateValue(name: String, expected: String, got: String)
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
        case .smoothingOutOfRange(let smoothing):
            "expected a length of perturbations above 0 that is finite in float32; got \(smoothing)"
        case .valueNotFinite(let generation, let value):
            "a value of generation \(generation) is \(value); nothing was learned from it"
        case .meanNotFinite(let generation):
            "generation \(generation) would make the mean infinite; nothing was learned from it"
        case .stepSizeOutOfRange(let generation, let stepSize):
            "expected a finite step size above 0 after generation \(generation); got \(stepSize)"
        case .covarianceNotPositive(let generation):
            "the covariance of generation \(generation) is not positive definite; nothing was learned from it"
        case .stateCount(let name, let expected, let got):
            "expected \(expected) values in '\(name)' of the saved state; got \(got)"
        case .stateValue(let name, let expected, let got):
            "expected \(expected) in '\(name)' of the saved state; got \(got)"
        }
    }
}
