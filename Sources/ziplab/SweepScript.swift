import ArgumentParser
import CommandLanguage
import Files
import Foundation
import LineEditing
import Notebook
import Sweeps

/// `ziplab sweep FILE.zl --grid NAME=V,V… --out FOLDER`
struct SweepScript: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Run a script at every point of a grid, here or on a Slurm cluster.",
        discussion: """
            Each point is a job: the script with the point's variables, recorded in a folder of its own, where its files go, \
            too. The same command again does what is left: finished jobs are passed over, ended ones go on where they \
            were, failed ones are tried again. 'ziplab gather FOLDER' makes one table of the comparisons in it.
            """)

    enum Place: String, ExpressibleByArgument, CaseIterable {
        case local
        case slurm
    }

    @ArgumentParser.Argument(
        help: ArgumentHelp("The script; with --status or --cancel the sweep's folder.", valueName: "file.zl"))
    var file: String

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A variable and its values, 1..3 or a,b; several make a grid.", valueName: "name=values"))
    var grid: [String] = []

    @Option(help: ArgumentHelp("The sweep's folder.", valueName: "folder"))
    var out: String?

    @Option(help: ArgumentHelp("Where the jobs run: local or slurm.", valueName: "place"))
    var on = Place.local

    @Option(help: ArgumentHelp("Jobs at a time on this machine (a thread for each core).", valueName: "n"))
    var jobs: Int?

    @Option(help: ArgumentHelp("For sbatch: the partition.", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("For sbatch: most time of a job.", valueName: "time"))
    var time: String?

    @Option(
        name: .customLong("cpus-per-task"), help: ArgumentHelp("For sbatch: cores of a job.", valueName: "n"))
    var processorsPerTask: Int?

    @Option(
        name: .customLong("array-limit"),
        help: ArgumentHelp("For sbatch: most jobs at a time.", valueName: "n"))
    var arrayLimit: Int?

    @Flag(help: "Say how the jobs of a sweep stand, and end.")
    var status = false

    @Flag(help: "Take the jobs of a sweep out of Slurm's queue.")
    var cancel = false

    @OptionGroup var engine: EngineOptions

    mutating func validate() throws {
        guard !status && !cancel else { return }
        if out == nil { throw ValidationError("expected '--out FOLDER'") }
        for (name, value) in [
            ("jobs", jobs), ("cpus-per-task", processorsPerTask), ("array-limit", arrayLimit),
        ] {
            if let value, value < 1 {
                throw ValidationError("expected 1 or more for '--\(name)'; got \(value)")
            }
        }
    }

    mutating func run() throws {
        try engine.configure()
        // Jobs that run here are ended with it.
        try InterruptSignal.installForEnds()
        defer { InterruptSignal.passOn() }
        do {
            if status || cancel {
                let sweep = try Sweep(folder: absolute(file))
                if cancel { try SlurmEngine.cancel(sweep) }
                return try report(sweep, withJobs: true)
            }
            try carryOut()
        } catch let status as ExitStatus {
            throw status
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    private func carryOut() throws {
        let folder = FileManager.default.currentDirectoryPath
        let sweep = try Sweep(
            try SweepGrid(grid), script: try scriptText(path: file), path: absolute(file),
            workingFolder: folder,
            folder: absolute(out ?? ""))
        for (name, _) in sweep.points[0]
        where !sweep.script.contains("$" + name) && !sweep.script.contains("$(") {
            Output.writeError("note: the script does not use '$\(name)'\n")
        }
        let open = sweep.open
        try Output.write(
            "\(sweep.points.count) points, \(sweep.points.count - open.count) done before\n")
        let progress = ProgressView()
        let isWatched = Terminal.isInteractive(input: 2, output: 2)
        let start = ContinuousClock.now
        for index in open { sweep.reopen(index) }
        if !open.isEmpty {
            do {
                var shown = ContinuousClock.now - .seconds(1)
                try makeEngine().run(open, of: sweep) {
                    if InterruptSignal.take() { throw ExitStatus.interrupted }
                    guard isWatched, ContinuousClock.now - shown > .milliseconds(500) else { return }
                    shown = .now
                    progress.show(
                        NotebookHost.Progress(
                            done: sweep.points.count - sweep.open.count, total: sweep.points.count,
                            unit: "jobs",
                            detail: on.rawValue))
                }
            } catch ExitStatus.interrupted {
                progress.show(nil)
                Output.writeError(
                    on == .slurm
                        ? "left: Slurm goes on; '--status' tells how the jobs stand\n"
                        : "ended: the same command goes on where the jobs were\n")
                throw ExitStatus.interrupted
            }
        }
        progress.show(nil)
        try report(sweep, withJobs: false)
        let seconds = (ContinuousClock.now - start).components.seconds
        if !open.isEmpty { Output.writeError("\(open.count) jobs in \(seconds) s\n") }
        if sweep.open.contains(where: { sweep.state(of: $0) == .begun }) {
            Output.writeError("note: the same command goes on with those that are not done\n")
        }
        guard sweep.open.isEmpty else { throw ExitStatus.statementFailed }
    }

    private func makeEngine() throws -> any SweepEngine {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let threads = engine.threads ?? (on == .slurm ? processorsPerTask ?? 1 : 1)
        var options = ["--threads", "\(threads)"]
        if engine.noCache { options.append("--no-cache") }
        if let limit = engine.cacheLimit { options += ["--cache-limit", "\(limit)"] }
        guard let path = Bundle.main.executableURL?.resolvingSymlinksInPath().path else {
            throw SweepError.engine("the program's own path is not known")
        }
        let program = SweepProgram(path: path, options: options)
        switch on {
        case .local: return LocalEngine(program, jobs: jobs ?? max(1, cores / threads))
        case .slurm:
            var options = SlurmEngine.Options()
            (options.partition, options.time) = (partition, time)
            (options.processorsPerTask, options.arrayLimit) = (processorsPerTask, arrayLimit)
            return SlurmEngine(program, options)
        }
    }

    private func report(_ sweep: Sweep, withJobs: Bool) throws {
        var counts: [String: Int] = [:]
        for index in sweep.points.indices {
            switch sweep.state(of: index) {
            case .done: counts["done", default: 0] += 1
            case .begun: counts[sweep.isRunning(index) ? "running" : "ended early", default: 0] += 1
            case .waiting: counts["not begun", default: 0] += 1
            case .failed(let message):
                counts["failed", default: 0] += 1
                Output.writeError(
                    "\(escapedForDisplay(Folder.name(sweep.folder(of: index)))): \(escapedForDisplay(message))\n"
                )
            }
        }
        let parts = ["done", "running", "ended early", "not begun", "failed"].compactMap { name in
            counts[name].map { "\($0) \(name)" }
        }
        try Output.write("\(sweep.points.count) points: \(parts.joined(separator: ", "))\n")
        guard withJobs, let lines = try? SlurmEngine.queued(sweep), !lines.isEmpty else { return }
        for line in lines { try Output.write("  \(escapedForDisplay(line))\n") }
    }
}
