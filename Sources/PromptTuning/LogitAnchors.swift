public import BlackBox
public import Datasets
public import Tensors
import ZerothOrder

/// Random contexts whose logits measure images: how well a box can be read that shows logits and no features.
///
/// R contexts, C classes. A logit is linear in an image's feature, so R contexts make R·C linear measurements of it; an
/// `AnchorMap` is a classifier on them. It is no prompt: every prediction costs R queries.
public struct LogitAnchors: Sendable {
    /// A classifier on the logits of all contexts.
    public struct Fit: Sendable {
        fileprivate let map: AnchorMap
        /// The strength of its ridge.
        public var ridge: Double { map.ridge }

        /// Accuracy and loss over logits [B, R·C].
        ///
        /// - Throws: `BlackBoxError.scoreNotFinite`.
        public func score(_ logits: Matrix, labels: [Int]) throws -> Score {
            try Score([Answer(logits: map.apply(logits))], labels: [labels])
        }
    }

    public static let contexts = Setting.integer("contexts", 1...100, default: 5, "random contexts R")
    public static let tokens = Setting.integer("tokens", 1...1000, default: 8, "context tokens m")
    public static let settings = [
        contexts.key, CommonSettings.seed.key, CommonSettings.batch.key, tokens.key,
    ]

    /// The contexts as prompts, R of them.
    public let prompts: [Prompt]
    private let classes: Int
    private let batchSize: Int
    private let seed: UInt64

    /// Draws the contexts in the words' space of `gauss-newton`: around its N(0, 0.02²) start, ξ from N(0, 1), for
    /// context r from the stream of purpose `anchors.contexts` and index r.
    ///
    /// - Throws: `TuningError.tooFewClasses` where nothing can be told apart.
    public init(_ settings: MethodSettings, facts: OracleFacts) throws {
        guard facts.classCount > 1 else { throw TuningError.tooFewClasses(facts.classCount) }
        classes = facts.classCount
        batchSize = settings[CommonSettings.batch]
        let seed = UInt64(settings[CommonSettings.seed])
        self.seed = seed
        let space = WordSpace(
            start: TuningProblem.randomContext(
                tokens: settings[Self.tokens], width: facts.width, seed: seed),
            words: facts.wordEmbeddings(), deviation: facts.embeddingDeviation())
        let points = (0..<settings[Self.contexts]).map { index in
            RandomStream(seed: seed, purpose: .anchorContexts, index: UInt64(index))
                .normals(space.dimensions).map { Double($0) }
        }
        prompts = space.contexts(points).map { Prompt(text: .context($0)) }
    }

    /// Queries that the logits of a list cost: R for every minibatch.
    public func queries(_ list: ImageList) -> Int { prompts.count * minibatches(list) }

    /// Minibatches of a list.
    public func minibatches(_ list: ImageList) -> Int { (list.count + batchSize - 1) / batchSize }

    /// Most numbers that a fit holds, 1 GiB in double precision.
    private static let room = 1 << 27

    /// Refuses a fit that would hold too many numbers, before a query is asked.
    ///
    /// - Throws: `TuningError.fitTooLarge`.
    public func checkRoom(images: Int) throws {
        let columns = prompts.count * classes + 1
        // The inputs and those of a fold; the map, and what L-BFGS remembers of it.
        guard 2 * images * columns + 25 * columns * classes <= Self.room else {
            throw TuningError.fitTooLarge(contexts: prompts.count, images: images, classes: classes)
        }
    }

    /// The logits of a list's images, [N, R·C], context by context in a row.
    ///
    /// - Parameter progress: called before each query with those asked and all; what it throws ends the work.
    /// - Throws: `DatasetError.emptySplit`, `BlackBoxError.scoreNotFinite` for answers that are no numbers.
    public func logits(
        _ list: ImageList, for purpose: QueryAccount.Purpose, oracle: any Oracle, account: QueryAccount,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Matrix {
        guard list.count > 0 else { throw DatasetError.emptySplit(list.name) }
        var logits = Matrix(rows: list.count, columns: prompts.count * classes)
        let batches = list.minibatches(of: batchSize)
        // Context by context, since a text is encoded once for all minibatches that follow each other.
        for (number, prompt) in prompts.enumerated() {
            for (index, batch) in batches.enumerated() {
                let done = number * batches.count + index
                let total = prompts.count * batches.count
                try progress(done, total)
                let answers = try account.ask(oracle, [Query(prompt, batch)], for: purpose) {
                    try progress(done, total)
                }
                for (row, image) in batch.indices.enumerated() {
                    for (label, value) in answers[0].logits.row(row).enumerated() {
                        guard value.isFinite else { throw BlackBoxError.scoreNotFinite(loss: value) }
                        logits[image, number * classes + label] = value
                    }
                }
            }
        }
        return logits
    }

    /// The classifier fitted on logits of training images.
    ///
    /// - Parameter passing: called before each pass over the images with the number of fits done, and of all; what it throws
    ///   ends the work.
    public func fit(
        _ logits: Matrix, labels: [Int], passing: (_ done: Int, _ total: Int) throws -> Void
    ) rethrows -> Fit {
        Fit(map: try AnchorMap(logits, labels: labels, classes: classes, seed: seed, passing: passing))
    }
}

extension RandomPurpose {
    /// Contexts of logit anchors; the index is the context, from 0.
    static let anchorContexts = RandomPurpose("anchors.contexts")
}
