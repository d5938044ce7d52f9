public import Datasets

/// A minibatch of labelled images, named by their places in a list.
public struct Minibatch: Sendable, Equatable {
    /// Random crops of the images in place of the images themselves.
    public struct Views: Sendable, Equatable {
        /// Views that every image of the list has.
        public var count: Int
        /// What they are drawn from.
        public var seed: UInt64
        /// Which one stands for each image of the minibatch.
        public var chosen: [Int]

        public init(count: Int, seed: UInt64, chosen: [Int]) {
            self.count = count
            self.seed = seed
            self.chosen = chosen
        }
    }

    public let list: ImageList
    /// Indices into the list.
    public let indices: [Int]
    public let views: Views?

    public init(list: ImageList, indices: [Int], views: Views? = nil) {
        precondition(
            views == nil || views?.chosen.count == indices.count,
            "\(views?.chosen.count ?? 0) views of \(indices.count) images")
        self.list = list
        self.indices = indices
        self.views = views
    }

    /// The class of each image.
    public var labels: [Int] { indices.map { list.images[$0].label } }

    public static func == (left: Minibatch, right: Minibatch) -> Bool {
        left.indices == right.indices && left.views == right.views && left.list.digest == right.list.digest
    }
}

extension ImageList {
    /// The whole list in minibatches, in order; the last may be short.
    public func minibatches(of size: Int) -> [Minibatch] {
        stride(from: 0, to: count, by: size).map { start in
            Minibatch(list: self, indices: Array(start..<min(start + size, count)))
        }
    }
}

/// One query: one prompt on one minibatch.
public struct Query: Sendable {
    public let prompt: Prompt
    public let batch: Minibatch

    public init(_ prompt: Prompt, _ batch: Minibatch) {
        self.prompt = prompt
        self.batch = batch
    }
}
