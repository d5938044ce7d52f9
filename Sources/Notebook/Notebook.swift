import BlackBox
public import CommandLanguage
import Files
import Foundation
import PromptTuning

/// The kernel of ziplab: text in, values and state out; it never sees a terminal.
///
/// A top-level statement is a cell. A simple statement that fails changes nothing, but for the whole steps that `step` or
/// `run` had taken, which are paid for. A block stops at the statement that failed and keeps what the ones before it did.
public final class Notebook {
    public var host: NotebookHost
    /// Variables that win over `let` of the same name, from `--set`.
    public private(set) var settings: [String: Value]
    private var state = NotebookState()
    private var past: [NotebookState] = []
    private var future: [NotebookState] = []
    /// What the session asked in all.
    private let session = QueryAccount(budget: nil)
    private var cells = 0
    /// Their statements as written, for `rerun`.
    private var inputs: [String] = []
    private var observers: [any NotebookObserver] = []
    /// The session in memory, for `save`.
    private let recorder: TranscriptRecorder
    public private(set) var hasQuit = false

    /// Statements that can be undone.
    private static let pastLimit = 1000

    public init(host: NotebookHost, settings: [String: Value] = [:]) {
        self.host = host
        self.settings = settings
        recorder = TranscriptRecorder(settings: settings)
        observers = [recorder]
        state.variables = Environment(variables: settings)
    }

    /// Adds somebody who sees every cell.
    public func add(_ observer: any NotebookObserver) {
        observers.append(observer)
    }

    /// Writes the session to a file as it happens, and what the box answers to its runs to a journal beside it.
    ///
    /// - Parameter replacing: whether an old transcript of that name is replaced.
    /// - Throws: `FileError`, `NotebookError.taken`.
    public func record(to path: String, replacing: Bool = false) throws {
        try recorder.open(path: path, replacing: replacing)
        if FileKind(path) == .file { host.journal = try RunJournal(new: Self.journalPath(path)) }
    }

    /// Where the journal of a recorded session is.
    static func journalPath(_ path: String) -> String { path + ".run" }

    /// What `resume` found.
    public struct Resumed: Sendable {
        /// Cells that are as they were.
        public var cells: [Cell]
        /// The statement that the end of the program interrupted.
        public var torn: String?
        /// Queries that are answered from the journal, those of the torn statement with them.
        public var queries: Int
    }

    /// Takes up a recorded session that came to an end: its statements are run again, with the answers of the box from the
    /// journal, and new ones are written behind them.
    ///
    /// Files that the statements write go to `scratch`; those of the first time are there.
    /// - Throws: `FileError`, `TranscriptError`; `ResumeError` where something comes out otherwise than it is recorded.
    public func resume(_ path: String, scratch: String) throws -> Resumed {
        // Nothing is read, and no journal begun, while another program is at it.
        try recorder.takeUp(path: path)
        let bytes = try ReadOnlyFile.bytes(path, limit: Transcript.largestFile)
        let transcript = try Transcript(bytes, name: path)
        if let problem = transcript.problems.first { throw problem }
        settings = transcript.settings
        state.variables = Environment(variables: settings)
        let journal = try RunJournal(resuming: Self.journalPath(path))
        host.journal = journal
        recorder.keep(bytes.prefix(transcript.wholeLength))
        let others = observers
        observers = [recorder]
        host.outputFolder = scratch
        // It was one's own.
        host.isTrusted = true
        defer {
            observers = others
            host.outputFolder = nil
        }
        for entry in transcript.entries where !entry.isTorn {
            let recorded = entry.read()
            let ran = try evaluate(recorded.cell.input, name: "input", keepGoing: true, stop: entry.stop)
            if case .interrupted(let place)? = ran.last?.status, entry.stop?.isReached(place) != true {
                throw ResumeError(
                    path: path, input: recorded.cell.input, number: recorded.cell.number,
                    mismatch: Replay.Mismatch(line: entry.line, message: "interrupted by ^C"))
            }
            var compared = 0
            if let mismatch = ReplayComparison.strict.compare(
                recorded, line: entry.line, with: ran, &compared
            ).first {
                throw ResumeError(
                    path: path, input: recorded.cell.input, number: recorded.cell.number, mismatch: mismatch)
            }
        }
        try recorder.goOn()
        try journal.goOn()
        // A 'quit' at its end ended it then.
        hasQuit = false
        return Resumed(
            cells: transcript.cells,
            torn: transcript.entries.last.flatMap { $0.isTorn ? $0.read().cell.input : nil },
            queries: journal.queriesKnown)
    }

    /// Runs every statement of a text until one fails, or to the end with `keepGoing`.
    ///
    /// - Parameters:
    ///   - name: what messages call the text: a file name, or `input`.
    ///   - linesBefore: lines of that before the text, for the places of errors.
    ///   - behind: statements with which the text begins and that were run before; they are passed over.
    ///   - stop: replay of an interrupted cell: where it ends.
    /// - Returns: the finished cells.
    /// - Throws: only what an observer throws; a failed statement is in its report.
    @discardableResult
    public func evaluate(
        _ text: String, name: String, linesBefore: Int = 0, keepGoing: Bool = false, stop: StopPlace? = nil,
        behind: [String] = []
    ) throws -> [Cell] {
        let source = SourceText(name: name, text: text, linesBefore: linesBefore)
        var reports: [Cell] = []
        let program: Program
        do {
            program = try parse(source)
        } catch {
            return [try runCell(text, comments: [], stop: nil) { _ in throw error }]
        }
        let slices = program.topLevelSlices
        for (slice, done) in zip(slices, behind) where slice.text != done {
            // Nothing of it is recorded: the session stays as it was.
            throw Diagnostic(
                message: "the session has another statement here", range: slice.statement.range,
                source: source,
                notes: ["'\(done.prefix(80))' was run in its place"])
        }
        for slice in slices.dropFirst(behind.count) {
            let comments = slice.leading.split(separator: "\n").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            .filter { $0.hasPrefix("#") }
            let report = try runCell(slice.text, comments: comments, stop: stop) { context in
                try execute(slice.statement, source: source, &context)
            }
            reports.append(report)
            if hasQuit { break }
            switch report.status {
            case .ok: continue
            case .failed where keepGoing: continue
            case .failed, .interrupted: return reports
            }
        }
        return reports
    }

    /// Runs one cell and tells the observers.
    private func runCell(
        _ input: String, comments: [String], stop: StopPlace?, _ body: (inout CommandContext) throws -> Void
    ) throws -> Cell {
        cells += 1
        inputs.append(input)
        for observer in observers { try observer.began(number: cells, input: input, comments: comments) }
        let start = ContinuousClock.now
        var failure: (any Error)?
        let cell = CellRecorder(host: host, session: session, stop: stop) { [observers] event in
            for observer in observers {
                do { try observer.saw(event) } catch { failure = failure ?? error }
            }
        }
        let status = run(cell, input, body)
        host.show(nil)
        let elapsed = (ContinuousClock.now - start).components
        let report = Cell(
            number: cells, comments: comments, input: input, outputs: cell.outputs, results: cell.results,
            status: status,
            seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
        // Each one hears of the end, so that a full disk for one leaves no other with half a cell.
        for observer in observers {
            do { try observer.ended(report) } catch { failure = failure ?? error }
        }
        do { try host.journal?.synchronize() } catch { failure = failure ?? error }
        if let failure { throw failure }
        return report
    }

    private func run(
        _ cell: CellRecorder, _ input: String, _ body: (inout CommandContext) throws -> Void
    ) -> CellStatus {
        var context = CommandContext(
            state: state, past: past, future: future, cell: cell, host: host,
            transcript: { [recorder] in recorder.text },
            recordedPath: recorder.path, session: session, base: state)
        var status = CellStatus.ok
        do {
            try body(&context)
        } catch is Interruption {
            status = .interrupted(cell.place)
        } catch let error as Diagnostic {
            status = .failed(CellFailure(error))
        } catch {
            let source = SourceText(name: "input", text: input)
            status = .failed(
                CellFailure(Diagnostic(message: "\(error)", range: source.contentRange, source: source)))
        }
        // What a failed simple statement did was dropped in `execute`; the rest stands.
        if context.state.revision != context.base.revision {
            context.base.next = input
            context.base.nextCell = cells
            context.past.append(context.base)
            context.future = []
            if context.past.count > Self.pastLimit { context.past.removeFirst() }
        }
        state = context.state
        past = context.past
        future = context.future
        hasQuit = context.quits
        return status
    }

    /// Names for completion: variables, checkpoints of the present run, and runs.
    public var names: (variables: [String], checkpoints: [String], runs: [String]) {
        (
            state.variables.variables.keys.sorted(), state.checkpoints.keys.sorted(),
            state.runs.keys.sorted()
        )
    }

    /// Variables and results, as an expression sees them now.
    var environment: Environment { state.environment }

    /// What each run is, in a line.
    var runDescriptions: [String: String] {
        state.runs.mapValues { "\($0.run.methodName), step \($0.run.method.step)" }
    }

    /// The number that the next statement gets.
    public var nextNumber: Int { cells + 1 }

    /// All verbs, sorted.
    public static var verbs: [String] { commandTable.map { $0.verb } }

    /// The session so far as a transcript.
    public var transcript: String { recorder.text }
}

extension Notebook {
    /// Runs a statement; a simple one that fails leaves the state as it was.
    private func execute(_ statement: Statement, source: SourceText, _ context: inout CommandContext) throws {
        switch statement.kind {
        case .binding(let name, let expression):
            guard settings[name.text] == nil else { return }
            try context.checkBinding(name, to: expression, source)
            context.state.variables.variables[name.text] = try CommandLanguage.evaluate(
                expression, in: context.state.environment, source: source)
        case .repetition(let count, let body):
            let count = try evaluateCount(count, in: context.state.environment, source: source)
            for _ in 0..<count where !context.quits { try execute(body, source: source, &context) }
        case .iteration(let name, let sequence, let body):
            let values = try CommandLanguage.evaluate(
                sequence, in: context.state.environment, source: source)
            guard settings[name.text] == nil else {
                throw Diagnostic(
                    message: "variable '\(name.text)' has a value from '--set'", range: name.range,
                    source: source, notes: ["give the variable of this 'for' another name"])
            }
            for value in values where !context.quits {
                context.state.variables.variables[name.text] = value
                try execute(body, source: source, &context)
            }
        case .choice(let branches, let otherwise):
            let environment = context.state.environment
            let chosen = try branches.first { branch in
                try evaluateCondition(branch.condition, in: environment, source: source)
            }
            if let body = chosen?.body ?? otherwise { try execute(body, source: source, &context) }
        case .command(let command):
            try execute(command, range: statement.range, source: source, &context)
        }
    }

    private func execute(_ body: [Statement], source: SourceText, _ context: inout CommandContext) throws {
        context.blockDepth += 1
        defer { context.blockDepth -= 1 }
        // A pass without a command must stop, too.
        try context.cell.interruptionPoint()
        for statement in body {
            try execute(statement, source: source, &context)
            if context.quits { return }
        }
    }

    private func execute(
        _ command: Command, range: SourceRange, source: SourceText, _ context: inout CommandContext
    ) throws {
        guard let type = commandTable.first(where: { $0.verb == command.verb.text }) else {
            throw Diagnostic(
                message: "unknown command '\(command.verb.text)'", range: command.verb.range, source: source,
                notes: [meantCommand(command).map { "did you mean '\($0)'?" } ?? "'help' lists the commands"])
        }
        try context.cell.interruptionPoint()
        if context.blockDepth > 0 { context.cell.beginInnerStatement() }
        let call = try Call(
            command, range: range, forms: type.forms, environment: context.state.environment,
            methods: host.methods, source: source)
        // Their statements are run one by one, like those of a block.
        if type == SourceCommand.self {
            let (text, path) = try SourceCommand.read(call, context)
            try runWithin(SourceText(name: path, text: text), &context)
            return
        }
        if type == RerunCommand.self {
            try rerun(try RerunCommand.numbers(call, next: cells), call, &context)
            return
        }
        var attempt = context
        attempt.periodic = try command.periodic.map { try periodic($0, of: type, source, context) }
        let known = context.cell.results.count
        do {
            try type.run(call, &attempt)
        } catch is Interruption {
            context = attempt
            context.periodic = nil
            context.state.remember(context.cell.results.dropFirst(known))
            throw Interruption()
        } catch let error as KeptFailure {
            context = attempt
            context.periodic = nil
            context.state.remember(context.cell.results.dropFirst(known))
            throw error.diagnostic
        } catch let error as Diagnostic {
            throw error
        } catch {
            throw call.failure(nil, "\(error)")
        }
        context = attempt
        context.periodic = nil
        if !type.looksOnly { context.state.remember(context.cell.results.dropFirst(known)) }
    }

    /// The statements behind `every`, ready to run.
    private func periodic(
        _ every: Periodic, of type: any NotebookCommand.Type, _ source: SourceText,
        _ context: CommandContext
    ) throws -> PeriodicStatements {
        guard type.takesEvery else {
            throw Diagnostic(
                message: "'every' stands only behind 'run' and 'step'; got it behind '\(type.verb)'",
                range: every.range, source: source)
        }
        let interval = try evaluateCount(
            every.interval, in: context.state.environment, source: source)
        guard interval > 0 else {
            throw Diagnostic(
                message: "expected a count of 1 or more; got 0", range: every.interval.range, source: source)
        }
        if let leaving = every.body.firstLeavingTheRun {
            throw Diagnostic(
                message: "'\(leaving.text)' leaves the run that 'every' stands behind", range: leaving.range,
                source: source,
                notes: ["the statements may look, draw, 'checkpoint' and 'branch'"])
        }
        return PeriodicStatements(interval: interval) { context in
            try self.execute(every.body, source: source, &context)
        } failure: { message, notes in
            Diagnostic(message: message, range: every.range, source: source, notes: notes)
        }
    }

    /// Runs the statements of another text in their order.
    private func runWithin(_ source: SourceText, _ context: inout CommandContext) throws {
        let program = try parse(source)
        context.sourceDepth += 1
        context.blockDepth += 1
        defer {
            context.sourceDepth -= 1
            context.blockDepth -= 1
        }
        for statement in program.statements {
            try execute(statement, source: source, &context)
            if context.quits { return }
        }
    }

    private func rerun(_ numbers: [Int], _ call: Call, _ context: inout CommandContext) throws {
        guard context.sourceDepth < SourceCommand.depthLimit else {
            throw call.failure(nil, "\(NotebookError.tooDeep(limit: SourceCommand.depthLimit))")
        }
        for number in numbers {
            let input = inputs[number - 1]
            // Of a block or a file the statements have no echo; here a person sees what runs.
            context.say(
                "[\(number)] " + input.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(100))
            try runWithin(SourceText(name: "statement \(number)", text: input), &context)
            if context.quits { return }
        }
    }
}

extension [Statement] {
    /// The first verb that moves the present run, where nothing goes to another one.
    fileprivate var firstLeavingTheRun: Word? {
        let verbs = compactMap { statement in
            if case .command(let command) = statement.kind { command.verb } else { nil }
        }
        guard !verbs.contains(where: { ["branch", "use", "source", "prompt"].contains($0.text) }) else {
            return nil
        }
        return verbs.first { ["step", "run", "goto", "undo", "redo", "restore"].contains($0.text) }
    }
}
