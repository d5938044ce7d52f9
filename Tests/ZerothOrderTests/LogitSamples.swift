import Tensors

/// Logits with labels, for tests of fits on them.
struct LogitSamples {
    let logits: Matrix
    let labels: [Int]

    /// Normal logits; a class's images have a signal at it and half of that at the next class.
    init(_ images: Int, classes: Int, signal: Float = 1.5, seed: UInt64 = 1) {
        let noise = RandomStream(seed: seed, purpose: RandomPurpose("tests.logits")).normals(images * classes)
        labels = (0..<images).map { $0 % classes }
        var logits = Matrix(rows: images, columns: classes, values: noise)
        for (image, label) in labels.enumerated() {
            logits[image, label] += signal
            logits[image, (label + 1) % classes] += signal / 2
        }
        self.logits = logits
    }

    /// The logits with another constant added to each image.
    var shifted: Matrix {
        var result = logits
        for row in 0..<logits.rows {
            // Powers of two keep the logits' own digits.
            for column in 0..<logits.columns { result[row, column] += Float(row % 3) * 0.5 }
        }
        return result
    }
}

/// Mean cross-entropy.
func meanLoss(_ logits: Matrix, _ labels: [Int]) -> Double {
    var sum = 0.0
    for (row, label) in labels.enumerated() {
        sum += Double(crossEntropy(Array(logits.row(row)), label: label))
    }
    return sum / Double(labels.count)
}

/// Logits that a fit must take without a trap and without NaN.
struct OddLogits: Sendable {
    let name: String
    let logits: Matrix
    let labels: [Int]

    static let all: [OddLogits] = {
        let some = LogitSamples(12, classes: 4)
        let plain = some.logits
        return [
            OddLogits(name: "one image", logits: Matrix(rows: [[1, 2, 4]]), labels: [1]),
            OddLogits(
                name: "three images", logits: Matrix(rows: [[1, 2], [4, 3], [0, 1]]), labels: [0, 1, 1]),
            OddLogits(name: "one class present", logits: plain, labels: [Int](repeating: 2, count: 12)),
            OddLogits(
                name: "a class with one image", logits: plain, labels: [3] + [Int](repeating: 0, count: 11)),
            OddLogits(
                name: "equal logits", logits: Matrix(rows: 12, columns: 4, repeating: 7), labels: some.labels),
            OddLogits(name: "huge logits", logits: plain.scaled(by: 1e37), labels: some.labels),
            OddLogits(name: "tiny logits", logits: plain.scaled(by: 1e-38), labels: some.labels),
            OddLogits(
                name: "one class", logits: Matrix(rows: 5, columns: 1, repeating: 3), labels: [0, 0, 0, 0, 0]),
            OddLogits(
                name: "one huge logit",
                logits: Matrix(rows: 12, columns: 4, values: [3e38] + plain.values.dropFirst()),
                labels: some.labels),
        ]
    }()
}
