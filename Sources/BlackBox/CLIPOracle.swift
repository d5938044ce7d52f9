import CLIPEngine
import Synchronization
import Tensors

/// The black box of an in-process CLIP.
///
/// Consecutive queries that change no picture go through the text tower together, those that follow each other with the
/// same text once. Nothing of that shows in a bit of an answer, nor in the account.
public final class CLIPOracle: Oracle {
    private let store: ImageStore
    private let texts: TextFeatures
    /// Encoders of other folders, which are read once.
    private let encoders = Mutex<[String: CLIPImageEncoder]>([:])
    public let facts: OracleFacts

    /// Prompts whose texts are encoded together at most.
    private static let promptsAtOnce = 64
    /// Operations after which a person may want to stop: half a second or less of two cores.
    private static let operationsAtOnce = 2e11
    private let textsAtOnce: Int
    private let imagesAtOnce: Int

    public init(store: ImageStore, classNames: [String]) {
        self.store = store
        let model = store.model
        texts = TextFeatures(model: model, classNames: classNames)
        let tower = model.configuration.text
        let rows = Double(4 * classNames.count + 8) * Double(tower.layers)
        let perPrompt = 2 * rows * Double(4 * tower.width * tower.width + 2 * tower.width * tower.hidden)
        textsAtOnce = max(1, min(Self.promptsAtOnce, Int(Self.operationsAtOnce / max(1, perPrompt))))
        imagesAtOnce = max(4, Int(Self.operationsAtOnce / model.vision.operationsPerImage))
        facts = OracleFacts(
            classNames: classNames, width: model.text.width,
            // Beside the start, the name with its full stop, and the end.
            contextLimit: model.text.contextLength - 2
                - (classNames.map { model.tokenizer.classNameTokens($0).count }.max() ?? 0),
            imageSide: model.vision.imageSize,
            visionWidth: model.vision.width, patchKernel: model.vision.patchKernelStatistics,
            pixelDeviation: model.preprocessing.deviation,
            embeddingDeviation: { model.text.embeddingDeviation },
            embeddings: { words in
                Matrix(rows: model.tokenizer.encode(words).map { model.text.embedding(of: $0) })
            },
            wordEmbeddings: {
                Matrix(rows: model.tokenizer.wordIDs.map { model.text.embedding(of: $0) })
            })
    }

    public func prepare(_ queries: [Query], progress: (_ done: Int, _ total: Int) throws -> Void) throws {
        for query in queries {
            try check(query.prompt)
            switch query.prompt.visual {
            case .none: _ = try store.features(of: query.batch, progress: progress)
            case .tokens: break
            case .pixels(let program): try program.prepare(query.batch, progress: progress)
            }
        }
    }

    public func answer(
        _ queries: [Query], paid: consuming QueryAccount.Receipt, pause: () throws -> Void
    ) throws -> [Answer] {
        precondition(
            paid.queries == queries.count, "\(queries.count) queries on a receipt for \(paid.queries)")
        var answers: [Answer] = []
        while answers.count < queries.count {
            if !answers.isEmpty { try pause() }
            answers += try answer(block(queries[answers.count...]), pause)
        }
        return answers
    }

    /// The queries at the front that can share their images, or one.
    private func block(_ queries: ArraySlice<Query>) -> ArraySlice<Query> {
        guard let first = queries.first, first.prompt.visual.isNone else { return queries.prefix(1) }
        return queries.prefix(textsAtOnce).prefix { $0.prompt.visual.isNone && $0.batch == first.batch }
    }

    private func answer(_ queries: ArraySlice<Query>, _ pause: () throws -> Void) throws -> [Answer] {
        guard let first = queries.first else { return [] }
        let texts = try texts.features(queries.map(\.prompt.text))
        let images =
            first.prompt.visual.isNone
            ? try store.features(of: first.batch) : try promptedFeatures(first, pause)
        let classes = facts.classCount
        let logits = scaledCosines(images: images, texts: texts)
        guard queries.count > 1 else { return [Answer(logits: logits)] }
        return queries.indices.map { index in
            let start = (index - queries.startIndex) * classes
            return Answer(
                logits: Matrix(
                    rows: logits.rows, columns: classes,
                    values: (0..<logits.rows).flatMap { row in
                        let row = logits.row(row)
                        return row[(row.startIndex + start)..<(row.startIndex + start + classes)]
                    }))
        }
    }

    /// Logits of images against texts, all rows of length one: exp(logit_scale) · cosine.
    private func scaledCosines(images: Matrix, texts: Matrix) -> Matrix {
        let packed = PackedWeights(texts.values, outputs: texts.rows, inputs: texts.columns, bias: nil)
        return packed.apply(images).scaled(by: store.model.logitScale)
    }

    /// Features of a minibatch under a visual prompt, [B, features]; nothing of it is kept.
    private func promptedFeatures(_ query: Query, _ pause: () throws -> Void) throws -> Matrix {
        let (batch, vision, preprocessing) = (query.batch, store.model.vision, store.model.preprocessing)
        var tokens: Matrix?
        var side = vision.imageSize
        let change: (@Sendable (Int, [Float]) -> [Float])?
        switch query.prompt.visual {
        case .none: change = nil
        case .tokens(let matrix):
            tokens = matrix
            change = nil
        case .pixels(let program):
            side = program.cropSide
            change = try program.change(for: batch)
        }
        var rows: [Float] = []
        for start in stride(from: 0, to: batch.indices.count, by: imagesAtOnce) {
            if start > 0 { try pause() }
            let places = start..<min(start + imagesAtOnce, batch.indices.count)
            let crops = try store.unitPixels(batch, at: Array(places), side: side)
            let images = parallelMap(crops.count) { index in
                preprocessing.normalized(change?(start + index, crops[index]) ?? crops[index])
            }
            rows += vision.features(images, tokens: tokens).values
        }
        return Matrix(rows: batch.indices.count, columns: vision.featureLength, values: rows)
    }
}

extension CLIPOracle {
    /// - Throws: `BlackBoxError.badPrompt`, or what is wrong with a class name or a template.
    public func check(_ prompt: Prompt) throws {
        func expect(_ holds: Bool, _ what: String, _ expected: String, _ got: String) throws {
            if !holds { throw BlackBoxError.badPrompt(what: what, expected: expected, got: got) }
        }
        func check(context: Matrix) throws {
            try expect(
                context.columns == facts.width, "a context", "width \(facts.width)", "\(context.columns)")
            try expect(context.rows >= 1, "a context", "at least one token", "none")
        }
        switch prompt.text {
        case .context(let context):
            try check(context: context)
            _ = try texts.encoder(tokens: context.rows)
        case .classContexts(let contexts):
            try expect(
                contexts.count == facts.classCount, "contexts", "\(facts.classCount) classes",
                "\(contexts.count)")
            for context in contexts { try check(context: context) }
            _ = try texts.encoder(tokens: contexts.first?.rows ?? 1)
        case .templates: _ = try texts.features([prompt.text])
        }
        if case .tokens(let tokens) = prompt.visual {
            try expect(
                tokens.columns == facts.visionWidth, "visual tokens", "width \(facts.visionWidth)",
                "\(tokens.columns)")
            let limit = store.model.vision.largestTokenCount
            try expect(tokens.rows <= limit, "visual tokens", "at most \(limit)", "\(tokens.rows)")
        }
    }

    /// The vision tower of a model folder as an image encoder, or the box's own where none is named.
    ///
    /// - Throws: `BlackBoxError.encoderSize`, or why the folder is no model.
    public func imageEncoder(folder: String?) throws -> any ImageEncoder {
        guard let folder else { return CLIPImageEncoder(store: store) }
        if let known = encoders.withLock({ $0[folder] }) { return known }
        let model = try CLIPModel(folder: folder)
        guard model.vision.imageSize == facts.imageSide else {
            throw BlackBoxError.encoderSize(
                folder: folder, expected: facts.imageSide, got: model.vision.imageSize)
        }
        let encoder = CLIPImageEncoder(store: ImageStore(model: model))
        encoders.withLock { $0[folder] = encoder }
        return encoder
    }
}
