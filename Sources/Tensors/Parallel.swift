import Dispatch
import Foundation
import Synchronization

/// How many threads the computations use, and the one loop that uses them.
///
/// Work items never share a sum, so results do not depend on the number of threads.
public enum Parallel {
    private static let limit = Atomic<Int>(0)

    /// Threads in use: 1 or more; the machine's active cores unless set.
    public static var threads: Int {
        get {
            let set = limit.load(ordering: .relaxed)
            return set > 0 ? set : max(1, ProcessInfo.processInfo.activeProcessorCount)
        }
        set { limit.store(max(1, newValue), ordering: .relaxed) }
    }

    /// Runs `body(item)` for every item below `count`, each once.
    ///
    /// Items are begun in increasing order, so an item may wait for what an earlier one makes.
    package static func forEach(_ count: Int, _ body: (Int) -> Void) {
        let workers = min(threads, count)
        guard workers > 1 else {
            for item in 0..<count { body(item) }
            return
        }
        let next = Atomic<Int>(0)
        // Items touch disjoint memory, and this call outlives every one of them.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while true {
                let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard item < count else { return }
                body(item)
            }
        }
    }
}

/// `make(index)` for every index below `count`, on all threads.
package func parallelMap<Value: Sendable>(_ count: Int, _ make: @Sendable (Int) -> Value) -> [Value] {
    let results = Mutex([Value?](repeating: nil, count: count))
    Parallel.forEach(count) { index in
        let result = make(index)
        results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
}
