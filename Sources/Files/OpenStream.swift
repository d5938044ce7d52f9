internal import Glibc

/// Somewhere to write on, piece by piece: a file that grows, a pipe, a device, a standard stream.
public final class OpenStream: Sendable {
    /// What errors call it.
    public let path: String
    private let descriptor: Int32
    private let isOwned: Bool

    /// How long a pipe's reader may take nothing, in milliseconds.
    private static let patience: Int32 = 10_000

    /// Opens a device or a pipe that is there, or a file that is made or, with `emptied`, made empty.
    ///
    /// - Throws: `FileError`, `ENXIO` for a pipe that nobody reads.
    public init(path: String, emptied: Bool = false) throws(FileError) {
        try FileError.check(path, .write)
        self.path = path
        isOwned = true
        // Without O_NONBLOCK, opening a named pipe would wait for a reader. The path is copied for the call.
        descriptor = unsafe open(
            path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (emptied ? O_TRUNC : 0),
            0o644)
        guard descriptor >= 0 else { throw .last(path, .write) }
    }

    /// A stream of the program that stays open.
    private init(name: String, descriptor: Int32) {
        path = name
        self.descriptor = descriptor
        isOwned = false
    }

    public static let standardOutput = OpenStream(name: "standard output", descriptor: 1)
    public static let standardError = OpenStream(name: "standard error", descriptor: 2)

    /// Keeps other programs from writing on as long as this is open; false where one does already.
    ///
    /// A program that is just being killed has its lock a moment longer, so a second is waited.
    public func lock() -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return true }
            usleep(50_000)
        }
        return false
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Cuts a file, or does nothing to a device or a pipe.
    ///
    /// - Throws: `FileError`.
    public func truncate(to length: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(length)) == 0 || errno == EINVAL else { throw .last(path, .write) }
    }

    /// Writes all of the bytes.
    ///
    /// - Throws: `FileError`; `.stuck` for a pipe opened here whose reader takes nothing for ten seconds.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        var done = 0
        while done < bytes.count {
            // The pointer covers the bytes that are still to be written.
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(descriptor, raw.baseAddress.map { unsafe $0 + done }, raw.count - done)
            }
            if count >= 0 {
                done += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                let ready = unsafe poll(&wait, 1, isOwned ? Self.patience : -1)
                guard ready != 0 else { throw FileError(path, .write, .stuck) }
            default: throw .last(path, .write)
            }
        }
    }

    /// Makes what was written outlast a power cut; streams that cannot are left as they are.
    ///
    /// - Throws: `FileError` where the disk did not take it.
    public func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP else {
            throw .last(path, .write)
        }
    }
}
