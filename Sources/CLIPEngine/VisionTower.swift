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
        pool = WorkspacePool { Workspace(rows: tokens, tower: tower, longest: tokens) }
    }

    public var featureLength: Int { projection.outputs }

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
        let width = transformer.tower.width
        result.withMutableValues { output in
            Parallel.forEach(images.count) { image in
                pool.with { workspace in
                    embed(images[image], workspace)
                    transformer.run(
                        workspace, rows: positionEmbedding.rows,
                        sequences: [.init(start: 0, count: positionEmbedding.rows)], causal: false,
                        goal: .oneRow([0]))
                    postNorm.apply(
                        workspace.stream, rows: 1, stride: width, into: workspace.normed, outputStride: width)
                    projection.apply(
                        workspace.normed, rows: 1, stride: width, into: output + image * featureLength,
                        outputStride: featureLength)
                }
            }
        }
        return result
    }

    /// Class token and patch embeddings plus positions, through the first LayerNorm, into the stream.
    private func embed(_ pixels: [Float], _ workspace: Workspace) {
        precondition(
            pixels.count == 3 * imageSize * imageSize,
            "\(pixels.count) values for an image of side \(imageSize)")
        let width = transformer.tower.width
        let side = imageSize / patchSize
        let length = 3 * patchSize * patchSize
        let patches = gather(pixels)
        patches.withUnsafeBufferPointer { patches in
            guard let patches = patches.baseAddress else { return }
            patchEmbedding.apply(
                patches, rows: side * side, stride: length, into: workspace.normed + width,
                outputStride: width)
        }
        for column in 0..<width { workspace.normed[column] = classEmbedding[column] }
        positionEmbedding.values.withUnsafeBufferPointer { positions in
            for index in 0..<positions.count { workspace.normed[index] += positions[index] }
        }
        preNorm.apply(
            workspace.normed, rows: side * side + 1, stride: width, into: workspace.stream,
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
