internal import Files

/// What can go wrong with a picture file.
public enum RasterError: Error, Equatable, Sendable {
    case empty(name: String)
    /// `format` is what the file is instead, such as "a WebP image", where that is known.
    case notAnImage(name: String, format: String?)
    case truncated(name: String, format: String, detail: String)
    case corrupt(name: String, format: String, detail: String)
    case unsupported(name: String, format: String, detail: String)
    case tooManyPixels(name: String, width: Int, height: Int)
    /// Writing a PNG failed; `detail` is libpng's text.
    case notWritten(detail: String)
}

extension RasterError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty(let name):
            "\(quoted(name)): expected an image, got an empty file"
        case .notAnImage(let name, let format):
            "\(quoted(name)): expected a PNG or JPEG image, got \(format ?? "something else")"
        case .truncated(let name, let format, let detail):
            "\(quoted(name)): truncated \(format): \(escapedForDisplay(detail))"
        case .corrupt(let name, let format, let detail):
            "\(quoted(name)): corrupt \(format): \(escapedForDisplay(detail))"
        case .unsupported(let name, let format, let detail):
            "\(quoted(name)): unsupported \(format): \(escapedForDisplay(detail))"
        case .tooManyPixels(let name, let width, let height):
            "\(quoted(name)): expected at most \(Bitmap.maximumPixels) pixels, got \(width)x\(height)"
        case .notWritten(let detail):
            "cannot write PNG: \(escapedForDisplay(detail))"
        }
    }
}

private func quoted(_ name: String) -> String {
    "'\(escapedForDisplay(name))'"
}
