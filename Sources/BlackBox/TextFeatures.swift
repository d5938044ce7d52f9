import CLIPEngine
import Synchronization
import Tensors

/// Text features of the classes under prompts; what was encoded last is at hand when it is asked for again.
final class TextFeatures: Sendable {
    private struct Known {
        /// By the number of context tokens.
        var encoders: [Int: PromptEncoder] = [:]
        var templates: [(templates: [String], features: Matrix)] = []
        var last: (prompt: TextPrompt, features: Matrix)?
    }

    /// Ensembles that are kept.
    private static let templateLimit = 64

    private let model: CLIPModel
    private let classNames: [String]
    private let known = Mutex(Known())

    init(model: CLIPModel, classNames: [String]) {
        self.model = model
        self.classNames = classNames
    }

    /// The encoder of prompts of m context tokens.
    ///
    /// - Throws: `CLIPError` when a class name does not fit the model's context.
    func encoder(tokens: Int) throws -> PromptEncoder {
        if let encoder = known.withLock({ $0.encoders[tokens] }) { return encoder }
        let encoder = try PromptEncoder(model: model, classNames: classNames, contextTokens: tokens)
        known.withLock { $0.encoders[tokens] = encoder }
        return encoder
    }

    /// Features of every class under each of E prompts, [E·C, features], each row of length one.
    ///
    /// - Throws: `BlackBoxError.badTemplate`; `TokenizerError` or `CLIPError` when a text is too long.
    func features(_ prompts: [TextPrompt]) throws -> Matrix {
        var parts: [Matrix] = []
        while parts.count < prompts.count {
            let next = prompts[parts.count]
            if let last = known.withLock({ $0.last }), last.prompt == next {
                parts.append(last.features)
                continue
            }
            let found = try encode(prompts[parts.count...])
            parts += found
            if let last = found.last {
                let prompt = prompts[parts.count - 1]
                known.withLock { $0.last = (prompt, last) }
            }
        }
        guard parts.count > 1 else { return parts[0] }
        return Matrix(
            rows: parts.reduce(0) { $0 + $1.rows }, columns: parts[0].columns,
            values: parts.flatMap(\.values))
    }

    /// Features of the prompts at the front that can be encoded together.
    private func encode(_ prompts: ArraySlice<TextPrompt>) throws -> [Matrix] {
        guard let first = prompts.first else { return [] }
        switch first {
        case .templates(let templates): return [try ensemble(templates)]
        case .context(let context):
            // Up to one that its neighbour's features serve.
            var contexts = [context]
            for prompt in prompts.dropFirst() {
                guard case .context(let next) = prompt, next.rows == context.rows, next != contexts.last
                else { break }
                contexts.append(next)
            }
            return split(try encoder(tokens: context.rows).features(contexts))
        case .classContexts(let contexts):
            return split(try encoder(tokens: contexts.first?.rows ?? 1).features(classContexts: [contexts]))
        }
    }

    /// [E·C, features] as E matrices.
    private func split(_ features: Matrix) -> [Matrix] {
        let size = classNames.count * features.columns
        return stride(from: 0, to: features.values.count, by: size).map { start in
            Matrix(
                rows: classNames.count, columns: features.columns,
                values: Array(features.values[start..<(start + size)]))
        }
    }

    /// The mean of the templates' normalised features, normalised.
    private func ensemble(_ templates: [String]) throws -> Matrix {
        let kept = known.withLock { $0.templates.first { $0.templates == templates }?.features }
        if let kept { return kept }
        let features = try templates.map { template in
            guard template.contains("{}") else { throw BlackBoxError.badTemplate(template) }
            let tokens = try classNames.map { name in
                try model.tokens(template.replacing("{}", with: Tokenizer.words(ofClass: name)))
            }
            return model.text.features(tokens: tokens)
        }
        let mean = Self.mean(features)
        known.withLock { known in
            known.templates.append((templates, mean))
            if known.templates.count > Self.templateLimit { known.templates.removeFirst() }
        }
        return mean
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
}
