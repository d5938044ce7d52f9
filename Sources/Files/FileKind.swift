internal import Glibc

/// What is at a path; links are followed.
public enum FileKind: Sendable {
    case folder
    case file
    /// A pipe, a device or a socket: reading it might never end.
    case other

    /// Nil where there is nothing, or nothing that can be seen.
    public init?(_ path: String) {
        guard let kind = try? Self.at(path) else { return nil }
        self = kind
    }

    /// What is there.
    ///
    /// - Throws: `FileError`, which tells "nothing there" from "not allowed to look".
    public static func at(_ path: String) throws(FileError) -> FileKind {
        try FileError.check(path, .read)
        var status = stat()
        // The structure lives through the call, which fills it.
        guard unsafe stat(path, &status) == 0 else { throw .last(path, .read) }
        return FileKind(mode: status.st_mode)
    }

    init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFDIR: self = .folder
        case S_IFREG: self = .file
        default: self = .other
        }
    }
}
