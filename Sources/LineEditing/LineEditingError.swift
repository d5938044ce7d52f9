internal import Files

/// What can go wrong between the user's keys and a line of text.
public enum LineEditingError: Error, Equatable, Sendable {
    /// One of the two ends is no terminal, or TERM names one that cannot move its cursor.
    case notInteractive
    /// libedit did not start; `step` says where.
    case editorFailed(step: String)
    /// Neither the environment's locale nor C.UTF-8 exists.
    case noUnicodeLocale
    /// Line `line` (1-based) is not UTF-8.
    case invalidText(line: Int)
    /// Line `line` (1-based) is longer than `limit` bytes.
    case lineTooLong(line: Int, limit: Int)
    /// The read after line `line` failed with the system's error `code`.
    case readFailed(line: Int, code: Int32)
    /// The history could not be read.
    case historyNotRead(path: String, code: Int32)
    /// The history could not be written.
    case historyNotWritten(path: String, code: Int32)
    /// A signal handler could not be set.
    case signalFailed(code: Int32)
}

extension LineEditingError {
    /// Whether nothing more can be read, as opposed to one bad line.
    public var endsInput: Bool {
        switch self {
        case .invalidText, .lineTooLong, .historyNotRead, .historyNotWritten: false
        default: true
        }
    }
}

extension LineEditingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notInteractive:
            "expected a terminal at both ends for line editing; got a pipe, a file or a dumb terminal"
        case .editorFailed(let step):
            "line editing did not start: '\(step)' failed"
        case .noUnicodeLocale:
            "expected a UTF-8 locale; got neither the environment's nor 'C.UTF-8'"
        case .invalidText(let line):
            "expected UTF-8 text in line \(line); got other bytes"
        case .lineTooLong(let line, let limit):
            "expected at most \(limit) bytes in line \(line); got more"
        case .readFailed(let line, let code):
            "reading after line \(line) failed: \(systemWords(code))"
        case .historyNotRead(let path, let code):
            "history '\(path)' not read: \(systemWords(code))"
        case .historyNotWritten(let path, let code):
            "history '\(path)' not written: \(systemWords(code))"
        case .signalFailed(let code):
            "signal handler not set: \(systemWords(code))"
        }
    }
}
