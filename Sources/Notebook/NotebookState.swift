import BlackBox
import CommandLanguage
import Datasets
import PromptTuning

/// Everything a statement can change and `undo` takes back; a value, so that an old copy is a way back.
///
/// The accounts of queries are not among it: what was asked was asked.
struct NotebookState: Sendable {
    /// A run under its name, with the states of it that have names.
    struct NamedRun: Sendable {
        var run: TuningRun
        var checkpoints: [String: TuningRun] = [:]
        /// The data that it is tuned on.
        var loaded: LoadedData
        /// The run that it branched off, and at which step.
        var origin: (name: String, step: Int)?
    }

    /// A data set and how it was loaded.
    struct LoadedData: Sendable {
        var data: DataSet?
        var path: String?
        var options: DataSet.Options
        var classNames: [String]?
    }

    /// The model with its image features.
    var store: ImageStore? { didSet { revision += 1 } }
    /// The model's path as it was written.
    var modelPath: String?
    /// The data set's path as it was written.
    var dataPath: String?
    /// How it was drawn from.
    var dataOptions = DataSet.Options(shots: 16, seed: 1)
    var data: DataSet? { didSet { revision += 1 } }
    /// Class names, from the data set or from `classes`.
    var classNames: [String]? { didSet { revision += 1 } }
    /// The prompts being tuned, by name.
    private(set) var runs: [String: NamedRun] = [:] { didSet { revision += 1 } }
    /// The name of the present run.
    private(set) var currentName = Self.firstName { didSet { revision += 1 } }
    /// What stands beside a curve of accuracy: the figures last measured on each split, in percent.
    var levels: [String: Levels] = [:] { didSet { revision += 1 } }
    /// What the box is said to show and to cost.
    var box = BoxTerms() { didSet { revision += 1 } }
    /// A run of a comparison: what it was measured by, and what was found when it came to its end.
    struct Compared: Sendable {
        var key: String
        var run: ComparedRun?
    }

    /// Accuracies on one split.
    struct Levels: Sendable {
        var zeroShot: Double?
        var probe: Double?
    }

    /// The last comparison: its runs in order, and the target it was given.
    struct Comparison: Sendable {
        var names: [String]
        var target: Double?
    }

    /// By the names of runs.
    var compared: [String: Compared] = [:] { didSet { revision += 1 } }
    var comparison = Comparison(names: [], target: nil) { didSet { revision += 1 } }
    var variables = Environment() { didSet { revision += 1 } }

    /// What the last statement computed, by names that an expression can have.
    private var results: [String: Value] = [:]

    /// The statement that changed this state into the next, for `undo` to name.
    var next = ""
    /// Its number in the session.
    var nextCell = 0

    /// Grows with every change, so that a statement that changed nothing needs no undo.
    private(set) var revision = 0

    /// The name of a run that is given none.
    static let firstName = "main"

    /// The present run.
    var run: TuningRun? { runs[currentName]?.run }
    var checkpoints: [String: TuningRun] { runs[currentName]?.checkpoints ?? [:] }

    /// Changes the present run in place; what was done stays when `body` throws.
    mutating func withRun<Result>(_ body: (inout TuningRun) throws -> Result) rethrows -> Result? {
        // Taken out while it is changed, so that its history is not copied at every step.
        guard var named = runs.removeValue(forKey: currentName) else { return nil }
        defer { runs[currentName] = named }
        return try body(&named.run)
    }

    /// What `data load` and `classes` set.
    var loaded: LoadedData {
        LoadedData(data: data, path: dataPath, options: dataOptions, classNames: classNames)
    }

    /// Puts a run under a name, in place of the one that has it, and makes it the present one.
    mutating func begin(_ run: TuningRun, name: String) {
        runs[name] = NamedRun(run: run, loaded: loaded)
        // What branched off the old one did not branch off this.
        for (other, named) in runs where named.origin?.name == name { runs[other]?.origin = nil }
        currentName = name
    }

    /// Copies the present run, with its checkpoints, under a name that no run has, and goes there.
    mutating func branch(_ name: String) {
        guard var copy = runs[currentName] else { return }
        copy.origin = (currentName, copy.run.method.step)
        runs[name] = copy
        currentName = name
    }

    /// Puts a run on other data under a name; the present run stays.
    mutating func keep(_ run: TuningRun, name: String, loaded: LoadedData) {
        runs[name] = NamedRun(run: run, loaded: loaded)
    }

    /// Makes a run the present one, with its data; false where there is none of that name.
    mutating func use(_ name: String) -> Bool {
        guard let named = runs[name] else { return false }
        if currentName != name { currentName = name }
        let loaded = named.loaded
        func digests(_ data: DataSet?) -> [String] {
            data.map { [$0.train.digest, $0.validation.digest, $0.test.digest] } ?? []
        }
        guard
            digests(loaded.data) != digests(data) || loaded.classNames != classNames
                || loaded.path != dataPath
        else { return true }
        (data, dataPath, dataOptions, classNames) =
            (loaded.data, loaded.path, loaded.options, loaded.classNames)
        levels = [:]
        return true
    }

    mutating func setCheckpoint(_ name: String, _ run: TuningRun) {
        runs[currentName]?.checkpoints[name] = run
    }

    /// Forgets what was built on the model or the data.
    mutating func dropRuns() {
        runs = [:]
        currentName = Self.firstName
        levels = [:]
        compared = [:]
        comparison = Comparison(names: [], target: nil)
    }
}

extension NotebookState {
    /// Keeps what a statement computed, for expressions: `gradient-norm` is `gradient_norm` there. A statement that
    /// computed nothing leaves what the one before it did.
    mutating func remember(_ new: some Collection<CellResult>) {
        guard !new.isEmpty else { return }
        results = [:]
        for result in new {
            // In a block behind the number of the statement.
            let key = String(result.key.drop { $0.isNumber || $0 == "." })
            if let value = result.value.languageValue {
                results[key.replacing("-", with: "_")] = value
            }
        }
    }

    /// What the last statement that computed something left for expressions.
    var knownResults: [String: Value] { results }

    /// Whether statements measure something under a name.
    func isMeasured(_ name: String) -> Bool {
        results[name] != nil || ["loss", "accuracy", "queries", "step"].contains(name)
    }

    /// Variables; results of the last statement; and `NAME.loss`, `.accuracy`, `.queries`, `.step` of each run.
    var environment: Environment {
        var environment = variables
        let (results, runs) = (results, runs)
        environment.result = { name in
            if let value = results[name] { return value }
            guard let dot = name.lastIndex(of: ".") else { return nil }
            guard let run = runs[String(name[..<dot])]?.run else { return nil }
            switch name[name.index(after: dot)...] {
            case "step": return .number(Double(run.method.step))
            case "queries": return .number(Double(run.queries))
            case "loss": return run.history.steps.last.map { .number($0.loss) }
            case "accuracy": return run.history.evaluations.last.map { .number($0.score.accuracy) }
            default: return nil
            }
        }
        environment.resultNames = { results.keys.sorted() }
        let (result, current) = (environment.result, currentName)
        // The last statement computed no such number, but the run has one.
        environment.suggestion = { name in result("\(current).\(name)").map { _ in "\(current).\(name)" } }
        return environment
    }
}

extension ResultValue {
    /// What an expression makes of it; nil for a list of lists.
    var languageValue: Value? {
        switch self {
        case .integer(let value): .number(Double(value))
        case .double(let value): .number(value)
        case .float(let value): .number(Double(value))
        case .boolean(let value): .number(value ? 1 : 0)
        case .text(let value): .string(value)
        case .list(let values):
            values.contains { if case .list = $0 { true } else { false } }
                ? nil : .list(values.compactMap(\.languageValue))
        case .recorded: nil
        }
    }
}
