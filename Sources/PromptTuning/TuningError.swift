/// Why a prompt could not be built, or a step not be taken.
public enum TuningError: Error, Equatable {
    case badSetting(name: String, expected: String, got: String)
    /// Settings that do not go together.
    case conflict(name: String, reason: String)
    case unknownMethod(String, known: [String])
    case noStepLeft(method: String, limit: Int)
    case tooFewClasses(Int)
    case badPrompt(file: String, reason: String)
    /// A method that tunes one context for all is to start from one for each class.
    case contextsOfClasses
    case badState(method: String, tensor: String)
    case badCondition(String)
    case traceTooLarge(bytes: Int, limit: Int)
    case traceElsewhere(method: String)
    case stepTooLarge(name: String, value: Int, what: String)
    case fitTooLarge(contexts: Int, images: Int, classes: Int)
}

extension TuningError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badSetting(let name, let expected, let got):
            "expected \(expected) for '--\(name)'; got \(got)"
        case .conflict(_, let reason): reason
        case .unknownMethod(let name, let known):
            "no method '\(name)'; known: \(known.joined(separator: ", "))"
        case .noStepLeft(let method, let limit):
            limit == 0
                ? "'\(method)' takes no step: there is nothing to tune"
                : "'\(method)' takes \(DisplayNumber.count(limit, "step")) in all"
        case .tooFewClasses(let count):
            "a prompt tells classes apart: expected at least two classes; got \(count == 0 ? "none" : "one")"
        case .badPrompt(let file, let reason):
            "cannot start from '\(file)': \(reason)"
        case .contextsOfClasses:
            "the file has a context a class, which '--method gauss-newton --contexts class' starts from"
        case .badState(let method, let tensor):
            "expected a state of '\(method)' with a fitting '\(tensor)'"
        case .badCondition(let text):
            "expected a condition such as \"accuracy >= 80\" or \"loss < 0.5\"; got '\(text)'"
        case .traceElsewhere(let method):
            "the recorded readings of '\(method)' do not lead to where the run is; nothing was written"
        case .stepTooLarge(let name, let value, let what):
            "expected fewer for '--\(name)', or a smaller prompt: a step would hold too many numbers; "
                + "got \(value) with \(what)"
        case .fitTooLarge(let contexts, let images, let classes):
            "expected fewer for '--contexts': the fit would hold too many numbers; "
                + "got \(contexts) with \(images) training images of \(classes) classes"
        case .traceTooLarge(let bytes, let limit):
            "the trace would have \(bytes >> 20) MiB; at most \(limit >> 20) are written ('--last N' takes fewer steps)"
        }
    }
}
