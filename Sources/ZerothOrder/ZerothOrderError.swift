/// Why an optimizer could not take a step.
public enum ZerothOrderError: Error, Equatable {
    case lossNotFinite(step: Int, loss: Float)
    case parametersNotFinite(step: Int)
}

extension ZerothOrderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .lossNotFinite(let step, let loss):
            "a loss of step \(step) is \(loss); the step was not taken (smaller --a or --c may help)"
        case .parametersNotFinite(let step):
            "step \(step) would make a parameter infinite; it was not taken (a smaller --a may help)"
        }
    }
}
