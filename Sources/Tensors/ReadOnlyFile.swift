import Foundation

/// A regular file open for reading at any offset, from any thread.
///
/// Reads go through `pread` and not through a memory map: where another program cuts the file short, a read
/// comes back short and can be reported, while touching a mapped page would end the process.
final class ReadOnlyFile: Sendable {
    let path: String
    /// Bytes at the time of opening.
    let size: Int
    private let descriptor: Int32

    /// Throws `TensorsError.unreadable` where the path is no readable regular file.
    init(path: String) throws {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = Self.failure(path)
            close(descriptor)
            throw failure
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw TensorsError.unreadable(path: path, reason: "not a regular file")
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills the buffer from an offset on and returns the bytes read, fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled,
                off_t(offset + filled))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path)
            }
            filled += count
        }
        return filled
    }

    private static func failure(_ path: String) -> TensorsError {
        TensorsError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
}
