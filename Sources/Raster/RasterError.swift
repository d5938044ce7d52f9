/// What can go wrong with a picture file.
public enum RasterError: Error, Equatable, Sendable {
    /// The file cannot be opened or read; `reason` is the system's text.
    case unreadable(name: String, reason: String)
    case folder(name: String)
    case notRegularFile(name: String)
    case empty(name: String)
    case fileTooLarge(name: String, limit: Int)
    case notAnImage(name: String)
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
        case .unreadable(let name, let reason):
            "\(quoted(name)): cannot be read: \(escaped(reason))"
        case .folder(let name):
            "\(quoted(name)): expected an image file, got a folder"
        case .notRegularFile(let name):
            "\(quoted(name)): expected an image file, got something that is not a regular file"
        case .empty(let name):
            "\(quoted(name)): expected an image, got an empty file"
        case .fileTooLarge(let name, let limit):
            "\(quoted(name)): expected an image file of at most \(limit) bytes, got a larger one"
        case .notAnImage(let name):
            "\(quoted(name)): expected a PNG or JPEG image, got something else"
        case .truncated(let name, let format, let detail):
            "\(quoted(name)): truncated \(format): \(escaped(detail))"
        case .corrupt(let name, let format, let detail):
            "\(quoted(name)): corrupt \(format): \(escaped(detail))"
        case .unsupported(let name, let format, let detail):
            "\(quoted(name)): unsupported \(format): \(escaped(detail))"
        case .tooManyPixels(let name, let width, let height):
            "\(quoted(name)): expected at most \(Bitmap.maximumPixels) pixels, got \(width)x\(height)"
        case .notWritten(let detail):
            "cannot write PNG: \(escaped(detail))"
        }
    }
}

private func quoted(_ name: String) -> String {
    "'\(escaped(name))'"
}

/// Text from a file or a C library with control characters written as `\u{…}`.
private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
