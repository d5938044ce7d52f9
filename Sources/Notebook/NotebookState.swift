import CLIPEngine
import CommandLanguage
import PromptTuning

/// Everything a statement can change; a value, so that an old copy is a way back.
struct NotebookState: Sendable {
    /// The model with its image features.
    var store: ImageFeatureStore? { didSet { revision += 1 } }
    /// The model's path as it was written.
    var modelPath: String?
    /// The data set's path as it was written.
    var dataPath: String?
    var data: DataSet? { didSet { revision += 1 } }
    /// Class names, from the data set or from `classes`.
    var classNames: [String]? { didSet { revision += 1 } }
    /// The prompt being tuned.
    var run: TuningRun? { didSet { revision += 1 } }
    /// Zero-shot accuracy in percent last measured on each split, for reference lines.
    var zeroShot: [String: Double] = [:] { didSet { revision += 1 } }
    var checkpoints: [String: TuningRun] = [:] { didSet { revision += 1 } }
    var variables = Environment() { didSet { revision += 1 } }

    /// The statement that changed this state into the next, for `undo` to name.
    var next = ""

    /// Grows with every change, so that a statement that changed nothing needs no undo.
    private(set) var revision = 0

    /// Forgets what was built on the model or the data.
    mutating func dropRun() {
        run = nil
        checkpoints = [:]
        zeroShot = [:]
    }
}
