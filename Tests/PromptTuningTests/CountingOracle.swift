import BlackBox
import Datasets
import Synchronization
import Tensors

/// A box that keeps its own count of what it is asked, and can fail.
///
/// Its answers are a plain function of the prompt and the images' places, so that methods have something to go by. The count
/// shares nothing with the account: it is taken where the queries arrive.
final class CountingOracle: Oracle {
    struct Failure: Error {}

    /// What it does to a call.
    enum Mishap: Sendable {
        case none
        /// Fails when it is asked.
        case error
        /// Answers with numbers that are none.
        case nan
    }

    let facts: OracleFacts
    private let counted = Mutex(0)
    private let next = Mutex(Mishap.none)

    init(classNames: [String], width: Int = 12, side: Int = 32, visionWidth: Int = 8) {
        facts = OracleFacts(
            classNames: classNames, width: width, contextLimit: 20, imageSide: side, visionWidth: visionWidth,
            patchKernel: (mean: 0.01, deviation: 0.1), pixelDeviation: [0.3, 0.3, 0.3],
            embeddingDeviation: { 0.02 },
            embeddings: { words in
                Matrix(rows: words.split(separator: " ").count, columns: width, repeating: 0.1)
            },
            wordEmbeddings: {
                let stream = RandomStream(seed: 1, purpose: RandomPurpose("tests.words"))
                return Matrix(rows: 40, columns: width, values: stream.normals(40 * width))
            })
    }

    /// Queries that came in.
    var asked: Int { counted.withLock { $0 } }

    /// What happens to the next call.
    func arrange(_ mishap: Mishap) { next.withLock { $0 = mishap } }

    func prepare(_ queries: [Query], progress: (Int, Int) throws -> Void) throws {}

    func answer(
        _ queries: [Query], paid: consuming QueryAccount.Receipt, pause: () throws -> Void
    ) throws -> [Answer] {
        counted.withLock { $0 += queries.count }
        let mishap = next.withLock { next in
            defer { next = .none }
            return next
        }
        if case .error = mishap { throw Failure() }
        return try queries.enumerated().map { index, query in
            if index > 0 { try pause() }
            let mark = try Self.mark(query)
            let classes = facts.classCount
            let values = query.batch.indices.flatMap { image in
                (0..<classes).map { label -> Float in
                    if case .nan = mishap { return .nan }
                    let own = query.batch.list.images[image].label == label ? mark : 0
                    return own + Float((image * 7 + label * 5) % 11) / 10
                }
            }
            return Answer(logits: Matrix(rows: query.batch.indices.count, columns: classes, values: values))
        }
    }

    /// A number of a prompt, in −1…1.
    private static func mark(_ query: Query) throws -> Float {
        var values: [Float] = []
        switch query.prompt.text {
        case .context(let context): values += context.values
        case .classContexts(let contexts): values += contexts.flatMap(\.values)
        case .templates(let templates): values += templates.map { Float($0.count) / 100 }
        }
        switch query.prompt.visual {
        case .none: break
        case .tokens(let tokens): values += tokens.values
        case .pixels(let program):
            let change = try program.change(for: query.batch)
            let crop = [Float](repeating: 0.5, count: 3 * program.cropSide * program.cropSide)
            values += change(0, crop)
        }
        let mean = values.reduce(0, +) / Float(max(1, values.count))
        return max(-1, min(1, mean))
    }
}

/// An encoder that needs no model: a plain function of the image's place.
struct PlainEncoder: ImageEncoder {
    let length = 6
    let digest = ""

    func states(_ batch: Minibatch, progress: (Int, Int) throws -> Void) -> Matrix {
        Matrix(
            rows: batch.indices.count, columns: length,
            values: batch.indices.flatMap { image in
                (0..<length).map { Float((image * 3 + $0 * 5) % 7) / 7 - 0.4 }
            })
    }
}
