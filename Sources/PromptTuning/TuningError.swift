/// Why data could not be loaded, a prompt not be built, or a step not be taken.
public enum TuningError: Error, Equatable {
    case noSuchPath(String)
    /// `skipped` counts what was there of other kinds.
    case noImages(String, skipped: [String: Int])
    case noLayout(String)
    case badSplit(file: String, entry: String, reason: String)
    case badClassList(file: String, reason: String)
    case tooFewImages(className: String, split: String, found: Int, asked: Int, skipped: [String: Int])
    case emptySplit(String)
    case budgetUsedUp(budget: Int, needed: Int, left: Int)
    case badSetting(name: String, expected: String, got: String)
    case unknownMethod(String, known: [String])
    case badPrompt(file: String, reason: String)
    case scoreNotFinite(loss: Float)
    case image(path: String, reason: String)
    case badTemplate(String)
}

extension TuningError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchPath(let path):
            "no such file or folder: '\(path)'"
        case .noImages(let path, _):
            "no images in '\(path)': expected PNG or JPEG files"
        case .noLayout(let path):
            "'\(path)' is not a data set: expected a folder with one folder of images a class, "
                + "a CoOp split file (.json), or a .csv with the columns path and class"
        case .badSplit(let file, let entry, let reason):
            "\(entry) of '\(file)': \(reason)"
        case .badClassList(let file, let reason):
            "class names in '\(file)': \(reason)"
        case .tooFewImages(let name, let split, let found, let asked, _):
            "class '\(name)' has \(found) \(split) image\(found == 1 ? "" : "s"); \(asked) needed"
        case .emptySplit(let name):
            "the data set has no \(name) images"
        case .budgetUsedUp(let budget, let needed, let left):
            "the budget of \(budget) queries does not allow it: \(needed) needed, \(left) left"
        case .badSetting(let name, let expected, let got):
            "expected \(expected) for '\(name)'; got \(got)"
        case .unknownMethod(let name, let known):
            "no method '\(name)'; known: \(known.joined(separator: ", "))"
        case .badPrompt(let file, let reason):
            "'\(file)' is not a saved prompt: \(reason)"
        case .scoreNotFinite(let loss):
            "the mean loss is \(loss.isNaN ? "nan" : "\(loss)"): the model gives logits that are not finite"
        case .image(_, let reason):
            reason
        case .badTemplate(let template):
            "expected '{}' in template '\(template)', where the class name goes"
        }
    }
}
