public import Tensors

/// A minibatch of labelled images, named by their places in a list.
public struct Minibatch: Sendable {
    public let list: ImageList
    /// Indices into the list.
    public let indices: [Int]

    public init(list: ImageList, indices: [Int]) {
        self.list = list
        self.indices = indices
    }

    /// The class of each image.
    public var labels: [Int] { indices.map { list.images[$0].label } }
}

/// The black box: prompts and a minibatch in, logits out, every call on the account.
///
/// Nothing that tunes a prompt sees more of a model than this: no weights, no gradients.
public protocol Oracle: Sendable {
    /// C
    var classCount: Int { get }
    /// m
    var contextTokens: Int { get }
    /// d
    var width: Int { get }

    /// Logits of one minibatch under each of E contexts, [m, d] each; E queries.
    ///
    /// - Throws: `TuningError.budgetUsedUp` before any work when the ledger does not allow E queries; `TuningError` when an
    ///   image cannot be read.
    func logits(
        _ contexts: [Matrix], _ batch: Minibatch, for purpose: QueryLedger.Purpose, ledger: inout QueryLedger
    ) throws -> Logits
}

extension Oracle {
    /// Prompts evaluated together; bounds the memory of a step with many directions.
    private static var promptsAtOnce: Int { 64 }

    /// The mean cross-entropy of a minibatch under each context, [E]; E queries.
    func losses(
        _ contexts: [Matrix], _ batch: Minibatch, for purpose: QueryLedger.Purpose, ledger: inout QueryLedger
    ) throws -> [Float] {
        let labels = batch.labels
        return try stride(from: 0, to: contexts.count, by: Self.promptsAtOnce).flatMap { start in
            let block = Array(contexts[start..<min(start + Self.promptsAtOnce, contexts.count)])
            let logits = try logits(block, batch, for: purpose, ledger: &ledger)
            return block.indices.map { logits.meanLoss(prompt: $0, labels: labels) }
        }
    }
}

/// Logits of B images over C classes under E prompts.
public struct Logits: Sendable, Equatable {
    /// [B, E·C]
    let values: Matrix
    /// C
    public let classes: Int

    /// Logits of one image under one prompt, [C].
    public func row(prompt: Int, image: Int) -> [Float] {
        let row = values.row(image)
        let start = row.startIndex + prompt * classes
        return Array(row[start..<(start + classes)])
    }

    /// Mean over the images of −log softmax(logits)[label], summed in double precision in image order.
    public func meanLoss(prompt: Int, labels: [Int]) -> Float {
        precondition(labels.count == values.rows, "\(labels.count) labels for \(values.rows) images")
        let sum = labels.enumerated().reduce(0.0) { sum, item in
            sum + Double(crossEntropy(row(prompt: prompt, image: item.offset), label: item.element))
        }
        return Float(sum / Double(labels.count))
    }

    /// The class with the largest logit for each image, the first of equals.
    public func predictions(prompt: Int) -> [Int] {
        (0..<values.rows).map { image in
            let row = row(prompt: prompt, image: image)
            return row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        }
    }
}
