import Foundation
import Synchronization

/// Keys and values of tokens that several sequences share, for every layer: [layers, 2, tokens, d].
///
/// Causality makes them independent of what follows, so they are computed once. Rows that come after these
/// tokens need a layer's keys only when they are at that layer themselves, so they may run on another thread at
/// the same time: `publish` says that a layer is complete, `wait` returns when it is.
final class KeyValueCache: @unchecked Sendable {
    let layers: Int
    /// Tokens there is room for.
    let tokens: Int
    let width: Int
    private let storage: UnsafeMutablePointer<Float>
    /// Layers complete so far.
    private let complete = Atomic<Int>(0)

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

    /// Declares all layers incomplete, before the cache is filled anew.
    func reset() { complete.store(0, ordering: .relaxed) }

    /// Declares a layer complete; layers come in order.
    func publish(_ layer: Int) { complete.store(layer + 1, ordering: .releasing) }

    /// Returns when a layer is complete.
    func wait(for layer: Int) {
        var attempts = 0
        while complete.load(ordering: .acquiring) <= layer {
            attempts += 1
            // The other thread may not be running: leave it the processor.
            if attempts > 200 { usleep(20) }
        }
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
