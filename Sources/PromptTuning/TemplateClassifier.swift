import CLIPEngine
public import Tensors

/// Zero-shot classification by hand-written templates such as `"a photo of a {}."`.
///
/// Several templates make an ensemble: the mean of their normalised text features, normalised.
public struct TemplateClassifier: Sendable {
    public let templates: [String]
    private let store: ImageFeatureStore
    /// [C, features]
    private let texts: Matrix

    /// - Throws: `TuningError.badTemplate` without `{}`; `TokenizerError` when a text is too long.
    public init(store: ImageFeatureStore, classNames: [String], templates: [String]) throws {
        precondition(!templates.isEmpty, "expected at least one template")
        self.store = store
        self.templates = templates
        let model = store.model
        let features = try templates.map { template in
            guard template.contains("{}") else { throw TuningError.badTemplate(template) }
            let tokens = try classNames.map { name in
                try model.tokens(template.replacing("{}", with: Tokenizer.words(ofClass: name)))
            }
            return model.text.features(tokens: tokens)
        }
        texts = Self.mean(features)
    }

    private static func mean(_ features: [Matrix]) -> Matrix {
        guard features.count > 1, let first = features.first else { return features[0] }
        var sum = first.values
        for matrix in features.dropFirst() {
            for index in sum.indices { sum[index] += matrix.values[index] }
        }
        var mean = Matrix(
            rows: first.rows, columns: first.columns, values: sum.map { $0 / Float(features.count) })
        mean.normalizeRows()
        return mean
    }

    /// Logits of images, [B, features] each of length one.
    public func logits(images: Matrix) -> Logits {
        scaledCosines(images: images, texts: texts, classes: texts.rows, scale: store.model.logitScale)
    }

    /// Accuracy and loss over a list of images.
    public func evaluate(_ list: ImageList) throws -> Score {
        guard list.count > 0 else { throw TuningError.emptySplit(list.name) }
        let logits = logits(images: try store.features(list))
        return try Score(logits: logits, prompt: 0, labels: list.labels)
    }
}

/// How well images were classified.
public struct Score: Sendable, Equatable {
    public let images: Int
    public let correct: Int
    /// Mean cross-entropy.
    public let loss: Float

    /// Percentage of images whose largest logit is their class's.
    public var accuracy: Double { 100 * Double(correct) / Double(images) }

    public init(images: Int, correct: Int, loss: Float) {
        self.images = images
        self.correct = correct
        self.loss = loss
    }

    /// - Throws: `TuningError.scoreNotFinite`, where predictions would mean nothing.
    init(logits: Logits, prompt: Int, labels: [Int]) throws {
        let loss = logits.meanLoss(prompt: prompt, labels: labels)
        guard loss.isFinite else { throw TuningError.scoreNotFinite(loss: loss) }
        let correct = zip(logits.predictions(prompt: prompt), labels).count { $0 == $1 }
        self.init(images: labels.count, correct: correct, loss: loss)
    }
}
