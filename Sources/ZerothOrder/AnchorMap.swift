public import Tensors

/// A linear classifier on the logits of several prompts, fitted on answers to training images.
///
/// N images, C classes, R prompts. Each prompt's logits are centred over the classes, all are divided by their common
/// standard deviation and by √R, so that a ridge means the same for any R; a column of ones behind them makes
/// x [N, R·C + 1]. W [R·C + 1, C] is at the minimum of the mean cross-entropy of x·W plus λ/2 ‖W‖². λ is the one of
/// the smallest loss in the stratified 4-fold cross-validation of `LogitMap`, on the same images.
public struct AnchorMap: Sendable, Equatable {
    /// Ridges that are tried, strongest first.
    public static let ridges = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001]

    /// λ
    public let ridge: Double
    /// Summed cross-entropy of the images left out, for each of `ridges`.
    public let validationLosses: [Double]
    /// The deviation that logits are divided by.
    package let deviation: Double
    /// W, [R·C + 1, C].
    package let coefficients: [Double]
    private let classes: Int

    /// Fits on logits [N, R·C], prompt by prompt in a row, of images with those labels; N is at least 1.
    ///
    /// - Parameters:
    ///   - seed: draws the folds, those of `LogitMap`.
    ///   - passing: called before each pass over the images with the number of fits done, and of all; what it throws
    ///     ends the work.
    public init(
        _ logits: Matrix, labels: [Int], classes: Int, seed: UInt64,
        passing: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) rethrows {
        try self.init(
            logits, labels: labels, classes: classes,
            folds: LogitMap.folds(labels: labels, classes: classes, seed: seed), passing: passing)
    }

    /// Fits with given folds: image i is left out of fit `folds[i]`.
    package init(
        _ logits: Matrix, labels: [Int], classes: Int, folds: [Int],
        passing: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) rethrows {
        precondition(
            labels.count == logits.rows && folds.count == logits.rows,
            "expected \(logits.rows) labels and folds; got \(labels.count) and \(folds.count)")
        precondition(logits.rows > 0, "expected images; got none")
        let (inputs, deviation) = Self.inputs(logits, classes: classes, deviation: nil)
        let problem = SoftmaxRegression(
            inputs: inputs,
            base: DoubleMatrix(
                rows: logits.rows, columns: classes,
                values: [Double](repeating: 0, count: logits.rows * classes)),
            labels: labels)
        let tried = LogitMap.foldCount * Self.ridges.count
        let losses = try problem.validationLosses(
            ridges: Self.ridges, folds: folds, of: LogitMap.foldCount
        ) { done in try passing(done, tried + 1) }
        // The strongest of equals.
        let best = Self.ridges[losses.indices.reduce(0) { losses[$1] < losses[$0] ? $1 : $0 }]
        validationLosses = losses
        ridge = best
        coefficients = try problem.minimum(ridge: best) { try passing(tried, tried + 1) }
        self.deviation = deviation
        self.classes = classes
    }

    /// Logits [B, C] of the classifier from logits [B, R·C] of the prompts.
    public func apply(_ logits: Matrix) -> Matrix {
        let inputs = Self.inputs(logits, classes: classes, deviation: deviation).inputs
        let map = DoubleMatrix(
            rows: coefficients.count / classes, columns: classes, values: coefficients)
        return Matrix(
            rows: logits.rows, columns: classes, values: inputs.times(map).values.map { Float($0) })
    }

    /// x, and the deviation that logits were divided by; nil asks for their own.
    private static func inputs(
        _ logits: Matrix, classes: Int, deviation: Double?
    ) -> (inputs: DoubleMatrix, deviation: Double) {
        precondition(
            classes > 0 && logits.columns % classes == 0,
            "expected \(classes) columns a prompt; got \(logits.columns) in all")
        let prompts = logits.columns / classes
        // A row for each image and prompt, to be centred by itself.
        let standard = StandardLogits(
            Matrix(rows: logits.rows * prompts, columns: classes, values: logits.values),
            deviation: deviation)
        let root = Double(prompts).squareRoot()
        let x = DoubleMatrix(
            rows: logits.rows, columns: logits.columns, values: standard.values.values.map { $0 / root })
        return (x.withOnes(), standard.deviation)
    }
}
