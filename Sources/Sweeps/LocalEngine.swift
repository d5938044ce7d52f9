import Files
import Foundation

/// Runs jobs as processes on this machine, some at a time.
public struct LocalEngine: SweepEngine {
    private let program: SweepProgram
    private let jobs: Int

    /// - Parameter jobs: processes at a time.
    public init(_ program: SweepProgram, jobs: Int) {
        (self.program, self.jobs) = (program, jobs)
    }

    /// When it is left, the jobs are ended; they go on where they were the next time.
    public func run(_ points: [Int], of sweep: Sweep, progress: () throws -> Void) throws {
        var waiting = points[...]
        var running: [Process] = []
        defer {
            for process in running where process.isRunning { process.terminate() }
            for process in running { process.waitUntilExit() }
        }
        while !waiting.isEmpty || !running.isEmpty {
            running.removeAll { !$0.isRunning }
            while running.count < jobs, let index = waiting.popFirst() {
                running.append(try start(index, of: sweep))
            }
            try progress()
            // A job takes at least some hundredths of a second.
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    private func start(_ index: Int, of sweep: Sweep) throws -> Process {
        let folder = sweep.folder(of: index)
        try Folder.create(folder)
        let log = try OpenStream(path: folder + "/log")
        try log.write([])
        guard let handle = FileHandle(forWritingAtPath: folder + "/log") else {
            throw FileError(folder + "/log", .write, .notRegular)
        }
        defer { try? handle.close() }
        try handle.seekToEnd()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program.path)
        process.arguments = ["job", sweep.folder, "\(index)"] + program.options
        process.standardOutput = handle
        process.standardError = handle
        try process.launch(program.path)
        return process
    }
}
