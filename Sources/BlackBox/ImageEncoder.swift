import CLIPEngine
public import Tensors

/// A frozen image encoder that a method has of its own; asking it is no query.
public protocol ImageEncoder: Sendable {
    /// Length of a state.
    var length: Int { get }
    /// SHA-256 of its weights.
    var digest: String { get }
    /// The encoder's state of each image, [B, length].
    ///
    /// - Parameter progress: called now and then with images done and to do; what it throws ends the work.
    func states(
        _ batch: Minibatch, progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Matrix
}

/// A CLIP vision tower as an encoder: the class token's last state, before the final LayerNorm.
public struct CLIPImageEncoder: ImageEncoder {
    private let store: ImageStore

    public init(store: ImageStore) {
        self.store = store
    }

    public var length: Int { store.model.vision.width }
    public var digest: String { store.model.weightDigest }

    public func states(
        _ batch: Minibatch, progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Matrix {
        try store.states(of: batch, progress: progress)
    }
}
