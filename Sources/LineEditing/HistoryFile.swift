internal import Glibc

/// A history file that several processes may use at once.
///
/// One entry a line, "\" written as "\\" and a line end within an entry as "\n". Entries are appended
/// in one write under a lock; a file grown to twice the limit is rewritten to the newest entries.
package struct HistoryFile {
    /// Entries kept.
    package static let limit = 10_000
    /// The most bytes read from the end of the file.
    package static let byteLimit = 16 << 20
    /// The longest entry kept, in bytes as written.
    package static let entryByteLimit = 64 << 10

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Reads the newest entries, oldest first; a missing file is an empty history.
    ///
    /// Lines that are not UTF-8 are left out.
    package func load() throws(LineEditingError) -> [String] {
        // The path is copied for the call.
        guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return [] }
        let descriptor = try lock()
        defer { _ = close(descriptor) }
        let (bytes, isWhole) = try contents(of: descriptor)
        var lines = bytes.split(separator: 0x0A)
        // The file was cut at the front, so the first line is a part of one.
        if !isWhole, !lines.isEmpty { lines.removeFirst() }
        let kept = lines.suffix(Self.limit)
        if !isWhole || lines.count >= 2 * Self.limit {
            try rewrite(Array(kept.joined(separator: [0x0A])) + [0x0A])
        }
        return kept.compactMap { String(validating: $0, as: UTF8.self).map(Self.unescaped) }
    }

    /// Appends an entry.
    package func append(_ entry: String) throws(LineEditingError) {
        var bytes = Array(Self.escaped(entry).utf8) + [0x0A]
        guard bytes.count <= Self.entryByteLimit else { return }
        let descriptor = try lock()
        defer { _ = close(descriptor) }
        // A writer that died in the middle left a line without an end.
        var last: UInt8 = 0x0A
        let size = lseek(descriptor, 0, SEEK_END)
        if size > 0, unsafe pread(descriptor, &last, 1, size - 1) == 1, last != 0x0A {
            bytes.insert(0x0A, at: 0)
        }
        try Self.writeAll(bytes, to: descriptor, path: path)
    }

    /// Whether an entry belongs in the history: not blank, no space in front, not the last one again.
    package static func accepts(_ entry: String, after last: String?) -> Bool {
        guard let first = entry.unicodeScalars.first, first != " " else { return false }
        return entry != last && !entry.allSatisfy(\.isWhitespace) && !entry.unicodeScalars.contains("\0")
    }

    package static func escaped(_ entry: String) -> String {
        var result = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    package static func unescaped(_ line: String) -> String {
        var result = ""
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if isEscaped {
                isEscaped = false
                switch scalar {
                case "n": result += "\n"
                case "r": result += "\r"
                default: result.unicodeScalars.append(scalar)
                }
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar != "\0" {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension HistoryFile {
    /// Opens the file and holds its lock until the descriptor is closed.
    private func lock() throws(LineEditingError) -> Int32 {
        // Another process may put a new file in place while this one waits for the lock of the old.
        for _ in 0..<100 {
            let descriptor = unsafe open(
                path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
            guard descriptor >= 0 else { throw .historyNotWritten(path: path, code: errno) }
            var mine = stat()
            var named = stat()
            // The structures live through the calls, which fill them.
            guard unsafe fstat(descriptor, &mine) == 0, mine.st_mode & S_IFMT == S_IFREG else {
                _ = close(descriptor)
                throw .historyNotRead(path: path, code: EINVAL)
            }
            while flock(descriptor, LOCK_EX) != 0 {
                let code = errno
                if code == EINTR { continue }
                _ = close(descriptor)
                throw .historyNotWritten(path: path, code: code)
            }
            if unsafe stat(path, &named) == 0, mine.st_ino == named.st_ino, mine.st_dev == named.st_dev {
                return descriptor
            }
            _ = close(descriptor)
        }
        throw .historyNotWritten(path: path, code: EAGAIN)
    }

    /// The last `byteLimit` bytes of the file, and whether they are all.
    private func contents(of descriptor: Int32) throws(LineEditingError) -> ([UInt8], Bool) {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 0 else { throw .historyNotRead(path: path, code: errno) }
        let offset = max(0, size - Self.byteLimit)
        var bytes: [UInt8] = Array(repeating: 0, count: size - offset)
        var filled = 0
        while filled < bytes.count {
            // The pointer covers the bytes that are still missing.
            let count = unsafe bytes.withUnsafeMutableBytes { raw in
                let rest = unsafe raw.baseAddress.map { unsafe $0 + filled }
                return unsafe pread(descriptor, rest, raw.count - filled, offset + filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .historyNotRead(path: path, code: errno) }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return (bytes, offset == 0)
    }

    /// Puts new contents in place while the caller holds the lock.
    private func rewrite(_ bytes: [UInt8]) throws(LineEditingError) {
        // The name behind a link is replaced, not the link.
        guard let resolved = unsafe realpath(path, nil) else {
            throw .historyNotWritten(path: path, code: errno)
        }
        let target = unsafe String(cString: resolved)
        // realpath's text was copied above and is no longer used.
        unsafe free(resolved)
        let temporary = "\(target).\(getpid()).new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .historyNotWritten(path: path, code: errno) }
        defer { _ = close(descriptor) }
        do throws(LineEditingError) {
            try Self.writeAll(bytes, to: descriptor, path: path)
            guard fsync(descriptor) == 0, unsafe rename(temporary, target) == 0 else {
                throw LineEditingError.historyNotWritten(path: path, code: errno)
            }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
    }

    private static func writeAll(
        _ bytes: [UInt8], to descriptor: Int32, path: String
    ) throws(LineEditingError) {
        var written = 0
        while written < bytes.count {
            // The pointer covers the bytes that are still to be written.
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe write(descriptor, raw.baseAddress.map { unsafe $0 + written }, raw.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .historyNotWritten(path: path, code: errno) }
            written += count
        }
    }
}
