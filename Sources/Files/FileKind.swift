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

    /// Bytes and time of the last change in seconds; nil where there is no regular file.
    public static func sizeAndTime(_ path: String) -> (bytes: Int, time: Int)? {
        var status = stat()
        // The structure lives through the call, which fills it.
        guard unsafe stat(path, &status) == 0, FileKind(mode: status.st_mode) == .file else { return nil }
        return (Int(status.st_size), Int(status.st_mtim.tv_sec))
    }

    /// Sets the time of the last change to now, where that is allowed.
    public static func touch(_ path: String) {
        // Without times the system takes the present one.
        unsafe _ = utimensat(AT_FDCWD, path, nil, 0)
    }

    init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFDIR: self = .folder
        case S_IFREG: self = .file
        default: self = .other
        }
    }
}
