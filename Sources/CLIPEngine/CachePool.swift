import Synchronization

/// Prefix caches of one size kept between calls, so that a step allocates none.
final class CachePool: Sendable {
    private let layers: Int
    private let tokens: Int
    private let width: Int
    private let idle = Mutex<[KeyValueCache]>([])

    init(layers: Int, tokens: Int, width: Int) {
        self.layers = layers
        self.tokens = tokens
        self.width = width
    }

    func take(_ count: Int) -> [KeyValueCache] {
        var taken = idle.withLock { idle -> [KeyValueCache] in
            let taken = Array(idle.suffix(count))
            idle.removeLast(taken.count)
            return taken
        }
        while taken.count < count {
            taken.append(KeyValueCache(layers: layers, tokens: tokens, width: width))
        }
        for cache in taken { cache.reset() }
        return taken
    }

    func give(_ caches: [KeyValueCache]) {
        idle.withLock { $0.append(contentsOf: caches) }
    }
}
