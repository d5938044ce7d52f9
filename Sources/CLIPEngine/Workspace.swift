import Synchronization
import Tensors

/// Buffers for one thread's share of a transformer: a block of token rows and what a layer makes of them.
final class Workspace {
    /// Most token rows of one block.
    let rows: Int
    /// Residual stream, [rows, d].
    let stream: UnsafeMutablePointer<Float>
    /// Output of a LayerNorm or of attention, [rows, d].
    let normed: UnsafeMutablePointer<Float>
    /// Queries, keys and values side by side, [rows, 3d].
    let projected: UnsafeMutablePointer<Float>
    /// Hidden layer of the MLP, [rows, hidden].
    let hidden: UnsafeMutablePointer<Float>
    /// Working memory of attention.
    let scratch: UnsafeMutableBufferPointer<Float>

    init(rows: Int, tower: CLIPConfiguration.Tower, longest: Int) {
        self.rows = rows
        stream = .allocate(capacity: rows * tower.width)
        normed = .allocate(capacity: rows * tower.width)
        projected = .allocate(capacity: rows * 3 * tower.width)
        hidden = .allocate(capacity: rows * tower.hidden)
        let shape = AttentionShape(heads: tower.heads, headWidth: tower.headWidth)
        scratch = .allocate(capacity: shape.scratchCount(keys: longest))
    }

    deinit {
        stream.deallocate()
        normed.deallocate()
        projected.deallocate()
        hidden.deallocate()
        scratch.deallocate()
    }
}

/// Workspaces kept between calls, so that a step allocates none.
final class WorkspacePool: @unchecked Sendable {
    private let lock = Mutex<Int>(0)
    private var idle: [Workspace] = []
    private let make: @Sendable () -> Workspace

    init(_ make: @escaping @Sendable () -> Workspace) {
        self.make = make
    }

    /// Lends a workspace to `body`; each is in one thread's hands at a time.
    func with<Result>(_ body: (Workspace) -> Result) -> Result {
        let workspace = lock.withLock { _ in idle.popLast() } ?? make()
        defer { lock.withLock { _ in idle.append(workspace) } }
        return body(workspace)
    }
}
