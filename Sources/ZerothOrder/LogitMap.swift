public import Tensors

/// A regularised linear map of the logits, fitted on answers to training images: the baseline `calibrate`.
///
/// N images, C classes. With g the logits, centred over the classes and divided by their standard deviation, a
/// temperature τ is fitted (ridge 10⁻⁴, at least 0.05), then ΔM [C, C] and b [C] at the minimum of the mean cross-entropy
/// of τ·g + ΔM·g + b plus λ/2 (‖ΔM‖² + ‖b‖²). λ is the one of the smallest loss in stratified 4-fold cross-validation on
/// the same images. Beyond 200 classes, where C² numbers are too many for the images there are, the map is
/// `TemperatureFit`: a temperature and a bias a class.
public struct LogitMap: Sendable, Equatable {
    /// Most classes that get a whole map.
    public static let mostClasses = 200
    /// Ridges that are tried, strongest first.
    public static let ridges = [3, 1, 0.3, 0.1, 0.03, 0.01, 0.003]
    /// Parts of the cross-validation.
    public static let foldCount = 4

    /// λ; nil where there is a temperature and a bias a class only.
    public let ridge: Double?
    /// Summed cross-entropy of the images left out, for each of `ridges`; empty where nothing was tried.
    public let validationLosses: [Double]
    /// The deviation that logits are divided by.
    package let deviation: Double
    /// τ
    package let temperature: Double
    /// ΔMᵀ, [C, C] (input by output), and behind it b; ΔMᵀ is empty where `ridge` is nil.
    package let coefficients: [Double]
    private let classes: Int

    /// Fits on logits [N, C] of images with those labels; N is at least 1.
    ///
    /// - Parameters:
    ///   - seed: draws the folds.
    ///   - passing: called before each pass over the images; what it throws ends the work.
    public init(
        _ logits: Matrix, labels: [Int], seed: UInt64, passing: () throws -> Void = {}
    ) rethrows {
        let folds = Self.folds(labels: labels, classes: logits.columns, seed: seed)
        try self.init(logits, labels: labels, folds: folds, passing: passing)
    }

    /// Fits with given folds: image i is left out of fit `folds[i]`.
    package init(
        _ logits: Matrix, labels: [Int], folds: [Int], passing: () throws -> Void = {}
    ) rethrows {
        precondition(
            labels.count == logits.rows && folds.count == logits.rows,
            "expected \(logits.rows) labels and folds; got \(labels.count) and \(folds.count)")
        precondition(logits.rows > 0, "expected images; got none")
        let standard = StandardLogits(logits)
        deviation = standard.deviation
        classes = logits.columns
        guard classes <= Self.mostClasses else {
            let fit = try TemperatureFit.fit(standard.values, labels: labels, passing: passing)
            (ridge, validationLosses) = (nil, [])
            (temperature, coefficients) = (fit.temperature, fit.biases)
            return
        }
        let factor = try TemperatureFit.temperature(standard.values, labels: labels, passing: passing)
        temperature = factor
        let problem = SoftmaxRegression(
            inputs: standard.values.withOnes(),
            base: DoubleMatrix(
                rows: logits.rows, columns: classes, values: standard.values.values.map { factor * $0 }),
            labels: labels)
        let losses = try problem.validationLosses(
            ridges: Self.ridges, folds: folds, of: Self.foldCount
        ) { _ in try passing() }
        // The strongest of equals.
        let best = Self.ridges[losses.indices.reduce(0) { losses[$1] < losses[$0] ? $1 : $0 }]
        validationLosses = losses
        ridge = best
        coefficients = try problem.minimum(ridge: best, passing: passing)
    }

    /// Calibrated logits [N, C] of images with those labels, each by a map that was fitted without its fold.
    ///
    /// The ridge is that of the whole fit. Nil beyond 200 classes, which get no map.
    public static func heldOut(
        _ logits: Matrix, labels: [Int], seed: UInt64, passing: () throws -> Void = {}
    ) rethrows -> Matrix? {
        let folds = folds(labels: labels, classes: logits.columns, seed: seed)
        let whole = try LogitMap(logits, labels: labels, folds: folds, passing: passing)
        guard let ridge = whole.ridge else { return nil }
        let g = StandardLogits(logits, deviation: whole.deviation).values
        let base = DoubleMatrix(
            rows: logits.rows, columns: logits.columns, values: g.values.map { whole.temperature * $0 })
        let problem = SoftmaxRegression(inputs: g.withOnes(), base: base, labels: labels)
        var result = Matrix(rows: logits.rows, columns: logits.columns)
        for fold in 0..<foldCount {
            let left = folds.indices.filter { folds[$0] == fold }
            let coefficients = try problem.picking(folds.indices.filter { folds[$0] != fold })
                .minimum(ridge: ridge, passing: passing)
            let values = problem.picking(left).logits(coefficients)
            for (place, image) in left.enumerated() {
                for label in 0..<logits.columns {
                    result[image, label] = Float(values.values[place * logits.columns + label])
                }
            }
        }
        return result
    }

    /// Calibrated logits of logits [B, C].
    public func apply(_ logits: Matrix) -> Matrix {
        precondition(logits.columns == classes, "expected \(classes) columns; got \(logits.columns)")
        let g = StandardLogits(logits, deviation: deviation).values
        var values = [Double]()
        if ridge != nil {
            let map = DoubleMatrix(rows: classes + 1, columns: classes, values: coefficients)
            values = g.withOnes().times(map).values
        } else {
            values = (0..<logits.rows).flatMap { _ in coefficients }
        }
        return Matrix(
            rows: logits.rows, columns: classes,
            values: values.indices.map { Float(temperature * g.values[$0] + values[$0]) })
    }

    /// The fold of each image: a class's images in random order take turns, from a random fold on.
    ///
    /// Class c draws from the stream of purpose `calibrate.folds` and index c: place j of the order is image
    /// `permutation(count)[j]` of the class, in fold (j + `bounded(0, below: 4)`) mod 4.
    public static func folds(labels: [Int], classes: Int, seed: UInt64) -> [Int] {
        var images = [[Int]](repeating: [], count: classes)
        for (image, label) in labels.enumerated() { images[label].append(image) }
        var folds = [Int](repeating: 0, count: labels.count)
        for (label, own) in images.enumerated() {
            let stream = RandomStream(seed: seed, purpose: .calibrationFolds, index: UInt64(label))
            let first = stream.bounded(0, below: foldCount)
            for (place, image) in stream.permutation(own.count).enumerated() {
                folds[own[Int(image)]] = (place + first) % foldCount
            }
        }
        return folds
    }
}

extension RandomPurpose {
    /// Folds of the cross-validation of a map of the logits.
    static let calibrationFolds = RandomPurpose("calibrate.folds")
}
