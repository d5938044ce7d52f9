import Files
import Raster

/// Why a data set or a list of class names could not be loaded.
public enum DatasetError: Error, Equatable {
    /// `found` says what was there, `skipped` counts what was there of other kinds.
    case noImages(String, found: [String], skipped: [String: Int])
    case noLayout(String)
    case badSplit(file: String, entry: String, reason: String)
    case badClassList(file: String, reason: String)
    case tooFewImages(className: String, split: String, found: Int, asked: Int, skipped: [String: Int])
    case emptySplit(String)
    case image(path: String, reason: String)
    case badImages([BadImage], of: Int)
    /// An image that is in two places where it should not be.
    case overlap(String)
}

/// A file that is no whole PNG or JPEG.
public struct BadImage: Sendable, Equatable {
    /// As in the data set.
    var path: String
    /// With the place of the file.
    var reason: String
    /// What it is instead, such as "GIF image" or "damaged".
    var kind: String

    init(_ path: String, _ error: any Error) {
        self.path = path
        reason = "\(error)"
        kind =
            switch error {
            case RasterError.empty: "empty"
            case RasterError.truncated: "cut short"
            case RasterError.notAnImage(_, let format): format?.droppingArticle ?? "of another kind"
            case is FileError: "unreadable"
            default: "damaged"
            }
    }

    /// How many there are of each kind, such as "2 empty, 1 GIF image".
    static func kinds(_ bad: [BadImage]) -> String {
        let counts = Dictionary(grouping: bad, by: \.kind).mapValues(\.count)
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }
}

extension String {
    /// "GIF" of "a GIF image".
    fileprivate var droppingArticle: String {
        let article = ["it is a ", "a ", "an "].first { hasPrefix($0) } ?? ""
        let rest = String(dropFirst(article.count))
        return rest.hasSuffix(" image") ? String(rest.dropLast(6)) : rest
    }
}

extension DatasetError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noImages(let path, _, _):
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
        case .badImages(let bad, let count):
            bad.count == 1
                ? bad[0].reason
                : "\(bad.count) of \(count) images cannot be read (\(BadImage.kinds(bad))), the first: \(bad[0].reason)"
        case .overlap(let text):
            text
        }
    }
}
