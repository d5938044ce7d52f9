internal import Glibc

/// A regular file open for reading at any offset, from any thread.
///
/// Reads go through `pread` and not through a memory map: where another program cuts the file short, a read
/// comes back short and can be reported, while touching a mapped page would end the process.
public final class ReadOnlyFile: Sendable {
    public let path: String
    /// Bytes at the time of opening.
    public let size: Int
    private let descriptor: Int32

    /// - Throws: `FileError` where the path is no readable regular file.
    public init(path: String) throws(FileError) {
        try FileError.check(path, .read)
        // Without O_NONBLOCK, opening a named pipe would wait for a writer. The path is copied for the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        // A socket cannot be opened at all.
        guard descriptor >= 0 else {
            let error = FileError.last(path, .read)
            throw FileKind(path) == .other ? FileError(path, .read, .notRegular) : error
        }
        var status = stat()
        // The structure lives through the call, which fills it.
        guard unsafe fstat(descriptor, &status) == 0 else {
            let error = FileError.last(path, .read)
            close(descriptor)
            throw error
        }
        switch FileKind(mode: status.st_mode) {
        case .file: break
        case .folder:
            close(descriptor)
            throw FileError(path, .read, .folder)
        case .other:
            close(descriptor)
            throw FileError(path, .read, .notRegular)
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills the buffer from an offset on and returns the bytes read, fewer only at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            // The pointer covers the bytes that are still missing.
            let count = unsafe pread(
                descriptor, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled,
                off_t(offset + filled))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .last(path, .read)
            }
            filled += count
        }
        return filled
    }

    /// Whether the content begins with some bytes.
    public func begins(with bytes: [UInt8]) throws(FileError) -> Bool { try start(bytes.count) == bytes }

    /// The first bytes of the content, fewer where it is shorter.
    public func start(_ length: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(length, size))
        var failure: FileError?
        // The buffer is as long as what is read at most.
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            do throws(FileError) {
                return try unsafe read(into: buffer, at: 0)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return Array(bytes.prefix(count))
    }

    /// The whole content.
    ///
    /// What the system calls the size is not trusted: files of /proc say 0 and have more, other programs append.
    ///
    /// - Throws: `FileError`, `.tooLarge` before reading where the size is known.
    public func bytes(limit: Int) throws(FileError) -> [UInt8] {
        guard size <= limit else { throw FileError(path, .read, .tooLarge(limit: limit)) }
        var bytes: [UInt8] = []
        var wanted = size + 1
        while true {
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: wanted))
            var failure: FileError?
            // The pointer covers what was just appended.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                do throws(FileError) {
                    return try unsafe read(into: .init(rebasing: buffer[start...]), at: start)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            bytes.removeLast(wanted - count)
            guard bytes.count <= limit else { throw FileError(path, .read, .tooLarge(limit: limit)) }
            if count < wanted { return bytes }
            wanted = min(1 << 16, limit + 1 - bytes.count)
        }
    }

    /// The whole of a regular file of at most `limit` bytes.
    public static func bytes(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        try ReadOnlyFile(path: path).bytes(limit: limit)
    }

    /// The text of a UTF-8 file of at most `limit` bytes, without a byte order mark.
    ///
    /// - Throws: `FileError`; `.notText` has the line.
    public static func text(_ path: String, limit: Int) throws(FileError) -> String {
        var bytes = try bytes(path, limit: limit)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        // Lines do not share bytes: the first that is no text on its own is the one.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        throw FileError(path, .read, .notText(line: bad + 1))
    }
}
