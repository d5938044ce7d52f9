import CLIPEngine

/// CLIP's text tower as plain loops.
struct PlainTextTower {
    private let loops: PlainLoops

    init(folder: String, configuration: CLIPConfiguration) throws {
        loops = try PlainLoops(folder: folder, prefix: "text", tower: configuration.text)
    }

    /// The feature of a sequence of embeddings without positions, of length one.
    func feature(_ embeddings: [[Float]], pooled: Int) -> [Float] {
        let positions = loops.rows(
            "text_model.embeddings.position_embedding.weight", loops.tower.width)
        let rows = embeddings.enumerated().map { index, row in
            zip(row, positions[index]).map { $0 + $1 }
        }
        let x = loops.transformed(rows, "text_model") { $0 + 1 }
        let state = loops.norm(x[pooled], "text_model.final_layer_norm")
        return loops.feature(state, "text_projection.weight")
    }
}
