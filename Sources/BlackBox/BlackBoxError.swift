/// Why the black box was not asked, or what it answered cannot be used.
public enum BlackBoxError: Error, Equatable {
    case budgetUsedUp(budget: Int, needed: Int, left: Int)
    case scoreNotFinite(loss: Float)
    case badTemplate(String)
    case badPrompt(what: String, expected: String, got: String)
    case encoderSize(folder: String, expected: Int, got: Int)
}

extension BlackBoxError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .budgetUsedUp(let budget, let needed, let left):
            "the budget of \(budget) queries does not allow it: \(needed) needed, \(left) left"
        case .scoreNotFinite(let loss):
            "the mean loss is \(loss.isNaN ? "nan" : "\(loss)"): the model gives logits that are not finite"
        case .badTemplate(let template):
            "expected '{}' in template '\(template)', where the class name goes"
        case .badPrompt(let what, let expected, let got):
            "expected \(what) of \(expected); got \(got)"
        case .encoderSize(let folder, let expected, let got):
            "expected an encoder for images of \(expected) px, as the model has; '\(folder)' takes \(got) px"
        }
    }
}
