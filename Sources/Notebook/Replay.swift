import CommandLanguage
import Files
import Foundation
import PromptTuning

/// Runs a transcript's inputs in a fresh notebook and compares what comes out.
public struct Replay {
    /// What is asked of a replay.
    public struct Options: Sendable {
        public var comparison = ReplayComparison.strict
        /// Path of the transcript, beside which what the box answered may be kept; nil where it has none.
        public var session: String?
        /// Whether each step begins where the recorded one did, by the answers in the journal.
        public var resyncs = false
        /// Statements to run; nil for all.
        public var until: Int?
        /// Whether it ends behind the first statement that differs.
        public var stopsAtMismatch = false
        /// Whether the report has what the statements gave, with the files of their plots.
        public var keepsCells = false
        /// Whether another model or other data ends it.
        public var stopsAtProvenance = true

        public init() {}
    }

    /// One difference between the recording and the replay.
    public struct Mismatch: Sendable {
        /// Line of the transcript.
        public var line: Int
        /// The statement's number in the session, from 1; 0 for what belongs to none.
        public var cell = 0
        public var message: String
        /// The model or the data is not the recorded one.
        public var isProvenance = false
        /// The plots whose pixels differ: as recorded, and as drawn.
        public var plots: (recorded: CellPlot, drawn: CellPlot)?
    }

    /// What a replay found.
    public struct Report: Sendable {
        public var mismatches: [Mismatch] = []
        /// Cells whose recording is complete and that were run.
        public var cells = 0
        /// Those of them that failed and are not recorded so.
        public var failed = 0
        /// Typed results and plots compared.
        public var compared = 0
        /// Line of a cell that has no end, if there is one.
        public var torn: Int?
        /// Whether a person ended the replay.
        public var isInterrupted = false
        /// With `keepsCells`: what the statements gave, in the order of the transcript's entries; nil for a torn one.
        public var ran: [Cell?] = []
    }

    private let transcript: Transcript
    private let options: Options
    /// Where the statements are run; afterwards in the state that they lead to.
    public let notebook: Notebook

    public init(_ transcript: Transcript, host: NotebookHost, options: Options = Options()) {
        self.transcript = transcript
        self.options = options
        notebook = Notebook(host: host, settings: transcript.settings)
    }

    /// Largest journal of a stranger's session that is read: 256 MiB.
    private static let largestJournal = 256 << 20

    /// Takes the answers that were kept beside a session, to say which step differs first.
    ///
    /// - Throws: `FileError`, `NotebookError.noJournal` where the replay cannot do without.
    private func takeJournal() throws {
        guard let session = options.session, options.comparison != .none else { return }
        let path = Notebook.journalPath(session)
        guard FileKind(path) == .file else {
            if options.resyncs { throw NotebookError.noJournal(path) }
            return
        }
        var check = RunJournal.Check(resyncs: options.resyncs)
        if case .tolerant(let tolerances) = options.comparison { check.tolerance = tolerances.standard }
        let limit = notebook.host.isTrusted ? Transcript.largestFile : Self.largestJournal
        notebook.host.journal = try RunJournal(checking: path, limit: limit, check)
    }

    /// Replays the cells.
    ///
    /// - Throws: `FileError`, `NotebookError` before the first statement.
    public func run() throws -> Report {
        try takeJournal()
        var report = Report()
        if options.comparison != .none {
            report.mismatches = transcript.problems.map { Mismatch(line: $0.line, message: $0.message) }
        }
        report.torn = transcript.tornLine
        for entry in transcript.entries.prefix(options.until ?? .max) {
            guard !entry.isTorn else {
                report.torn = entry.line
                if options.keepsCells { report.ran.append(nil) }
                continue
            }
            let recorded = entry.read()
            let ran = try notebook.evaluate(recorded.cell.input, name: "input", stop: entry.stop)
            if case .interrupted(let place)? = ran.last?.status, entry.stop?.isReached(place) != true {
                report.isInterrupted = true
                break
            }
            report.cells += 1
            if options.keepsCells { report.ran.append(ran.count == 1 ? ran.last : nil) }
            if case .failed? = ran.last?.status, recorded.cell.status.word != "failed" { report.failed += 1 }
            var found = options.comparison.compare(recorded, line: entry.line, with: ran, &report.compared)
            if let difference = notebook.host.journal?.takeDifference(), options.comparison != .none {
                found.insert(
                    Mismatch(
                        line: entry.line,
                        message: "step \(difference.step) differs first: \(difference.message)"),
                    at: 0)
            }
            for index in found.indices { found[index].cell = recorded.cell.number }
            report.mismatches += found
            if !found.isEmpty, options.stopsAtMismatch { break }
            if options.stopsAtProvenance, found.contains(where: \.isProvenance) { break }
        }
        return report
    }
}
