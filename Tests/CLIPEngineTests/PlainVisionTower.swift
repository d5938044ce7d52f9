import CLIPEngine

/// CLIP's vision tower as plain loops, with extra tokens behind the patches.
struct PlainVisionTower {
    private let loops: PlainLoops
    private let imageSize: Int
    private let patchSize: Int

    init(folder: String, configuration: CLIPConfiguration) throws {
        loops = try PlainLoops(folder: folder, prefix: "vis", tower: configuration.vision)
        imageSize = configuration.imageSize
        patchSize = configuration.patchSize
    }

    /// The feature of an image's pixels, [3, side, side], of length one.
    func feature(_ pixels: [Float], tokens: [[Float]]) -> [Float] {
        let state = loops.norm(classState(pixels, tokens: tokens), "vision_model.post_layernorm")
        return loops.feature(state, "visual_projection.weight")
    }

    /// The class token's state behind the last layer.
    func classState(_ pixels: [Float], tokens: [[Float]]) -> [Float] {
        let name = "vision_model.embeddings."
        let kernels = loops.rows(name + "patch_embedding.weight", 3 * patchSize * patchSize)
        let own =
            [loops.values(name + "class_embedding")]
            + patches(pixels).map { patch in kernels.map { loops.chain(patch, $0) } }
        let positions = loops.rows(name + "position_embedding.weight", loops.tower.width)
        let placed = zip(own, positions).map { zip($0, $1).map { $0 + $1 } }
        let rows = (placed + tokens).map { loops.norm($0, "vision_model.pre_layrnorm") }
        return loops.transformed(rows, "vision_model") { _ in rows.count }[0]
    }

    /// Pixels of each patch, channel by channel, rows of patches from the top.
    private func patches(_ pixels: [Float]) -> [[Float]] {
        let count = imageSize / patchSize
        return (0..<count * count).map { patch in
            (0..<3 * patchSize * patchSize).map { index in
                let (channel, place) = index.quotientAndRemainder(dividingBy: patchSize * patchSize)
                let y = patch / count * patchSize + place / patchSize
                let x = patch % count * patchSize + place % patchSize
                return pixels[(channel * imageSize + y) * imageSize + x]
            }
        }
    }
}
