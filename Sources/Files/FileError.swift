internal import Glibc

/// Why a file or a folder could not be read or written.
public struct FileError: Error, Equatable, Sendable {
    public enum Action: String, Sendable {
        case read
        case write
    }

    public enum Cause: Equatable, Sendable {
        /// The system's error code.
        case system(Int32)
        /// A folder where a file is needed.
        case folder
        /// A pipe, a device or a socket, whose reading might never end.
        case notRegular
        case tooLarge(limit: Int)
        /// `line`, from 1, is the first with bytes that are not UTF-8.
        case notText(line: Int)
        /// Another program writes the same file now.
        case inUse
        /// A pipe whose other end takes nothing.
        case stuck
        /// A file that is not this program's, or of another form, and is not written over.
        case foreign
    }

    public var path: String
    public var action: Action
    public var cause: Cause

    public init(_ path: String, _ action: Action, _ cause: Cause) {
        self.path = path
        self.action = action
        self.cause = cause
    }

    /// The last failed system call's.
    static func last(_ path: String, _ action: Action) -> FileError {
        FileError(path, action, .system(errno))
    }

    /// The system ends a path at a zero byte, and would open another file.
    static func check(_ path: String, _ action: Action) throws(FileError) {
        if path.utf8.contains(0) { throw FileError(path, action, .system(EINVAL)) }
    }

    /// Whether nothing is there, as opposed to something that cannot be read.
    public var isMissing: Bool { cause == .system(ENOENT) || cause == .system(ENOTDIR) }

    /// The cause in plain words.
    public var reason: String {
        switch cause {
        case .system(ENOENT) where action == .write, .system(ENOTDIR) where action == .write: "no such folder"
        case .system(let code): systemWords(code)
        case .folder: "it is a folder"
        case .notRegular: "it is not a regular file"
        case .tooLarge(let limit): "it is larger than \(Self.size(limit))"
        case .notText(let line): "line \(line) is not UTF-8 text"
        case .inUse: "another program is writing it"
        case .stuck: "the reader of the pipe takes nothing"
        case .foreign: "it is there and no such file of ziplab"
        }
    }

    private static func size(_ bytes: Int) -> String {
        for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] where bytes % unit == 0 {
            return "\(bytes / unit) \(name)"
        }
        return "\(bytes) bytes"
    }
}

extension FileError: CustomStringConvertible {
    public var description: String {
        isMissing && action == .read
            ? "no such file or folder: '\(path)'" : "cannot \(action.rawValue) '\(path)': \(reason)"
    }
}

/// A system error code in plain words, in one wording everywhere.
public func systemWords(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: return "no space left on the disk"
    case EACCES, EPERM: return "permission denied"
    case ENOENT: return "no such file or folder"
    case ENOTDIR: return "a part of the path is not a folder"
    case EEXIST, ENOTEMPTY: return "something is there already"
    case EFBIG: return "the file would be larger than allowed"
    case EROFS: return "the disk is read-only"
    case EISDIR: return "it is a folder"
    case ELOOP: return "links lead in a circle"
    case ENAMETOOLONG: return "the name is too long"
    case EMFILE, ENFILE: return "too many files are open"
    case EIO: return "the disk gave an input/output error"
    case EPIPE: return "the reader closed the pipe"
    case ENXIO: return "nobody reads the pipe"
    default:
        // strerror's text is copied before anything else can ask for another.
        guard let text = unsafe strerror(code) else { return "system error \(code)" }
        return unsafe String(cString: text).lowercased()
    }
}
