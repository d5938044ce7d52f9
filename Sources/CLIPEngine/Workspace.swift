import Synchronization
import Tensors

/// Buffers for one thread's share of a transformer: a block of token rows and what a layer makes of them.
final class Workspace {
    /// Most token rows of one block.
    let rows: Int
    /// Most tokens that one sequence attends to.
    let longest: Int
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
        self.longest = longest
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
///
/// They are as large as the usual sequences need; a call with longer ones makes them larger for good.
final class WorkspacePool: @unchecked Sendable {
    private let lock = Mutex<Int>(0)
    private var idle: [Workspace] = []
    private let longest: Int
    private let make: @Sendable (_ longest: Int) -> Workspace

    /// - Parameters:
    ///   - longest: tokens of the longest usual sequence.
    ///   - make: makes a workspace for blocks of sequences of up to that many tokens.
    init(longest: Int, _ make: @escaping @Sendable (_ longest: Int) -> Workspace) {
        self.longest = longest
        self.make = make
    }

    /// Lends a workspace to `body`; each is in one thread's hands at a time.
    ///
    /// - Parameter tokens: tokens of the longest sequence, where that may be more than usual.
    func with<Result>(tokens: Int = 0, _ body: (Workspace) -> Result) -> Result {
        let workspace = take(tokens)
        defer { lock.withLock { _ in idle.append(workspace) } }
        return body(workspace)
    }

    /// The idle workspace given back last, or a larger one in its place.
    private func take(_ tokens: Int) -> Workspace {
        if let workspace = lock.withLock({ _ in idle.popLast() }), workspace.longest >= tokens {
            return workspace
        }
        return make(max(longest, tokens))
    }
}
