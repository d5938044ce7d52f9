import Foundation
import Glibc

/// The built `ziplab`, which lies beside the test bundle.
enum Program {
    static let path: String = {
        let bundle = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return bundle.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("ziplab")
            .path
    }()

    /// The repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../..").standardizedFileURL.path

    static let data = root + "/Assets/Data/line-drawings"

    /// What a run of the program left.
    struct Outcome {
        var status: Int32
        var output: String
        var error: String
    }

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - limit: most bytes of a file it may write, in 512-byte blocks.
    ///   - toFullDisk: whether its standard output is a full disk.
    static func run(
        _ arguments: [String], in folder: Folder, input: String = "", environment: [String: String] = [:],
        limit: Int? = nil, toFullDisk: Bool = false
    ) throws -> Outcome {
        try folder.write(input, to: ".input")
        try folder.write("", to: ".error")
        let process = try make(arguments, in: folder, environment: environment, limit: limit)
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.path + "/.input"))
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/.error"))
        if toFullDisk {
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
            try output.fileHandleForWriting.close()
        }
        try start(process)
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        // A signal's number is kept apart from every exit code.
        let status = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 1000 : 0)
        return Outcome(status: status, output: text, error: try folder.read(".error"))
    }

    /// A process that has not started.
    static func make(
        _ arguments: [String], in folder: Folder, environment: [String: String] = [:], limit: Int? = nil
    ) throws -> Process {
        let process = Process()
        if let limit {
            // With the signal ignored a write beyond the limit fails, as it does on a full disk.
            let script = "ulimit -f \(limit); trap '' XFSZ; exec \"$0\" \"$@\""
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", script, path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
        }
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        // The folder stays as long as the program runs.
        process.terminationHandler = { _ in withExtendedLifetime(folder) {} }
        process.environment = Self.environment(in: folder).merging(environment) { $1 }
        return process
    }

    /// Starts a process that hears ^C: threads that run tests block signals, and a program inherits that.
    static func start(_ process: Process) throws {
        var signals = sigset_t()
        var old = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_UNBLOCK, &signals, &old)
        defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
        try process.run()
    }

    /// An environment that depends on nothing of the machine's.
    static func environment(in folder: Folder) -> [String: String] {
        ["PATH": "/usr/bin:/bin", "HOME": folder.path, "TERM": "xterm", "LC_ALL": "C.UTF-8"]
    }
}

/// A temporary folder.
final class Folder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("ziplab-tests-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
    }
}

/// What a test waited for did not come.
struct Missing: Error, CustomStringConvertible {
    let description: String
}
