public import Tensors

/// CLIP's image encoder: patches, class token, transformer, LayerNorm of the class token, projection.
public final class VisionTower: Sendable {
    let transformer: Transformer
    let imageSize: Int
    let patchSize: Int
    /// The patch convolution as a matrix, [d, 3·patch·patch].
    let patchEmbedding: PackedWeights
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
    /// Images in one block: enough rows that reading the weights does not cost more than computing with them.
    private let imagesPerBlock: Int

    init(
        configuration: CLIPConfiguration, transformer: Transformer, patchEmbedding: PackedWeights,
        classEmbedding: [Float], positionEmbedding: Matrix, preNorm: LayerNorm, postNorm: LayerNorm,
        projection: PackedWeights
    ) {
        self.transformer = transformer
        imageSize = configuration.imageSize
        patchSize = configuration.patchSize
        self.patchEmbedding = patchEmbedding
        self.classEmbedding = classEmbedding
        self.positionEmbedding = positionEmbedding
        self.preNorm = preNorm
        self.postNorm = postNorm
        self.projection = projection
        let tower = transformer.tower
        let tokens = configuration.visionTokens
        let images = max(1, Self.blockRows / tokens)
        imagesPerBlock = images
        pool = WorkspacePool { Workspace(rows: images * tokens, tower: tower, longest: tokens) }
    }

    public var featureLength: Int { projection.outputs }

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
    public func features(_ images: [[Float]]) -> Matrix {
        var result = projected(images)
        result.normalizeRows()
        return result
    }

    /// Features before the division by their length, [B, features].
    package func projected(_ images: [[Float]]) -> Matrix {
        var result = Matrix(rows: images.count, columns: featureLength)
        result.withMutableValues { output in
            // Every thread gets work before any gets a full block.
            let share = (images.count + Parallel.threads - 1) / Parallel.threads
            let size = max(1, min(imagesPerBlock, share))
            Parallel.forEach((images.count + size - 1) / size) { block in
                let range = block * size..<min(images.count, (block + 1) * size)
                pool.with { workspace in
                    run(images[range], workspace, into: output + range.lowerBound * featureLength)
                }
            }
        }
        return result
    }

    /// Features of a few images in one block.
    private func run(
        _ images: ArraySlice<[Float]>, _ workspace: Workspace, into output: UnsafeMutablePointer<Float>
    ) {
        let width = transformer.tower.width
        let tokens = positionEmbedding.rows
        for (index, pixels) in images.enumerated() { embed(pixels, workspace, at: index * tokens) }
        transformer.run(
            workspace, rows: images.count * tokens,
            sequences: images.indices.map {
                .init(start: ($0 - images.startIndex) * tokens, count: tokens)
            },
            causal: false, goal: .oneRow([Int](repeating: 0, count: images.count)))
        postNorm.apply(
            workspace.stream, rows: images.count, stride: width, into: workspace.normed, outputStride: width)
        projection.apply(
            workspace.normed, rows: images.count, stride: width, into: output, outputStride: featureLength)
    }

    /// Class token and patch embeddings plus positions, through the first LayerNorm, into the stream.
    private func embed(_ pixels: [Float], _ workspace: Workspace, at row: Int) {
        precondition(
            pixels.count == 3 * imageSize * imageSize,
            "\(pixels.count) values for an image of side \(imageSize)")
        let width = transformer.tower.width
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
        preNorm.apply(
            normed, rows: side * side + 1, stride: width, into: workspace.stream + row * width,
            outputStride: width)
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
