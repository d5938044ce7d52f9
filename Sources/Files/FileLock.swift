internal import Glibc

/// A lock that other processes see while this lives, and that ends with the process.
public final class FileLock: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Nil where another has it, or where no file can be made there.
    public init?(_ path: String) {
        // The path is copied for the call.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isSameFile(descriptor, path) else {
            close(descriptor)
            return nil
        }
        self.path = path
        self.descriptor = descriptor
    }

    /// Whether a program has a file that is there under a lock now, as far as the file system tells.
    public static func isHeld(_ path: String) -> Bool {
        // The path is copied for the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        // Closing gives a lock back that was taken to try.
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    deinit {
        unsafe _ = unlink(path)
        close(descriptor)
    }
}

/// Whether a name still leads to an open file.
func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
    var open = stat()
    var named = stat()
    // The structures live through the calls, which fill them.
    return unsafe fstat(descriptor, &open) == 0 && lstat(path, &named) == 0
        && open.st_ino == named.st_ino && open.st_dev == named.st_dev
}
