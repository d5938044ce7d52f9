/// Keys and values of tokens that several sequences share, for every layer: [layers, 2, tokens, d].
///
/// Causality makes them independent of what follows, so they are computed once (SPEC: shared prefix).
final class KeyValueCache: @unchecked Sendable {
    let layers: Int
    /// Tokens there is room for.
    let tokens: Int
    let width: Int
    private let storage: UnsafeMutablePointer<Float>

    init(layers: Int, tokens: Int, width: Int) {
        self.layers = layers
        self.tokens = tokens
        self.width = width
        storage = .allocate(capacity: max(1, layers * 2 * tokens * width))
    }

    deinit { storage.deallocate() }

    func keys(_ layer: Int) -> UnsafeMutablePointer<Float> {
        storage + layer * 2 * tokens * width
    }

    func values(_ layer: Int) -> UnsafeMutablePointer<Float> {
        storage + (layer * 2 + 1) * tokens * width
    }

    /// Copies the first `count` tokens of another cache of the same width and layers.
    func copy(_ count: Int, of other: KeyValueCache) {
        precondition(other.layers == layers && other.width == width, "caches of different towers")
        precondition(
            count <= tokens && count <= other.tokens, "\(count) tokens of \(other.tokens) into \(tokens)")
        for layer in 0..<layers {
            keys(layer).update(from: other.keys(layer), count: count * width)
            values(layer).update(from: other.values(layer), count: count * width)
        }
    }
}
