import BlackBox
import CommandLanguage
import Datasets
import Files
import PromptTuning

/// A verb of the language: one file, one entry in the table, one help text.
protocol NotebookCommand: Sendable {
    static var verb: String { get }
    /// One line for the list of commands.
    static var summary: String { get }
    static var forms: [CommandForm] { get }
    /// Paragraphs and examples behind the usage lines.
    static var help: String { get }
    /// Whether `every N { … }` may stand behind it.
    static var takesEvery: Bool { get }
    /// Whether it shows or writes what is known: the results that expressions see are then those from before.
    static var looksOnly: Bool { get }

    /// Runs one call; on an error the context's state is dropped.
    static func run(_ call: Call, _ context: inout CommandContext) throws
}

extension NotebookCommand {
    static var takesEvery: Bool { false }
    static var looksOnly: Bool { false }
}

/// All verbs, sorted.
let commandTable: [any NotebookCommand.Type] = [
    AblateCommand.self, AnchorsCommand.self, AproposCommand.self, BoxCommand.self, BranchCommand.self,
    BudgetCommand.self, CacheCommand.self, CheckpointCommand.self, ClassesCommand.self,
    ClassifyCommand.self, CompareCommand.self, DataCommand.self, DiffCommand.self, DoctorCommand.self,
    EvalCommand.self, ExportCommand.self, GotoCommand.self, HelpCommand.self, HistoryCommand.self,
    MistakesCommand.self, ModelCommand.self, PlotCommand.self, ProbeCommand.self, PromptCommand.self,
    ProvenanceCommand.self,
    QuitCommand.self, RedoCommand.self, RerunCommand.self, RestoreCommand.self, RunCommand.self,
    RunsCommand.self,
    SaveCommand.self, SayCommand.self, SessionsCommand.self, ShowCommand.self, SourceCommand.self,
    StepCommand.self, TemplateCommand.self, TraceCommand.self, UndoCommand.self, UseCommand.self,
    ZeroshotCommand.self,
]

/// The statements of `every N { … }`.
struct PeriodicStatements {
    let interval: Int
    let run: (inout CommandContext) throws -> Void
    /// A diagnostic at them.
    let failure: (_ message: String, _ notes: [String]) -> Diagnostic
}

/// What a running command may read and change.
struct CommandContext {
    var state: NotebookState
    /// States to go back to, oldest first.
    var past: [NotebookState]
    /// States that 'redo' goes to, the next one first; gone as soon as something else changes.
    var future: [NotebookState]
    let cell: CellRecorder
    let host: NotebookHost
    /// The session so far, as a transcript.
    let transcript: () -> String
    /// The file that the session is recorded to.
    let recordedPath: String?
    /// Queries of the whole session, those of undone steps too.
    let session: QueryAccount
    /// What `undo` goes back to from the changes of this cell.
    var base: NotebookState
    var quits = false
    /// Files that source each other.
    var sourceDepth = 0
    /// Blocks and sourced files around the statement.
    var blockDepth = 0
    /// What the statement does again and again on its way.
    var periodic: PeriodicStatements?

    /// Shows a line; what came from a file or a path cannot steer the terminal.
    func say(_ line: String) { cell.emit(.line(escapedForDisplay(line))) }
    func set(_ key: String, _ value: ResultValue) { cell.set(key, value) }
}

extension CommandContext {
    /// Ends the runs whose model, data or classes are no longer those loaded, and says so.
    mutating func dropRuns() {
        let started = state.runs.values.filter { $0.run.method.step > 0 }
        if started.count == 1, let run = started.first?.run {
            say(
                "note: the run at step \(run.method.step) belonged to what was loaded before; 'undo' brings it back"
            )
        } else if started.count > 1 {
            say("note: \(started.count) runs belonged to what was loaded before; 'undo' brings them back")
        }
        state.dropRuns()
    }

    /// The name of a run that a call gives for `parameter`; nil where it gives none.
    ///
    /// - Throws: a diagnostic at a name that is no plain word: names stand in records as keys.
    func runName(_ call: Call, _ parameter: String) throws -> String? {
        guard let name = call.text(parameter) else { return nil }
        let isPlain =
            !name.isEmpty && name.utf8.count <= 64
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard isPlain else {
            throw call.failure(
                parameter, "expected a name of up to 64 letters, digits, '-' and '_'; got '\(name)'")
        }
        return name
    }

    func requireModel() throws -> ImageStore {
        guard let store = state.store else {
            throw NotebookError.missing(what: "model", how: "'model load' opens the embedded one")
        }
        return store
    }

    func requireData() throws -> DataSet {
        guard let data = state.data else {
            throw NotebookError.missing(what: "data set", how: "load one with 'data load PATH'")
        }
        return data
    }

    func requireClassNames() throws -> [String] {
        guard let names = state.classNames else {
            throw NotebookError.missing(
                what: "class names", how: "load a data set, or name them with 'classes set'")
        }
        return names
    }

    func requireRun() throws -> TuningRun {
        guard let run = state.run else {
            if !state.runs.isEmpty {
                let names = state.runs.keys.sorted()
                throw NotebookError.missing(
                    what: "present run",
                    how: "'use NAME' goes to one: " + names.prefix(6).joined(separator: ", ")
                        + (names.count > 6 ? ", …" : ""))
            }
            let hadOne = past.contains { $0.run != nil }
            throw NotebookError.missing(
                what: "prompt",
                how: "build one with 'prompt new'"
                    + (hadOne
                        ? "; the one before belonged to what was loaded then, and 'undo' brings it back" : "")
            )
        }
        return run
    }

    /// The list of images of a split named by the option `--split`.
    ///
    /// - Throws: `DatasetError.emptySplit`.
    func list(_ call: Call, default split: Split, in data: DataSet) throws -> ImageList {
        let list = data[call.text("split").flatMap { Split(rawValue: $0) } ?? split]
        guard list.count > 0 else { throw DatasetError.emptySplit(list.name) }
        return list
    }

    /// Features of a list, with progress shown while images are encoded; an interrupt ends it.
    func features(_ store: ImageStore, _ list: ImageList) throws {
        try encoding(list) { progress in _ = try store.features(list, progress: progress) }
    }

    /// Makes a box ready for a prompt on a list: what does not depend on parameters is computed, with progress shown.
    func prepare(_ oracle: any Oracle, _ prompt: Prompt, _ list: ImageList) throws {
        let batch = Minibatch(list: list, indices: [0])
        try encoding(list) { progress in try oracle.prepare([Query(prompt, batch)], progress: progress) }
    }

    /// Shows progress of what `body` does with the images of a list; an interrupt ends it.
    func encoding(_ list: ImageList, _ body: ((Int, Int) throws -> Void) throws -> Void) throws {
        func show(_ done: Int, of total: Int) {
            host.show(
                .init(done: done, total: total, unit: "images", detail: "encoding \(list.name) images"))
        }
        // The first block of a large model takes a while: the clock of the bar begins before it.
        show(0, of: list.count)
        try body { done, total in
            show(done, of: total)
            try cell.interruptionPoint()
        }
        host.show(nil)
        for notice in state.store?.takeNotices() ?? [] { say("note: " + notice) }
    }
}

/// Names of the splits in the language.
let splitNames = Split.allCases.map(\.rawValue)

extension String {
    /// With blanks up to a number of terminal columns.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - displayWidth(of: self)))
    }
}
