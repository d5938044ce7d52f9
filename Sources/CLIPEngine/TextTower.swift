import Synchronization
public import Tensors

/// CLIP's text encoder: token and position embeddings, causal transformer, final LayerNorm, projection.
public final class TextTower: Sendable {
    let transformer: Transformer
    /// Token embeddings, [vocabulary, d].
    let tokenEmbedding: Matrix
    /// Position embeddings, [context length, d].
    let positionEmbedding: Matrix
    let finalNorm: LayerNorm
    let projection: PackedWeights
    /// `eos_token_id` as configured; 2 stands for "the largest id".
    let endOfText: Int
    let pool: WorkspacePool
    private let knownDeviation = Mutex<Double?>(nil)

    /// Rows that one block holds at most; more rows make several blocks.
    static let blockRows = 192

    init(
        transformer: Transformer, tokenEmbedding: Matrix, positionEmbedding: Matrix, finalNorm: LayerNorm,
        projection: PackedWeights, endOfText: Int
    ) {
        self.transformer = transformer
        self.tokenEmbedding = tokenEmbedding
        self.positionEmbedding = positionEmbedding
        self.finalNorm = finalNorm
        self.projection = projection
        self.endOfText = endOfText
        let tower = transformer.tower
        let longest = positionEmbedding.rows
        pool = WorkspacePool(longest: longest) { longest in
            Workspace(rows: max(Self.blockRows, longest), tower: tower, longest: longest)
        }
    }

    /// d, the width of an embedding.
    public var width: Int { tokenEmbedding.columns }
    /// Longest token sequence.
    public var contextLength: Int { positionEmbedding.rows }
    /// Length of a feature.
    public var featureLength: Int { projection.outputs }

    /// The embedding of one token, [d], without its position.
    public func embedding(of token: Int32) -> [Float] {
        Array(tokenEmbedding.row(Int(token)))
    }

    /// Standard deviation of all token embeddings' values, by count − 1 as `torch.std` gives it.
    ///
    /// In double precision, row by row; computed when it is first asked for.
    public var embeddingDeviation: Double {
        knownDeviation.withLock { known in
            let deviation = known ?? WeightStatistics(tokenEmbedding).deviation
            known = deviation
            return deviation
        }
    }

    /// The position whose final state is the text's feature.
    func pooledPosition(_ tokens: [Int32]) -> Int? {
        if endOfText == 2 {
            return tokens.max().flatMap { tokens.firstIndex(of: $0) }
        }
        return tokens.firstIndex(of: Int32(endOfText))
    }

    /// Features of whole token sequences, [texts, features], each of length one.
    ///
    /// Tokens behind the pooled position are left out: the mask is causal, so they never matter.
    public func features(tokens texts: [[Int32]]) -> Matrix {
        var result = Matrix(rows: texts.count, columns: featureLength)
        let sequences = texts.map { tokens in
            let pooled = pooledPosition(tokens) ?? tokens.count - 1
            return Array(tokens[...pooled])
        }
        let blocks = Self.blocks(lengths: sequences.map(\.count), target: Self.blockRows)
        result.withMutableValues { output in
            Parallel.forEach(blocks.count) { block in
                pool.with { workspace in
                    var spans: [Transformer.Sequence] = []
                    var row = 0
                    for index in blocks[block] {
                        spans.append(.init(start: row, count: sequences[index].count))
                        for (position, token) in sequences[index].enumerated() {
                            embed(token, at: position, into: workspace.stream + row * width)
                            row += 1
                        }
                    }
                    transformer.run(
                        workspace, rows: row, sequences: spans, causal: true,
                        goal: .oneRow(spans.map { $0.count - 1 }))
                    project(
                        workspace, rows: spans.count,
                        into: output + blocks[block].lowerBound * featureLength)
                }
            }
        }
        return result
    }

    /// Feature of one sequence of given embeddings by the plain path, [features], of length one.
    ///
    /// Every row goes through every layer, nothing is shared or left out: what the fast paths must equal.
    /// - Parameters:
    ///   - embeddings: one row a token, [tokens, d], without positions.
    ///   - pooled: the row whose final state is the feature.
    package func features(embeddings: Matrix, pooled: Int) -> [Float] {
        let tokens = embeddings.rows
        precondition(tokens <= contextLength, "\(tokens) tokens for a context of \(contextLength)")
        precondition(pooled >= 0 && pooled < tokens, "row \(pooled) of \(tokens)")
        var result = [Float](repeating: 0, count: featureLength)
        pool.with { workspace in
            for index in 0..<(tokens * width) {
                workspace.stream[index] = embeddings.values[index] + positionEmbedding.values[index]
            }
            transformer.run(
                workspace, rows: tokens, sequences: [.init(start: 0, count: tokens)], causal: true,
                goal: .allRows)
            workspace.stream.update(from: workspace.stream + pooled * width, count: width)
            project(workspace, rows: 1, into: &result)
        }
        return result
    }

    /// Token plus position embedding into `row`, [d].
    func embed(_ token: Int32, at position: Int, into row: UnsafeMutablePointer<Float>) {
        tokenEmbedding.values.withUnsafeBufferPointer { tokens in
            positionEmbedding.values.withUnsafeBufferPointer { positions in
                for column in 0..<width {
                    row[column] = tokens[Int(token) * width + column] + positions[position * width + column]
                }
            }
        }
    }

    /// Final LayerNorm, projection and division by the length, of the stream's first rows.
    func project(_ workspace: Workspace, rows: Int, into output: UnsafeMutablePointer<Float>) {
        finalNorm.apply(
            workspace.stream, rows: rows, stride: width, into: workspace.normed, outputStride: width)
        projection.apply(
            workspace.normed, rows: rows, stride: width, into: output, outputStride: featureLength)
        normalizeRows(output, rows: rows, columns: featureLength)
    }

    /// Cuts consecutive sequences into blocks of at most `target` rows (a longer sequence is a block of its own).
    static func blocks(lengths: [Int], target: Int) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var start = 0
        var rows = 0
        for (index, length) in lengths.enumerated() {
            if rows > 0, rows + length > target {
                blocks.append(start..<index)
                start = index
                rows = 0
            }
            rows += length
        }
        if start < lengths.count { blocks.append(start..<lengths.count) }
        return blocks
    }
}
