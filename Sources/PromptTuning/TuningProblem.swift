public import BlackBox
public import Datasets
public import Tensors

/// Everything a method is given: what is published about the box, the training images, how much may be spent.
public struct TuningProblem: Sendable {
    /// A context to start from, known by where it came from.
    public struct InitialContext: Sendable {
        /// [m, d]; the mean of the file's contexts where it has one for each class.
        public var context: Matrix
        /// A context for each class; nil where all share one.
        public var ofClasses: [Matrix]?
        /// SHA-256 of its file.
        public var digest: String

        public init(context: Matrix, ofClasses: [Matrix]? = nil, digest: String) {
            self.context = context
            self.ofClasses = ofClasses
            self.digest = digest
        }
    }

    public let facts: OracleFacts
    public let train: ImageList
    /// Seed of everything that is drawn.
    public let seed: UInt64
    /// Most training queries.
    public internal(set) var budget: Int
    /// Which images each step sees.
    public let plan: BatchPlan
    /// What the box shows of its answers.
    public let view: BoxView
    public let initial: InitialContext?
    /// The frozen encoder of a folder, or the box's own vision tower where none is named.
    public let encoder: @Sendable (_ folder: String?) throws -> any ImageEncoder

    /// - Throws: `DatasetError.emptySplit` without training images and an initial context, `TuningError.tooFewClasses` where nothing can be told apart,
    ///   `.badSetting` or `.conflict` for a view that cannot be had or tuned on.
    public init(
        facts: OracleFacts, train: ImageList, common: MethodSettings, initial: InitialContext? = nil,
        encoder: @escaping @Sendable (_ folder: String?) throws -> any ImageEncoder
    ) throws {
        // A prompt that was loaded can be evaluated where there is nothing to tune it on.
        guard train.count > 0 || initial != nil else { throw DatasetError.emptySplit(train.name) }
        guard facts.classCount > 1 else { throw TuningError.tooFewClasses(facts.classCount) }
        view = try BoxView(common, classes: facts.classCount)
        self.facts = facts
        self.train = train
        self.initial = initial
        self.encoder = encoder
        seed = UInt64(common[CommonSettings.seed])
        budget = common[CommonSettings.budget]
        plan = BatchPlan(images: train.count, batchSize: common[CommonSettings.batch], seed: seed)
    }

    /// Most numbers that the candidates of one step take together, 1 GiB of floats.
    private static let candidateLimit = 1 << 28

    /// Refuses settings under which a step would hold too many numbers, before any of them is drawn.
    ///
    /// - Parameters:
    ///   - candidates: points that one step proposes, and the setting that says how many.
    ///   - numbers: of one candidate, with its direction and its prompt.
    /// - Throws: `TuningError.stepTooLarge`.
    func checkRoom(candidates: Int, _ setting: Setting<Int>, numbers: Int, what: String) throws {
        guard numbers <= Self.candidateLimit / max(1, candidates) else {
            throw TuningError.stepTooLarge(name: setting.key.name, value: candidates, what: what)
        }
    }

    /// The minibatch of step k, from 1.
    ///
    /// - Parameter augment: views that each image has; the step sees one of each. 0: the images themselves.
    func batch(step: Int, augment: Int = 0) -> Minibatch {
        let indices = plan.batch(step: step)
        guard augment > 0 else { return Minibatch(list: train, indices: indices) }
        let stream = RandomStream(seed: seed, purpose: .view, index: UInt64(step - 1))
        return Minibatch(
            list: train, indices: indices,
            views: .init(
                count: augment, seed: seed,
                chosen: indices.indices.map { stream.bounded($0, below: augment) }))
    }

    /// The context that settings ask to start from: a file's, words, or N(0, 0.02²); [m, d].
    ///
    /// - Parameter isShared: whether all classes are to share it; they cannot where a file has one for each.
    /// - Throws: `TuningError.badSetting`, `.contextsOfClasses`.
    func initialContext(
        _ settings: inout MethodSettings, tokens: Setting<Int>, isShared: Bool = true
    ) throws -> Matrix {
        if isShared, initial?.ofClasses != nil { throw TuningError.contextsOfClasses }
        guard let given = try givenContext(settings[CommonSettings.initial]) else {
            return Self.randomContext(tokens: settings[tokens], width: facts.width, seed: seed)
        }
        guard !settings.isGiven(tokens) || settings[tokens] == given.rows else {
            throw TuningError.badSetting(
                name: tokens.key.name, expected: "\(given.rows), as many as the initial context has,",
                got: "\(settings[tokens])")
        }
        settings.set(tokens, .integer(given.rows))
        return given
    }

    /// The context of the file that the prompt was loaded from, or of words; nil where neither is given.
    ///
    /// - Throws: `TuningError.badSetting` for words without a token.
    func givenContext(_ words: String?) throws -> Matrix? {
        guard initial == nil, let words else { return initial?.context }
        let embeddings = facts.embeddings(words)
        guard embeddings.rows > 0 else {
            throw TuningError.badSetting(name: "init", expected: "at least one word", got: "none")
        }
        return embeddings
    }

    /// A context drawn from N(0, 0.02²), [m, d].
    public static func randomContext(tokens: Int, width: Int, seed: UInt64) -> Matrix {
        let values = RandomStream(seed: seed, purpose: .context).normals(tokens * width)
        return Matrix(rows: tokens, columns: width, values: values.map { $0 * 0.02 })
    }
}

extension RandomPurpose {
    /// The initial context.
    static let context = RandomPurpose("context")
    /// Which view of each image a minibatch has; the index counts minibatches, from 0.
    static let view = RandomPurpose("augment.view")
}
