import CLIPEngine
import Foundation
import Tensors

/// Text features of soft prompts by the shared-prefix path; the plain path, every row of every class, is the yardstick.
struct OracleBenchmark {
    private let model: CLIPModel
    private let names: [String]
    private let contextTokens = 8
    private let prompts = 10

    init(folder: String, classCount: Int) throws {
        model = try CLIPModel(folder: folder)
        let words = ["cat", "fire truck", "maple leaf", "red car", "bird", "office chair", "map", "guitar"]
        names = (0..<classCount).map { words[$0 % words.count] + ($0 < words.count ? "" : " \($0)") }
    }

    func run() throws {
        let text = model.text
        let encoder = try PromptEncoder(model: model, classNames: names, contextTokens: contextTokens)
        let contexts = (0..<prompts).map { index in
            let values = RandomStream(seed: 1, purpose: RandomPurpose("context"), index: UInt64(index))
                .normals(contextTokens * text.width)
            return Matrix(rows: contextTokens, columns: text.width, values: values.map { 0.02 * $0 })
        }
        let fast = Measurement(repetitions: 9) { _ = encoder.features(contexts) }
        let single = Measurement(repetitions: 9) { _ = encoder.features([contexts[0]]) }
        let sequences = names.map { plainSequence($0, context: contexts[0]) }
        // The plain path has one thread, so the ratio is taken on one.
        let threads = Parallel.threads
        Parallel.threads = 1
        let alone = Measurement(repetitions: 9) { _ = encoder.features(contexts) }
        Parallel.threads = threads
        let plain = Measurement(repetitions: 5) {
            for sequence in sequences {
                _ = text.features(embeddings: sequence.embeddings, pooled: sequence.pooled)
            }
        }
        let rows = encoder.rowsPerPrompt
        report(
            "\(names.count) classes, token rows a query", "\(rows), plain \(names.count * text.contextLength)"
        )
        report("queries, \(prompts) at once", fast.rate(Double(prompts), unit: "queries/s"))
        report("queries, one at a time", single.rate(1, unit: "queries/s"))
        report("queries, \(prompts) at once, one thread", alone.rate(Double(prompts), unit: "queries/s"))
        report("queries, plain path, one thread", plain.rate(1, unit: "queries/s"))
        report(
            "ratio to the plain path, one thread",
            String(format: "%.1f ×", plain.median / (alone.median / Double(prompts))))
        let side = model.configuration.imageSize
        let images = (0..<32).map { index in
            RandomStream(seed: 1, purpose: RandomPurpose("image"), index: UInt64(index)).normals(
                3 * side * side)
        }
        let encoded = Measurement(repetitions: 5) { _ = model.vision.features(images) }
        report("images, 32 at once", encoded.rate(32, unit: "images/s"))
    }

    /// Embeddings of the whole context length for one class, padded with the end token, and the pooled row.
    private func plainSequence(_ name: String, context: Matrix) -> (embeddings: Matrix, pooled: Int) {
        let tokenizer = model.tokenizer
        let suffix = tokenizer.classNameTokens(name) + [tokenizer.endOfText]
        let pooled = contextTokens + suffix.count
        let padding = model.configuration.contextLength - 1 - contextTokens - suffix.count
        let tokens = suffix + Array(repeating: tokenizer.endOfText, count: padding)
        var rows = [model.text.embedding(of: tokenizer.startOfText)]
        rows += (0..<contextTokens).map { Array(context.row($0)) }
        rows += tokens.map { model.text.embedding(of: $0) }
        return (Matrix(rows: rows), pooled)
    }
}
