import Foundation
import Glibc
import LineEditing
import Synchronization

/// A terminal without a screen: the test holds the master side, a reader runs on the slave side.
final class PseudoTerminal: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// How long a test waits for what must come.
    static let patience = 20.0

    let master: Int32
    let slave: Int32
    private let results = Mutex<[String]>([])
    private let output = Mutex<[UInt8]>([])
    private let seen = Mutex<Int>(0)
    private let prompts = Mutex<Int>(1)
    private let done = DispatchSemaphore(value: 0)

    init() throws {
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        guard openpty(&ends.master, &ends.slave, nil, nil, nil) == 0 else {
            throw Failure(description: "no pseudo-terminal: \(errno)")
        }
        (master, slave) = ends
        setSize(columns: 80)
    }

    func setSize(columns: UInt16) {
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Starts a reader that hands each result to `nextResult` and remembers each line.
    func start(
        historyPath: String? = nil, assistance: LineAssistance = LineAssistance()
    ) throws {
        // Only that thread uses it.
        nonisolated(unsafe) let assistance = assistance
        let thread = Thread { [self] in
            defer { done.signal() }
            do {
                let reader = try TerminalLineReader(
                    input: slave, output: slave, terminalType: "xterm", historyPath: historyPath,
                    assistance: assistance)
                for number in 1... {
                    let input = try reader.next(prompt: "\u{1B}[1mzl\(number)> \u{1B}[0m")
                    results.withLock { $0.append("\(input)") }
                    if case .line(let line) = input { reader.remember(line) }
                    if input == .endOfInput { break }
                }
                if let problem = reader.historyProblem { results.withLock { $0.append("\(problem)") } }
            } catch {
                results.withLock { $0.append("error: \(error)") }
            }
        }
        thread.start()
        try expect("zl1>")
    }

    /// Types keys.
    func type(_ keys: String) throws {
        let bytes = Array(keys.utf8)
        guard write(master, bytes, bytes.count) == bytes.count else {
            throw Failure(description: "keys not written: \(errno)")
        }
    }

    /// Waits until the text has come after what was last expected.
    func expect(_ text: String, line: Int = #line) throws {
        let wanted = Array(text.utf8)
        try waitUntil("output \(text.debugDescription) (line \(line))") {
            output.withLock { bytes in
                let start = seen.withLock { $0 }
                guard let end = Self.end(of: wanted, in: bytes, from: start) else { return false }
                seen.withLock { $0 = end }
                return true
            }
        }
    }

    /// Waits until the reader has taken all keys: a signal sent by a test drops none, as ^C's does.
    func waitUntilTaken() throws {
        var quietRounds = 0
        try waitUntil("all keys taken") {
            var waiting: Int32 = 0
            quietRounds = ioctl(slave, UInt(FIONREAD), &waiting) == 0 && waiting == 0 ? quietRounds + 1 : 0
            return quietRounds == 4
        }
    }

    /// Waits for the reader's next result, and for the prompt that follows it.
    func nextResult(line: Int = #line) throws -> String {
        try waitUntil("a result (line \(line))") { results.withLock { !$0.isEmpty } }
        let result = results.withLock { $0.removeFirst() }
        let number = prompts.withLock { count in
            count += 1
            return count
        }
        if result.hasPrefix("line") || result == "interrupted" { try expect("zl\(number)>", line: line) }
        return result
    }

    /// Types keys and waits for the result.
    func result(of keys: String, line: Int = #line) throws -> String {
        try type(keys)
        return try nextResult(line: line)
    }

    /// Ends the reader with ^D and closes both sides.
    func finish() throws {
        try type("\u{04}")
        try waitUntil("the end of the reader") { done.wait(timeout: .now()) == .success }
        _ = close(slave)
        _ = close(master)
    }

    /// Everything shown so far.
    var shown: String { output.withLock { String(decoding: $0, as: UTF8.self) } }

    private func waitUntil(_ what: String, _ isDone: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while true {
            pump()
            if isDone() { return }
            guard Date() < deadline else {
                throw Failure(description: "expected \(what); got \(shown.debugDescription)")
            }
        }
    }

    /// Takes in what the reader wrote, waiting a moment for it.
    private func pump() {
        var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 5) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(master, &bytes, bytes.count)
        if count > 0 { output.withLock { $0 += bytes[..<count] } }
    }

    private static func end(of wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= start + wanted.count else { return nil }
        for index in start...(bytes.count - wanted.count)
        where bytes[index..<(index + wanted.count)].elementsEqual(wanted) {
            return index + wanted.count
        }
        return nil
    }
}
