import CLIPEngine
public import Tensors

/// The black box of an in-process CLIP: text features of the classes under each context against cached image features.
public final class CLIPOracle: Oracle {
    private let encoder: PromptEncoder
    private let store: ImageFeatureStore

    /// - Throws: `CLIPError` when a class name does not fit the model's context.
    public init(store: ImageFeatureStore, classNames: [String], contextTokens: Int) throws {
        self.store = store
        encoder = try PromptEncoder(model: store.model, classNames: classNames, contextTokens: contextTokens)
    }

    public var classCount: Int { encoder.classCount }
    public var contextTokens: Int { encoder.contextTokens }
    public var width: Int { store.model.text.width }

    public func logits(
        _ contexts: [Matrix], _ batch: Minibatch, for purpose: QueryLedger.Purpose, ledger: inout QueryLedger
    ) throws -> Logits {
        let images = try store.features(batch.list)
        try ledger.charge(contexts.count, for: purpose)
        let rows = Matrix(
            rows: batch.indices.count, columns: images.columns,
            values: batch.indices.flatMap { images.row($0) })
        return logits(contexts, images: rows)
    }

    /// Logits of images outside any minibatch, for a person who asks about one picture; no query of a run.
    package func logits(_ context: Matrix, images: Matrix) -> Logits {
        logits([context], images: images)
    }

    private func logits(_ contexts: [Matrix], images: Matrix) -> Logits {
        scaledCosines(
            images: images, texts: encoder.features(contexts), classes: classCount,
            scale: store.model.logitScale)
    }
}

/// Logits of B images against E·C texts, all rows of length one: exp(logit_scale) · cosine.
func scaledCosines(images: Matrix, texts: Matrix, classes: Int, scale: Float) -> Logits {
    let packed = PackedWeights(texts.values, outputs: texts.rows, inputs: texts.columns, bias: nil)
    return Logits(values: packed.apply(images).scaled(by: scale), classes: classes)
}
