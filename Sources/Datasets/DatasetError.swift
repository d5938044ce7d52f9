/// Why a data set or a list of class names could not be loaded.
public enum DatasetError: Error, Equatable {
    case noSuchPath(String)
    /// `skipped` counts what was there of other kinds.
    case noImages(String, skipped: [String: Int])
    case noLayout(String)
    case badSplit(file: String, entry: String, reason: String)
    case badClassList(file: String, reason: String)
    case tooFewImages(className: String, split: String, found: Int, asked: Int, skipped: [String: Int])
    case emptySplit(String)
    case image(path: String, reason: String)
}

extension DatasetError: CustomStringConvertible {
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
        case .image(_, let reason):
            reason
        }
    }
}
