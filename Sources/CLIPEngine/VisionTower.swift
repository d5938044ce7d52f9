public import Tensors

/// CLIP's image encoder: patches, class token, transformer, LayerNorm of the class token, projection.
public final class VisionTower: Sendable {
    let transformer: Transformer
    /// Side of the square input image in pixels.
    public let imageSize: Int
    let patchSize: Int
    /// The patch convolution as a matrix, [d, 3·patch·patch].
    let patchEmbedding: PackedWeights
    let patchStatistics: WeightStatistics
    /// [d]
    let classEmbedding: [Float]
    /// [patches + 1, d]
    let positionEmbedding: Matrix
    let preNorm: LayerNorm
    let postNorm: LayerNorm
    let projection: PackedWeights
    let pool: WorkspacePool

    /// Rows that one block holds at most, unless one image has more.
    private static let blockRows = 256

    init(
        configuration: CLIPConfiguration, transformer: Transformer, patchEmbedding: PackedWeights,
        patchStatistics: WeightStatistics, classEmbedding: [Float], positionEmbedding: Matrix,
        preNorm: LayerNorm, postNorm: LayerNorm, projection: PackedWeights
    ) {
        self.transformer = transformer
        imageSize = configuration.imageSize
        patchSize = configuration.patchSize
        self.patchEmbedding = patchEmbedding
        self.patchStatistics = patchStatistics
        self.classEmbedding = classEmbedding
        self.positionEmbedding = positionEmbedding
        self.preNorm = preNorm
        self.postNorm = postNorm
        self.projection = projection
        let tower = transformer.tower
        let tokens = configuration.visionTokens
        pool = WorkspacePool(longest: tokens) { longest in
            // Whole images of any length between the two.
            let rows = (tokens...longest).map { $0 * Self.imagesPerBlock(tokens: $0) }
            return Workspace(rows: rows.max() ?? longest, tower: tower, longest: longest)
        }
    }

    /// Images in one block: enough rows that reading the weights does not cost more than computing with them.
    private static func imagesPerBlock(tokens: Int) -> Int { max(1, blockRows / tokens) }

    /// d, the width of a token.
    public var width: Int { transformer.tower.width }
    /// Length of a feature.
    public var featureLength: Int { projection.outputs }
    /// Most extra tokens: each thread keeps memory for the longest sequence, 60 MB in ViT-L/14.
    public var largestTokenCount: Int { 1000 }
    /// Mean and standard deviation of all weights of the patch convolution, in double precision.
    ///
    /// By count − 1, as `torch.std` gives it.
    public var patchKernelStatistics: (mean: Double, deviation: Double) {
        (patchStatistics.mean, patchStatistics.deviation)
    }

    /// Floating-point operations of one image's matrix products, the last layer counted in full.
    public var operationsPerImage: Double {
        let tower = transformer.tower
        let (width, hidden) = (Double(tower.width), Double(tower.hidden))
        let layer = 4 * width * width + 2 * width * hidden
        return 2 * Double(positionEmbedding.rows) * Double(tower.layers) * layer
    }

    /// Features of B images, [B, features], each row of length one.
    ///
    /// - Parameter images: pixels of each image, [3, side, side], normalised.
    public func features(_ images: [[Float]]) -> Matrix { features(images, tokens: nil) }

    /// Features of B images seen with extra tokens, [B, features], each row of length one.
    ///
    /// The tokens come behind the patches, before the first LayerNorm and without a position embedding
    /// (BPT-VLM's visual prompt); every image gets the same ones.
    ///
    /// - Parameters:
    ///   - images: pixels of each image, [3, side, side], normalised.
    ///   - tokens: v ≤ `largestTokenCount` tokens, [v, d]; nil is none.
    public func features(_ images: [[Float]], tokens: Matrix?) -> Matrix {
        var result = projected(images, tokens: tokens)
        result.normalizeRows()
        return result
    }

    /// Features before the division by their length, [B, features].
    package func projected(_ images: [[Float]], tokens: Matrix? = nil) -> Matrix {
        run(images, tokens: tokens, columns: featureLength) { workspace, count, output in
            postNorm.apply(
                workspace.stream, rows: count, stride: width, into: workspace.normed, outputStride: width)
            projection.apply(
                workspace.normed, rows: count, stride: width, into: output, outputStride: featureLength)
        }
    }

    /// The class token's last state of B images, [B, d], before the last LayerNorm and the projection.
    ///
    /// - Parameter images: pixels of each image, [3, side, side], normalised.
    public func classStates(_ images: [[Float]]) -> Matrix {
        run(images, tokens: nil, columns: width) { workspace, count, output in
            output.update(from: workspace.stream, count: count * width)
        }
    }

    /// Runs images in blocks on all threads, [B, columns].
    ///
    /// - Parameter finish: writes the rows of one block's images, whose class tokens' states are the stream's
    ///   first rows.
    private func run(
        _ images: [[Float]], tokens: Matrix?, columns: Int,
        finish: (_ workspace: Workspace, _ count: Int, _ output: UnsafeMutablePointer<Float>) -> Void
    ) -> Matrix {
        let extra = tokens?.values ?? []
        if let tokens, tokens.rows > 0 {
            precondition(
                tokens.columns == width, "tokens of \(tokens.columns) values for a width of \(width)")
            precondition(
                tokens.rows <= largestTokenCount, "\(tokens.rows) tokens, expected up to \(largestTokenCount)"
            )
        }
        let length = positionEmbedding.rows + extra.count / width
        var result = Matrix(rows: images.count, columns: columns)
        result.withMutableValues { output in
            // Every thread gets work before any gets a full block.
            let share = (images.count + Parallel.threads - 1) / Parallel.threads
            let size = max(1, min(Self.imagesPerBlock(tokens: length), share))
            Parallel.forEach((images.count + size - 1) / size) { block in
                let range = block * size..<min(images.count, (block + 1) * size)
                pool.with(tokens: length) { workspace in
                    run(images[range], extra, workspace)
                    finish(workspace, range.count, output + range.lowerBound * columns)
                }
            }
        }
        return result
    }

    /// Runs a few images in one block; their class tokens' states are then the stream's first rows.
    ///
    /// - Parameter extra: extra tokens of each image, [v, d].
    private func run(_ images: ArraySlice<[Float]>, _ extra: [Float], _ workspace: Workspace) {
        let length = positionEmbedding.rows + extra.count / width
        for (index, pixels) in images.enumerated() { embed(pixels, extra, workspace, at: index * length) }
        transformer.run(
            workspace, rows: images.count * length,
            sequences: images.indices.map {
                .init(start: ($0 - images.startIndex) * length, count: length)
            },
            causal: false, goal: .oneRow([Int](repeating: 0, count: images.count)))
    }

    /// All embeddings through the first LayerNorm into the stream: the class token and the patches, each plus
    /// its position, then the extra tokens.
    private func embed(_ pixels: [Float], _ extra: [Float], _ workspace: Workspace, at row: Int) {
        precondition(
            pixels.count == 3 * imageSize * imageSize,
            "\(pixels.count) values for an image of side \(imageSize)")
        let side = imageSize / patchSize
        let length = 3 * patchSize * patchSize
        let normed = workspace.normed + row * width
        let patches = gather(pixels)
        patches.withUnsafeBufferPointer { patches in
            guard let patches = patches.baseAddress else { return }
            patchEmbedding.apply(
                patches, rows: side * side, stride: length, into: normed + width, outputStride: width)
        }
        for column in 0..<width { normed[column] = classEmbedding[column] }
        positionEmbedding.values.withUnsafeBufferPointer { positions in
            for index in 0..<positions.count { normed[index] += positions[index] }
        }
        extra.withUnsafeBufferPointer { extra in
            let rows = normed + positionEmbedding.values.count
            for index in 0..<extra.count { rows[index] = extra[index] }
        }
        preNorm.apply(
            normed, rows: positionEmbedding.rows + extra.count / width, stride: width,
            into: workspace.stream + row * width, outputStride: width)
    }

    /// Pixels of each patch as a row, [patches, 3·patch·patch], in the order of the convolution's weights.
    private func gather(_ pixels: [Float]) -> [Float] {
        let side = imageSize / patchSize
        var patches = [Float]()
        patches.reserveCapacity(pixels.count)
        for y in 0..<side {
            for x in 0..<side {
                for channel in 0..<3 {
                    for row in 0..<patchSize {
                        let start = (channel * imageSize + y * patchSize + row) * imageSize + x * patchSize
                        patches.append(contentsOf: pixels[start..<(start + patchSize)])
                    }
                }
            }
        }
        return patches
    }
}
