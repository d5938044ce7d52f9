import Tensors

/// Which training images each step sees.
///
/// Every epoch is a permutation keyed by (seed, epoch). A last short batch is dropped when the set is larger than a batch;
/// a set smaller than a batch is one batch.
public struct BatchPlan: Sendable, Equatable {
    public let images: Int
    public let batchSize: Int
    public let seed: UInt64

    /// Batches in one epoch.
    public var batchesPerEpoch: Int { max(1, images / batchSize) }

    /// Indices of the images of step k, from 1.
    public func batch(step: Int) -> [Int] {
        precondition(step >= 1, "steps count from 1, not \(step)")
        let (epoch, place) = (step - 1).quotientAndRemainder(dividingBy: batchesPerEpoch)
        let order = RandomStream(seed: seed, purpose: .batches, index: UInt64(epoch)).permutation(images)
        let start = place * batchSize
        return order[start..<min(start + batchSize, images)].map { Int($0) }
    }
}

extension RandomPurpose {
    /// Order of the training images; the index is the epoch, from 0.
    static let batches = RandomPurpose("batches")
}
