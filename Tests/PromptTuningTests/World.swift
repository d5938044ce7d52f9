import BlackBox
import CLIPEngine
import Datasets
import PromptTuning
import Tensors
import TestData

/// A model with drawn training, validation and test images.
struct World {
    let store: ImageStore
    let data: DataSet
    let oracle: any Oracle
    /// Kept, since its files go away with it.
    private let folder: TemporaryData?

    /// The tiny model with fifteen training images of three classes.
    static func tiny() throws -> World {
        let folder = try TemporaryData.folders(["cat": 12, "dog": 12, "big_owl": 12])
        return try World(
            model: Repository.tinyModel, data: DataSet(path: folder.path, shots: 5, seed: 1), folder: folder)
    }

    /// The embedded model on one of its tasks.
    static func embedded(_ task: String, shots: Int = 16) throws -> World {
        try World(
            model: Repository.model, data: DataSet(path: Repository.data(task), shots: shots, seed: 1),
            folder: nil)
    }

    private init(model: String, data: DataSet, folder: TemporaryData?) throws {
        store = ImageStore(model: try CLIPModel(folder: model))
        self.data = data
        self.folder = folder
        oracle = CLIPOracle(store: store, classNames: data.classNames)
    }

    /// ZIP small enough for the tiny model.
    static let small: [String: SettingValue] = [
        "tokens": .integer(4), "dim": .integer(80), "rank": .integer(2), "batch": .integer(4),
    ]

    func run(
        _ method: any TuningMethod.Type = ZIPMethod.self, _ given: [String: SettingValue] = [:],
        initial: Matrix? = nil, oracle: (any Oracle)? = nil, total: QueryAccount? = nil
    ) throws -> TuningRun {
        let settings = MethodSettings(given)
        let store = store
        let box = oracle ?? self.oracle
        return try TuningRun(
            method, settings,
            problem: TuningProblem(
                facts: box.facts, train: data.train, common: settings,
                initial: initial.map { .init(context: $0, digest: "") },
                encoder: { _ in CLIPImageEncoder(store: store) }),
            oracle: box, total: total)
    }

    /// A ZIP run small enough for the tiny model, with some settings changed.
    func small(_ changes: [String: SettingValue] = [:]) throws -> TuningRun {
        try run(ZIPMethod.self, Self.small.merging(changes) { $1 })
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        guard let folder else { return "" }
        try folder.write(name, bytes)
        return folder.path + "/" + name
    }
}

extension TuningRun {
    /// The context that would be deployed.
    var context: Matrix {
        if case .context(let context) = method.deployed.prompt.text { return context }
        return Matrix(rows: 0, columns: 0)
    }

    /// The losses of a step of ZIP, ℓ⁺ and ℓ⁻.
    func losses(_ record: StepRecord) -> (plus: [Float], minus: [Float]) {
        let all = record.readings[0]
        return (
            stride(from: 0, to: all.count, by: 2).map { all[$0] },
            stride(from: 1, to: all.count, by: 2).map { all[$0] }
        )
    }
}
