import ArgumentParser
import CommandLanguage
import Files
import Notebook

/// How `ziplab replay` compares.
struct ReplayOptions: ParsableArguments {
    @Flag(help: "Every typed result and every plot's pixels must be equal (the default).")
    var strict = false

    @Flag(
        help: """
            Numbers with a fraction may differ by 1 %; digests of parameters and pixels are not compared. For \
            another processor's or another program's numbers.
            """)
    var tolerant = false

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp(
            "Tolerant, with another bound: a part of the number, or of one result an absolute difference.",
            valueName: "0.01|name=0.5"))
    var tolerance: [String] = []

    @Flag(
        help: """
            Begin each step where the recorded one did, by the answers kept beside the session, so that one \
            difference does not become many.
            """)
    var resync = false

    @Flag(help: "Run the statements and compare nothing.")
    var runOnly = false

    @Flag(
        help:
            "Write what came out into the session, for the statements that changed, and show the difference.")
    var update = false

    @Option(help: ArgumentHelp("Run the first N statements alone.", valueName: "n"))
    var until: Int?

    @Flag(
        help: "Then a prompt in the state reached: at the end, behind --until, or behind the first mismatch.")
    var interactive = false

    mutating func validate() throws {
        let ways = [
            ("--strict", strict), ("--tolerant", replaysTolerantly), ("--run-only", runOnly),
            ("--update", update),
        ]
        .filter(\.1).map(\.0)
        if ways.count > 1 {
            throw ValidationError("expected one of \(ways.joined(separator: " and ")); got both")
        }
        if resync, update || runOnly {
            throw ValidationError(
                "'--resync' compares; it does not go with \(update ? "--update" : "--run-only")")
        }
        if let until, until < 1 { throw ValidationError("expected 1 or more for '--until'; got \(until)") }
        _ = try tolerances()
    }

    /// Whether numbers may differ.
    var replaysTolerantly: Bool { tolerant || !tolerance.isEmpty }

    private func tolerances() throws -> ReplayComparison.Tolerances {
        var standard: Double?
        var named: [String: Double] = [:]
        for text in tolerance {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard let last = parts.last, let bound = Double(last), bound >= 0, bound.isFinite else {
                throw ValidationError(
                    "expected a number from 0 up or name=number for '--tolerance'; got '\(escapedForDisplay(text))'"
                )
            }
            if parts.count == 2 { named[parts[0]] = bound } else { standard = bound }
        }
        return ReplayComparison.Tolerances(standard: standard ?? 0.01, named: named)
    }

    /// The same for the notebook.
    func replayOptions() throws -> Replay.Options {
        var options = Replay.Options()
        if runOnly { options.comparison = .none }
        if replaysTolerantly {
            options.comparison = .tolerant(try tolerances())
        }
        options.resyncs = resync
        options.until = until
        options.stopsAtMismatch = interactive
        options.keepsCells = update
        options.stopsAtProvenance = !update && !runOnly
        return options
    }
}
