import Foundation
import Glibc

/// The program on a terminal of its own; the test types and reads.
final class PseudoTerminal {
    private let master: Int32
    /// Held open, since a terminal that nobody has open forgets its settings.
    private let slave: Int32
    private let process: pid_t
    /// Stays as long as the program may write to it.
    private let folder: Folder
    private var output: [UInt8] = []
    private var seen = 0

    /// POSIX_SPAWN_SETSID, which the headers show only to GNU sources.
    private static let newSession: Int16 = 0x80

    /// How long a test waits for what must come.
    private static let patience = 30.0

    init(_ arguments: [String], in folder: Folder, environment: [String: String] = [:]) throws {
        self.folder = folder
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        var size = winsize(ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&ends.master, &ends.slave, &name, nil, &size) == 0 else {
            throw Missing(description: "expected a pseudo-terminal: \(errno)")
        }
        (master, slave) = (ends.master, ends.slave)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a session leader opens is the one whose ^C it gets.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        posix_spawn_file_actions_addclose(&actions, master)
        posix_spawn_file_actions_addclose(&actions, slave)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads that run tests block signals, and a program inherits that.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK))
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder.path, Program.path]
        let words = (shell + arguments).map { strdup($0) } + [nil]
        let variables =
            Program.environment(in: folder).merging(environment) { $1 }
            .map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, shell[0], &actions, &attributes, words, variables)
        guard code == 0 else { throw Missing(description: "expected '\(Program.path)' to start: \(code)") }
        process = identifier
    }

    deinit {
        close(master)
        close(slave)
    }

    /// The terminal's settings: modes and control characters.
    var settings: [UInt32] {
        var settings = termios()
        guard tcgetattr(slave, &settings) == 0 else { return [] }
        let characters = withUnsafeBytes(of: &settings.c_cc) { $0.map(UInt32.init) }
        return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag] + characters
    }

    /// Whether the terminal shows what is typed.
    var echoes: Bool { settings.count > 3 && settings[3] & UInt32(ECHO) != 0 }

    /// Sends a signal to the program.
    func send(_ signal: Int32) { kill(process, signal) }

    func setSize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Types keys.
    func type(_ keys: String) throws {
        let bytes = Array(keys.utf8)
        guard write(master, bytes, bytes.count) == bytes.count else {
            throw Missing(description: "expected the terminal to take \(keys.debugDescription): \(errno)")
        }
    }

    /// Waits until the text has come after what was last expected.
    func expect(_ text: String, line: Int = #line) throws {
        let wanted = Array(text.utf8)
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while true {
            if let end = end(of: wanted) {
                seen = end
                return
            }
            guard Date() < deadline, pump() else {
                let got = String(decoding: output[seen...], as: UTF8.self)
                throw Missing(
                    description:
                        "expected \(text.debugDescription) (line \(line)); got \(got.debugDescription)")
            }
        }
    }

    /// Everything shown so far.
    var shown: String { String(decoding: output, as: UTF8.self) }

    /// Waits for the end of the program and returns its exit code.
    func waitForEnd() throws -> Int32 {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 {
            guard Date() < deadline else {
                kill(process, SIGKILL)
                waitpid(process, &status, 0)
                throw Missing(description: "expected the program to end")
            }
            _ = pump()
        }
        // What it wrote last.
        for _ in 0..<3 { _ = pump() }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 1000 + status & 0x7F
    }

    /// ^D at the next prompt, or at the one that stands there.
    func leave() throws {
        if !shown.hasSuffix("]> ") { try expect("]> ") }
        try type("\u{4}")
        guard try waitForEnd() == 0 else { throw Missing(description: "expected the program to end with 0") }
    }

    /// Takes in what came, waiting a moment for it; false where no more can come.
    private func pump() -> Bool {
        var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 20) > 0 else { return true }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(master, &bytes, bytes.count)
        if count > 0 { output += bytes[..<count] }
        return count > 0
    }

    private func end(of wanted: [UInt8]) -> Int? {
        guard output.count >= seen + wanted.count else { return nil }
        return (seen...(output.count - wanted.count)).first {
            output[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }.map { $0 + wanted.count }
    }
}
