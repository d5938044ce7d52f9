import Tensors

/// A pre-LayerNorm transformer, as both towers of CLIP have it.
struct Transformer: Sendable {
    /// One residual block: x += attention(norm₁ x); x += MLP(norm₂ x).
    struct Layer: Sendable {
        let attentionNorm: LayerNorm
        /// Queries, keys and values stacked, [3d, d].
        let projections: PackedWeights
        let attentionOutput: PackedWeights
        let mlpNorm: LayerNorm
        let mlpHidden: PackedWeights
        let mlpOutput: PackedWeights
    }

    let tower: CLIPConfiguration.Tower
    let layers: [Layer]

    /// A run of rows in a block that attend to each other.
    struct Sequence {
        /// First row in the block.
        var start: Int
        var count: Int
        /// Tokens that come before these rows, already computed.
        var prefix: KeyValueCache?
        var prefixCount = 0
    }

    /// What to compute from a block of rows.
    enum Goal {
        /// Every row's final state, left in the stream.
        case allRows
        /// The state of one row of each sequence (offset from its start), left in the stream's first rows.
        case oneRow([Int])
        /// Only keys and values, appended to each sequence's own prefix cache behind its `prefixCount` tokens.
        case keysAndValues
    }

    /// Runs the block in `workspace.stream`, [rows, d].
    ///
    /// Rows outside what the goal needs are left out of the last layer; each row's sums do not depend on which
    /// other rows are in the block, so blocks may be cut anywhere between sequences.
    func run(_ workspace: Workspace, rows: Int, sequences: [Sequence], causal: Bool, goal: Goal) {
        precondition(rows <= workspace.rows, "\(rows) rows in a workspace of \(workspace.rows)")
        let width = tower.width
        for (index, layer) in layers.enumerated() {
            let last = index == layers.count - 1
            layer.attentionNorm.apply(
                workspace.stream, rows: rows, stride: width, into: workspace.normed, outputStride: width)
            layer.projections.apply(
                workspace.normed, rows: rows, stride: width, into: workspace.projected,
                outputStride: 3 * width)
            if case .keysAndValues = goal {
                store(workspace, sequences, layer: index)
                if last { return }
            }
            if last, case .oneRow(let offsets) = goal {
                attend(workspace, sequences, layer: index, causal: causal, offsets: offsets)
                finish(workspace, layer, rows: sequences.count)
            } else {
                attend(workspace, sequences, layer: index, causal: causal, offsets: nil)
                finish(workspace, layer, rows: rows)
            }
        }
    }

    private func store(_ workspace: Workspace, _ sequences: [Sequence], layer: Int) {
        let width = tower.width
        for sequence in sequences {
            guard let cache = sequence.prefix else { continue }
            precondition(
                sequence.prefixCount + sequence.count <= cache.tokens,
                "\(sequence.prefixCount) + \(sequence.count) tokens in a cache of \(cache.tokens)")
            for row in 0..<sequence.count {
                let source = workspace.projected + (sequence.start + row) * 3 * width
                let slot = (sequence.prefixCount + row) * width
                (cache.keys(layer) + slot).update(from: source + width, count: width)
                (cache.values(layer) + slot).update(from: source + 2 * width, count: width)
            }
            cache.publish(layer)
        }
    }

    /// Attention of all rows into `normed`, or of one row a sequence into the first rows of `normed`, with the
    /// residual stream gathered to match.
    private func attend(
        _ workspace: Workspace, _ sequences: [Sequence], layer: Int, causal: Bool, offsets: [Int]?
    ) {
        let width = tower.width
        let shape = AttentionShape(heads: tower.heads, headWidth: tower.headWidth)
        for (index, sequence) in sequences.enumerated() {
            let own = workspace.projected + sequence.start * 3 * width
            var firstQuery = 0
            var queries = sequence.count
            var keys = sequence.count
            var output = workspace.normed + sequence.start * width
            if let offsets {
                firstQuery = offsets[index]
                queries = 1
                // A causal query is the last of the keys it sees.
                keys = causal ? firstQuery + 1 : sequence.count
                output = workspace.normed + index * width
                (workspace.stream + index * width)
                    .update(from: workspace.stream + (sequence.start + firstQuery) * width, count: width)
            }
            let prefix = sequence.prefix.map { cache in
                cache.wait(for: layer)
                return AttentionSpan(
                    keys: cache.keys(layer), values: cache.values(layer), count: sequence.prefixCount,
                    stride: width)
            }
            attention(
                shape, queries: own + firstQuery * 3 * width, queryCount: queries, queryStride: 3 * width,
                prefix: prefix,
                own: AttentionSpan(
                    keys: own + width, values: own + 2 * width, count: keys, stride: 3 * width),
                causal: causal, into: output, outputStride: width, scratch: workspace.scratch)
        }
    }

    private func finish(_ workspace: Workspace, _ layer: Layer, rows: Int) {
        let width = tower.width
        layer.attentionOutput.apply(
            workspace.normed, rows: rows, stride: width, adding: workspace.stream, residualStride: width,
            into: workspace.stream, outputStride: width)
        layer.mlpNorm.apply(
            workspace.stream, rows: rows, stride: width, into: workspace.normed, outputStride: width)
        layer.mlpHidden.apply(
            workspace.normed, rows: rows, stride: width, activation: tower.activation,
            into: workspace.hidden, outputStride: tower.hidden)
        layer.mlpOutput.apply(
            workspace.hidden, rows: rows, stride: tower.hidden, adding: workspace.stream,
            residualStride: width,
            into: workspace.stream, outputStride: width)
    }
}
