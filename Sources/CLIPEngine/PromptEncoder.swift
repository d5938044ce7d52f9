public import Tensors

/// Text features of all classes under soft prompts, at the cost that exactness leaves over.
///
/// A prompt is `[SOT] ctx₁ … ctx_m tokens(c) tokens(".") [EOT]`. The mask is causal, so the keys and values of SOT are
/// computed once for good, those of the context once per prompt, and only each class's own tokens are run for every
/// class; the last layer is run for the pooled row alone. Letters: C classes, E prompts evaluated together,
/// m context vectors, d width.
public final class PromptEncoder: Sendable {
    let tower: TextTower
    /// m, the number of context vectors.
    public let contextTokens: Int
    /// Token ids behind the context, up to the pooled position, for each class.
    let suffixes: [[Int32]]
    /// Keys and values of the start-of-text token.
    private let start: KeyValueCache
    private let caches: CachePool

    /// - Parameters:
    ///   - classNames: names as a person writes them; underscores become spaces.
    ///   - contextTokens: m ≥ 1.
    /// - Throws: `CLIPError` when a prompt is longer than the model reads or there is no class.
    public init(model: CLIPModel, classNames: [String], contextTokens: Int) throws {
        precondition(contextTokens >= 1, "expected at least one context token, got \(contextTokens)")
        guard !classNames.isEmpty else { throw CLIPError.noClasses }
        let tower = model.text
        let tokenizer = model.tokenizer
        self.tower = tower
        self.contextTokens = contextTokens
        let placeholder = tokenizer.encode("X").prefix(1)
        let placeholders = [tokenizer.startOfText] + (0..<contextTokens).flatMap { _ in placeholder }
        suffixes = try classNames.map { name in
            let tokens = placeholders + tokenizer.classNameTokens(name) + [tokenizer.endOfText]
            guard tokens.count <= tower.contextLength else {
                throw CLIPError.promptTooLong(
                    className: name, tokens: tokens.count, contextLength: tower.contextLength)
            }
            guard let pooled = tower.pooledPosition(tokens), pooled > contextTokens else {
                throw CLIPError.unsupported("the pooled position of class '\(name)'", file: model.folder)
            }
            return Array(tokens[(contextTokens + 1)...pooled])
        }
        let transformer = tower.transformer
        let layers = transformer.layers.count
        start = KeyValueCache(layers: layers, tokens: 1, width: tower.width)
        caches = CachePool(layers: layers, tokens: 1 + contextTokens, width: tower.width)
        let first = start
        tower.pool.with { workspace in
            tower.embed(tokenizer.startOfText, at: 0, into: workspace.stream)
            transformer.run(
                workspace, rows: 1, sequences: [.init(start: 0, count: 1, prefix: first)], causal: true,
                goal: .keysAndValues)
        }
    }

    /// C, the number of classes.
    public var classCount: Int { suffixes.count }
    /// Token rows that one prompt costs.
    public var rowsPerPrompt: Int { contextTokens + suffixes.reduce(0) { $0 + $1.count } }

    /// Features of every class under every prompt, [E·C, features], prompt by prompt, each row of length one.
    ///
    /// - Parameter contexts: E contexts, each [m, d].
    public func features(_ contexts: [Matrix]) -> Matrix {
        contexts.forEach(check)
        let prefixes = caches.take(contexts.count)
        defer { caches.give(prefixes) }
        let classes = suffixes.count
        let contextBlocks = blocks([Int](repeating: contextTokens, count: contexts.count))
        let classBlocks = blocks((0..<(contexts.count * classes)).map { suffixes[$0 % classes].count })
        var result = Matrix(rows: contexts.count * classes, columns: tower.featureLength)
        result.withMutableValues { output in
            // Blocks of contexts begin first; those of classes follow them from layer to layer.
            Parallel.forEach(contextBlocks.count + classBlocks.count) { item in
                tower.pool.with { workspace in
                    if item < contextBlocks.count {
                        runContexts(contextBlocks[item], of: contexts, prefixes, workspace)
                    } else {
                        runClasses(classBlocks[item - contextBlocks.count], prefixes, workspace, into: output)
                    }
                }
            }
        }
        return result
    }

    /// Features of every class under a context of its own, [E·C, features], prompt by prompt, of length one.
    ///
    /// A row has the bits that `features(_:)` gives its class under its context. Only SOT is shared, so a
    /// prompt costs (C − 1) · m rows more than one with a common context.
    ///
    /// - Parameter classContexts: E lists of C contexts, each [m, d], in the order of the classes.
    public func features(classContexts: [[Matrix]]) -> Matrix {
        let classes = suffixes.count
        for contexts in classContexts {
            precondition(contexts.count == classes, "\(contexts.count) contexts for \(classes) classes")
            contexts.forEach(check)
        }
        let lengths = classContexts.flatMap { _ in suffixes.map { contextTokens + $0.count } }
        let blocks = blocks(lengths)
        var result = Matrix(rows: classContexts.count * classes, columns: tower.featureLength)
        result.withMutableValues { output in
            Parallel.forEach(blocks.count) { item in
                tower.pool.with { workspace in
                    runPrompts(blocks[item], of: classContexts, workspace, into: output)
                }
            }
        }
        return result
    }

    private func check(_ context: Matrix) {
        precondition(
            context.rows == contextTokens && context.columns == tower.width,
            "context of \(context.rows)×\(context.columns), expected \(contextTokens)×\(tower.width)")
    }

    /// Fills some prompts' caches with the keys and values of SOT and the context.
    private func runContexts(
        _ block: Range<Int>, of contexts: [Matrix], _ prefixes: [KeyValueCache], _ workspace: Workspace
    ) {
        var spans: [Transformer.Sequence] = []
        for index in block {
            prefixes[index].copy(1, of: start)
            let row = spans.count * contextTokens
            add(contexts[index], into: workspace.stream + row * tower.width)
            spans.append(.init(start: row, count: contextTokens, prefix: prefixes[index], prefixCount: 1))
        }
        tower.transformer.run(
            workspace, rows: spans.count * contextTokens, sequences: spans, causal: true, goal: .keysAndValues
        )
    }

    /// Runs some classes' own tokens on top of their prompts' caches; a block counts prompt by prompt.
    private func runClasses(
        _ block: Range<Int>, _ prefixes: [KeyValueCache], _ workspace: Workspace,
        into output: UnsafeMutablePointer<Float>
    ) {
        let width = tower.width
        let classes = suffixes.count
        var spans: [Transformer.Sequence] = []
        var row = 0
        for index in block {
            let suffix = suffixes[index % classes]
            spans.append(
                .init(
                    start: row, count: suffix.count, prefix: prefixes[index / classes],
                    prefixCount: 1 + contextTokens))
            embed(suffix, into: workspace.stream + row * width)
            row += suffix.count
        }
        finish(block, spans, rows: row, workspace, into: output)
    }

    /// Runs some prompts' contexts and classes as one sequence each on top of SOT's cache.
    ///
    /// Attention does not depend on which keys come from a cache, so these are the bits of the shared path;
    /// a cache a class would only cost memory.
    private func runPrompts(
        _ block: Range<Int>, of classContexts: [[Matrix]], _ workspace: Workspace,
        into output: UnsafeMutablePointer<Float>
    ) {
        let width = tower.width
        let classes = suffixes.count
        var spans: [Transformer.Sequence] = []
        var row = 0
        for index in block {
            let suffix = suffixes[index % classes]
            let count = contextTokens + suffix.count
            spans.append(.init(start: row, count: count, prefix: start, prefixCount: 1))
            let rows = workspace.stream + row * width
            add(classContexts[index / classes][index % classes], into: rows)
            embed(suffix, into: rows + contextTokens * width)
            row += count
        }
        finish(block, spans, rows: row, workspace, into: output)
    }

    /// Runs the rows in the stream and writes the features of their sequences' last rows.
    private func finish(
        _ block: Range<Int>, _ spans: [Transformer.Sequence], rows: Int, _ workspace: Workspace,
        into output: UnsafeMutablePointer<Float>
    ) {
        tower.transformer.run(
            workspace, rows: rows, sequences: spans, causal: true, goal: .oneRow(spans.map { $0.count - 1 }))
        tower.project(
            workspace, rows: spans.count, into: output + block.lowerBound * tower.featureLength)
    }

    /// Cuts sequences into blocks of nearly equal rows, as many for each thread, none above the workspace's size
    /// unless one sequence is.
    private func blocks(_ lengths: [Int]) -> [Range<Int>] {
        let rows = lengths.reduce(0, +)
        let threads = Parallel.threads
        let rounds = (rows + threads * TextTower.blockRows - 1) / (threads * TextTower.blockRows)
        let target = (rows + threads * rounds - 1) / max(1, threads * rounds)
        // A block ends before the sequence that would exceed its target, so half a sequence is added.
        let slack = (lengths.max() ?? 0) / 2
        return TextTower.blocks(lengths: lengths, target: min(TextTower.blockRows, target + slack))
    }

    /// A class's tokens plus their positions (m + 1 …) into consecutive rows.
    private func embed(_ suffix: [Int32], into rows: UnsafeMutablePointer<Float>) {
        for (offset, token) in suffix.enumerated() {
            tower.embed(token, at: 1 + contextTokens + offset, into: rows + offset * tower.width)
        }
    }

    /// Context vectors plus their positions (1 … m) into consecutive rows.
    private func add(_ context: Matrix, into rows: UnsafeMutablePointer<Float>) {
        let width = tower.width
        for index in 0..<(contextTokens * width) {
            rows[index] = context.values[index] + tower.positionEmbedding.values[width + index]
        }
    }
}
