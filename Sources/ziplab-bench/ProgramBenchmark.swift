import Foundation

/// The program's start-up and memory, measured from outside.
struct ProgramBenchmark {
    let model: String

    func run() {
        let program =
            (CommandLine.arguments.first.map { ($0 as NSString).deletingLastPathComponent } ?? ".")
            + "/ziplab"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            heading("no program at '\(program)': 'swift build -c release --product ziplab' makes it")
            return
        }
        heading("the program, \(program)")
        for (name, statement) in [
            ("start, one statement", "help"), ("start and 'model load'", "model load \"\(model)\""),
        ] {
            var runs: [(seconds: Double, kilobytes: Int)] = []
            for _ in 0..<5 {
                guard let run = Self.measure(program, ["-c", statement]) else {
                    report(name, "failed")
                    return
                }
                runs.append(run)
            }
            let spread = Spread(runs.map { 1e3 * $0.seconds })
            report(
                name,
                "\(spread.text) ms, \(runs.map(\.kilobytes).max().map { $0 / 1024 } ?? 0) MiB resident at most"
            )
        }
    }

    /// Wall time and largest resident set of one run of a program; nil where it fails.
    private static func measure(_ program: String, _ arguments: [String]) -> (
        seconds: Double, kilobytes: Int
    )? {
        var strings: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var child = pid_t()
        let start = ContinuousClock.now
        guard posix_spawn(&child, program, &actions, nil, &strings, environ) == 0 else { return nil }
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(child, &status, 0, &usage) == child, status == 0 else { return nil }
        let elapsed = (ContinuousClock.now - start).components
        return (Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18, usage.ru_maxrss)
    }
}
