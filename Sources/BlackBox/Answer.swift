public import Tensors

/// What the box answers to a query: logits of B images over C classes.
public struct Answer: Sendable, Equatable {
    /// [B, C]
    public let logits: Matrix

    public init(logits: Matrix) {
        self.logits = logits
    }

    /// The sum over the images of −log softmax(logits)[label], in double precision and image order.
    func lossSum(labels: [Int], from start: Double = 0) -> Double {
        precondition(labels.count == logits.rows, "\(labels.count) labels for \(logits.rows) images")
        let classes = logits.columns
        return unsafe logits.values.withUnsafeBufferPointer { values in
            labels.enumerated().reduce(start) { sum, item in
                let first = item.offset * classes
                let row = unsafe UnsafeBufferPointer(rebasing: values[first..<(first + classes)])
                return sum + Double(unsafe crossEntropy(row, label: item.element))
            }
        }
    }

    /// Mean over the images of −log softmax(logits)[label].
    public func meanLoss(labels: [Int]) -> Float { Float(lossSum(labels: labels) / Double(labels.count)) }

    /// The class with the largest logit for each image, the first of equals.
    public var predictions: [Int] {
        (0..<logits.rows).map { image in
            let row = logits.row(image)
            return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
        }
    }
}

/// How well images were classified.
public struct Score: Sendable, Equatable {
    public let images: Int
    public let correct: Int
    /// Mean cross-entropy.
    public let loss: Float

    /// Percentage of images whose largest logit is their class's.
    public var accuracy: Double { 100 * Double(correct) / Double(images) }

    public init(images: Int, correct: Int, loss: Float) {
        self.images = images
        self.correct = correct
        self.loss = loss
    }

    /// Over all images of some answers; how they were cut into minibatches does not show in a bit.
    ///
    /// - Throws: `BlackBoxError.scoreNotFinite`, where predictions would mean nothing.
    public init(_ answers: [Answer], labels: [[Int]]) throws {
        var (images, correct, sum) = (0, 0, 0.0)
        for (answer, labels) in zip(answers, labels) {
            images += labels.count
            correct += zip(answer.predictions, labels).count { $0 == $1 }
            // Goes on from image to image, whatever minibatch they are in.
            sum = answer.lossSum(labels: labels, from: sum)
        }
        let loss = Float(sum / Double(images))
        guard loss.isFinite else { throw BlackBoxError.scoreNotFinite(loss: loss) }
        self.init(images: images, correct: correct, loss: loss)
    }
}
