public import Tensors

/// The black box: prompts on minibatches in, logits out.
///
/// Nothing that tunes a prompt sees more of the box than its answers and `facts`: no weights, no gradients. A method may
/// have an `ImageEncoder` of its own; one that has none is lent the box's vision tower, and says so.
public protocol Oracle: Sendable {
    /// What is published about the box.
    var facts: OracleFacts { get }

    /// Checks that the box can take some queries, and does what does not depend on a prompt; no query.
    ///
    /// - Parameter progress: called now and then with images done and to do; what it throws ends the work.
    /// - Throws: what is wrong with a prompt, or with a file.
    func prepare(_ queries: [Query], progress: (_ done: Int, _ total: Int) throws -> Void) throws

    /// How many askings of some queries fail and are charged before all are answered.
    func failures(of queries: [Query]) throws -> Int

    /// Logits of each query's images, in order.
    ///
    /// - Parameters:
    ///   - paid: what a `QueryAccount` gives for as many queries.
    ///   - pause: called between pieces of long work; what it throws ends it.
    func answer(_ queries: [Query], paid: consuming QueryAccount.Receipt, pause: () throws -> Void) throws
        -> [Answer]
}

extension Oracle {
    public func failures(of queries: [Query]) throws -> Int { 0 }
}

/// What a user of a black box knows about it: sizes, the vocabulary, a few statistics that published methods need.
public struct OracleFacts: Sendable {
    /// The classes, in label order; C of them.
    public let classNames: [String]
    /// d, the width of a context vector.
    public let width: Int
    /// Most context vectors before the longest class name.
    public let contextLimit: Int
    /// Side in pixels of the square images that the model takes.
    public let imageSide: Int
    /// Width of a visual token.
    public let visionWidth: Int
    /// Mean and standard deviation of the patch convolution's weights.
    public let patchKernel: (mean: Double, deviation: Double)
    /// By what each channel's pixels are divided after 0…1.
    public let pixelDeviation: [Float]
    /// Standard deviation of the token embeddings; computed when asked for.
    public let embeddingDeviation: @Sendable () -> Double
    /// Embeddings of the tokens of some words, [tokens, d].
    public let embeddings: @Sendable (_ words: String) -> Matrix

    /// Embeddings of all tokens that are whole words, [words, d].
    public let wordEmbeddings: @Sendable () -> Matrix

    public var classCount: Int { classNames.count }

    public init(
        classNames: [String], width: Int, contextLimit: Int, imageSide: Int, visionWidth: Int,
        patchKernel: (mean: Double, deviation: Double), pixelDeviation: [Float],
        embeddingDeviation: @escaping @Sendable () -> Double,
        embeddings: @escaping @Sendable (_ words: String) -> Matrix,
        wordEmbeddings: @escaping @Sendable () -> Matrix
    ) {
        self.classNames = classNames
        self.width = width
        self.contextLimit = contextLimit
        self.imageSide = imageSide
        self.visionWidth = visionWidth
        self.patchKernel = patchKernel
        self.pixelDeviation = pixelDeviation
        self.embeddingDeviation = embeddingDeviation
        self.embeddings = embeddings
        self.wordEmbeddings = wordEmbeddings
    }
}
