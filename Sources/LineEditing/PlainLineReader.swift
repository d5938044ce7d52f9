internal import Glibc

/// Lines from a pipe or a file.
///
/// The last line may lack its line end; CR LF counts as LF; a byte order mark at the start is skipped.
public final class PlainLineReader: LineSource {
    /// The longest line in bytes, line end not counted.
    public let lineLimit: Int
    /// The number of lines handed out or refused so far.
    public private(set) var lineNumber = 0

    private let descriptor: Int32
    private let promptDescriptor: Int32?
    private let closesDescriptor: Bool
    private var buffer: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private var reachedEnd = false

    /// Reads from an open descriptor, which stays the caller's.
    ///
    /// - Parameter promptDescriptor: where prompts go (a terminal too dumb for editing); none by default.
    public init(
        descriptor: Int32 = 0, promptDescriptor: Int32? = nil, lineLimit: Int = 1 << 20
    ) {
        precondition(lineLimit > 0, "expected a positive line limit; got \(lineLimit)")
        self.descriptor = descriptor
        self.promptDescriptor = promptDescriptor
        self.lineLimit = lineLimit
        closesDescriptor = false
    }

    /// Reads from a file.
    public init(path: String, lineLimit: Int = 1 << 20) throws(LineEditingError) {
        precondition(lineLimit > 0, "expected a positive line limit; got \(lineLimit)")
        // The path is copied for the call.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        promptDescriptor = nil
        self.lineLimit = lineLimit
        closesDescriptor = descriptor >= 0
        guard descriptor >= 0 else { throw .readFailed(line: 0, code: errno) }
    }

    deinit {
        if closesDescriptor { _ = close(descriptor) }
    }

    /// Reads the next line.
    ///
    /// After a line that is too long or not UTF-8 has been refused, the next call goes on behind it.
    ///
    /// - Throws: `LineEditingError.invalidText`, `.lineTooLong` or `.readFailed`.
    public func next(prompt: String) throws -> Input {
        if InterruptSignal.take() { return .interrupted }
        if let promptDescriptor { show(prompt, on: promptDescriptor) }
        var isTooLong = false
        while true {
            // One byte more than the limit may be the CR of the line end.
            if scanned < buffer.count, let end = buffer[scanned...].firstIndex(of: 0x0A) {
                return try finish(at: end, next: end + 1, isTooLong: isTooLong)
            }
            scanned = buffer.count
            if buffer.count - start > lineLimit + 1 {
                isTooLong = true
                dropAll()
            }
            if reachedEnd {
                guard isTooLong || start < buffer.count else { return .endOfInput }
                return try finish(at: buffer.count, next: buffer.count, isTooLong: isTooLong)
            }
            if try fill() == .interrupted {
                if isTooLong { lineNumber += 1 }
                return .interrupted
            }
        }
    }

    /// Hands out the bytes from `start` to `end` as a line.
    private func finish(at end: Int, next: Int, isTooLong: Bool) throws(LineEditingError) -> Input {
        var bytes = buffer[start..<end]
        start = next
        scanned = next
        lineNumber += 1
        if bytes.last == 0x0D { bytes.removeLast() }
        guard !isTooLong, bytes.count <= lineLimit else {
            throw .lineTooLong(line: lineNumber, limit: lineLimit)
        }
        if lineNumber == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalidText(line: lineNumber)
        }
        return .line(text)
    }

    private enum FillOutcome { case filled, interrupted }

    /// Reads one piece more, or notes the end.
    private func fill() throws(LineEditingError) -> FillOutcome {
        if start > 0 {
            buffer.removeFirst(start)
            scanned -= start
            start = 0
        }
        while true {
            switch SignalWake.wait(for: descriptor) {
            case .interrupted: return .interrupted
            case .resized, .resumed: continue
            case .failed(let code): throw .readFailed(line: lineNumber, code: code)
            case .readable: break
            }
            var piece: [UInt8] = Array(repeating: 0, count: 1 << 16)
            // The buffer holds the bytes that read may write.
            let count = unsafe read(descriptor, &piece, piece.count)
            if count < 0 {
                let code = errno
                if code == EINTR || code == EAGAIN { continue }
                throw .readFailed(line: lineNumber, code: code)
            }
            if count == 0 { reachedEnd = true }
            buffer += piece[..<count]
            return .filled
        }
    }

    private func dropAll() {
        buffer.removeAll(keepingCapacity: true)
        start = 0
        scanned = 0
    }

    private func show(_ prompt: String, on descriptor: Int32) {
        let bytes = Array(prompt.utf8)
        // What the program printed before must stand before the prompt.
        _ = fflush(nil)
        // A prompt that cannot be shown is no reason to stop reading.
        _ = unsafe write(descriptor, bytes, bytes.count)
    }
}
