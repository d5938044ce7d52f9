import Files
import Foundation

/// Runs jobs as an array of Slurm's, and follows them with `squeue`.
public struct SlurmEngine: SweepEngine {
    /// What is handed on to `sbatch`.
    public struct Options: Sendable {
        public var partition: String?
        public var time: String?
        public var processorsPerTask: Int?
        /// Most jobs of the array at a time.
        public var arrayLimit: Int?

        public init() {}
    }

    private let program: SweepProgram
    private let options: Options
    /// Jobs of one array; Slurm's own limit is 1001 where nobody raised it.
    private static let largestArray = 1000

    public init(_ program: SweepProgram, _ options: Options) {
        (self.program, self.options) = (program, options)
    }

    /// When it is left, Slurm goes on with the jobs.
    public func run(_ points: [Int], of sweep: Sweep, progress: () throws -> Void) throws {
        try submit(points, of: sweep)
        var asked = ContinuousClock.now
        while !points.allSatisfy({ Self.isAtEnd(sweep.state(of: $0)) }) {
            try progress()
            Thread.sleep(forTimeInterval: 0.1)
            // Slurm is asked now and then; what is done is what the files say.
            guard ContinuousClock.now - asked > .seconds(2) else { continue }
            asked = .now
            if try Self.queued(sweep).isEmpty {
                // A file of the last job may be a moment late.
                Thread.sleep(forTimeInterval: 1)
                break
            }
        }
        try progress()
    }

    private static func isAtEnd(_ state: Sweep.State) -> Bool {
        switch state {
        case .done, .failed: true
        case .waiting, .begun: false
        }
    }

    /// Hands the points over, and writes down the numbers of the arrays.
    private func submit(_ points: [Int], of sweep: Sweep) throws {
        let script = sweep.folder + "/array.sh"
        let words = [program.path, "job", sweep.folder].map(Self.quoted)
        let options = program.options.map(Self.quoted).joined(separator: " ")
        let text = """
            #!/bin/bash
            # One point of the sweep in this folder; it goes on from where an earlier job of it was.
            exec \(words.joined(separator: " ")) "$((SLURM_ARRAY_TASK_ID + ZIPLAB_OFFSET))" \(options)

            """
        try NewFile.write(Array(text.utf8), to: script)
        for index in points { try Folder.create(sweep.folder(of: index)) }
        for (offset, indices) in Self.arrays(points) {
            var arguments = [
                "--parsable", "--job-name=ziplab", "--requeue", "--open-mode=append",
                "--export=ALL,ZIPLAB_OFFSET=\(offset)", "--output=\(sweep.folder)/slurm-%A_%a.log",
                "--array=" + Self.ranges(indices) + (self.options.arrayLimit.map { "%\($0)" } ?? ""),
            ]
            if let partition = self.options.partition { arguments.append("--partition=" + partition) }
            if let time = self.options.time { arguments.append("--time=" + time) }
            if let count = self.options.processorsPerTask { arguments.append("--cpus-per-task=\(count)") }
            let number =
                try Self.call("sbatch", arguments + [script])
                .split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
            guard !number.isEmpty else { throw SweepError.engine("'sbatch' gave no job number") }
            let list = try OpenStream(path: sweep.folder + "/slurm-jobs")
            try list.write(Array((number + "\n").utf8))
        }
    }

    /// Points below each multiple of the largest array, counted from it.
    private static func arrays(_ points: [Int]) -> [(offset: Int, indices: [Int])] {
        Dictionary(grouping: points, by: { $0 / largestArray * largestArray }).sorted { $0.key < $1.key }
            .map { offset, points in (offset, points.map { $0 - offset }.sorted()) }
    }

    /// `0-3,7`.
    static func ranges(_ indices: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for index in indices {
            if let last = ranges.last, last.upperBound + 1 == index {
                ranges[ranges.count - 1] = last.lowerBound...index
            } else {
                ranges.append(index...index)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Numbers of the arrays that were handed over.
    private static func numbers(_ sweep: Sweep) -> [String] {
        let text = (try? ReadOnlyFile.text(sweep.folder + "/slurm-jobs", limit: 1 << 20)) ?? ""
        return text.split(separator: "\n").map(String.init).filter {
            $0.allSatisfy(\.isNumber) && !$0.isEmpty
        }
    }

    /// Lines of the jobs that Slurm has not ended: number, state, node.
    public static func queued(_ sweep: Sweep) throws -> [String] {
        let numbers = numbers(sweep)
        guard !numbers.isEmpty else { return [] }
        // One that is long gone is an error to squeue; all jobs of the user are asked for and ours picked.
        let text = try call("squeue", ["--noheader", "--array", "--me", "--format=%F %K %T %N"])
        return text.split(separator: "\n").map(String.init).filter { line in
            numbers.contains { line.hasPrefix($0 + " ") }
        }
    }

    /// Takes the jobs of a sweep out of the queue and ends those that run.
    public static func cancel(_ sweep: Sweep) throws {
        let numbers = Set(try queued(sweep).compactMap { $0.split(separator: " ").first.map(String.init) })
        if !numbers.isEmpty { _ = try call("scancel", numbers.sorted()) }
    }

    private static func call(_ name: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.launch(name)
        let text = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        let complaint = (try? errors.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let words = String(decoding: complaint, as: UTF8.self).split(separator: "\n").first.map(
                String.init)
            throw SweepError.engine(
                process.terminationStatus == 127
                    ? "no '\(name)' on the PATH: Slurm's programs are needed for '--on slurm'"
                    : "'\(name)' failed: \(words ?? "exit \(process.terminationStatus)")")
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
