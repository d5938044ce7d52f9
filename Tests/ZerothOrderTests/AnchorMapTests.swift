import Foundation
import Tensors
import Testing
import ZerothOrder

@Suite struct AnchorMapTests {
    /// Logits of R prompts in a row, each with its own signal.
    private static func samples(
        _ images: Int, classes: Int, prompts: Int
    ) -> (logits: Matrix, labels: [Int]) {
        let parts = (0..<prompts).map {
            LogitSamples(images, classes: classes, signal: 0.5 + Float($0), seed: UInt64($0 + 1))
        }
        let rows = (0..<images).map { image in
            parts.flatMap { part in part.logits.row(image).map { $0 + Float(image) } }
        }
        return (Matrix(rows: rows), parts[0].labels)
    }

    /// The same fit by plain loops and exact Newton steps.
    private struct Twin {
        let classes: Int
        let columns: Int
        let deviation: Double
        /// Images by columns.
        var inputs: [[Double]] = []

        init(_ logits: Matrix, _ classes: Int) {
            self.classes = classes
            columns = logits.columns + 1
            var (centred, squares): ([[Double]], Double) = ([], 0)
            for image in 0..<logits.rows {
                var row: [Double] = []
                for first in stride(from: 0, to: logits.columns, by: classes) {
                    let own = (0..<classes).map { Double(logits[image, first + $0]) }
                    let mean = own.reduce(0, +) / Double(classes)
                    row += own.map { $0 - mean }
                }
                squares += row.reduce(0) { $0 + $1 * $1 }
                centred.append(row)
            }
            deviation = sqrt(squares / Double(logits.rows * logits.columns - 1))
            let divisor = deviation * sqrt(Double(logits.columns / classes))
            inputs = centred.map { $0.map { $0 / divisor } + [1] }
        }

        /// W at the minimum, column by class.
        func minimum(_ images: [Int], _ labels: [Int], ridge: Double) -> [Double] {
            let count = columns * classes
            var w = [Double](repeating: 0, count: count)
            for _ in 0..<30 {
                var slope = w.map { ridge * $0 }
                var rows = (0..<count).map { i in (0..<count).map { $0 == i ? ridge : 0 } }
                for image in images {
                    let (x, p) = (inputs[image], shares(w, image))
                    for i in 0..<count {
                        let (a, c) = (i / classes, i % classes)
                        slope[i] += x[a] * (p[c] - (labels[image] == c ? 1 : 0)) / Double(images.count)
                        for j in 0..<count {
                            let (b, d) = (j / classes, j % classes)
                            rows[i][j] +=
                                x[a] * x[b] * p[c] * ((c == d ? 1 : 0) - p[d]) / Double(images.count)
                        }
                    }
                }
                let step = solve(rows, slope)
                for i in 0..<count { w[i] -= step[i] }
            }
            return w
        }

        func loss(_ w: [Double], _ images: [Int], _ labels: [Int]) -> Double {
            images.reduce(0) { $0 - log(shares(w, $1)[labels[$1]]) }
        }

        func logits(_ w: [Double], _ image: Int) -> [Double] {
            (0..<classes).map { c in
                (0..<columns).reduce(0) { $0 + inputs[image][$1] * w[$1 * classes + c] }
            }
        }

        private func shares(_ w: [Double], _ image: Int) -> [Double] {
            let powers = logits(w, image).map { exp($0) }
            return powers.map { $0 / powers.reduce(0, +) }
        }

        /// Gaussian elimination; a positive definite matrix needs no pivots.
        private func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
            var (a, x) = (matrix, right)
            for i in x.indices {
                for j in (i + 1)..<max(i + 1, x.count) {
                    let factor = a[j][i] / a[i][i]
                    for k in i..<x.count { a[j][k] -= factor * a[i][k] }
                    x[j] -= factor * x[i]
                }
            }
            for i in x.indices.reversed() {
                for k in (i + 1)..<max(i + 1, x.count) { x[i] -= a[i][k] * x[k] }
                x[i] /= a[i][i]
            }
            return x
        }
    }

    @Test func equalsPlainLoops() throws {
        let (images, classes) = (40, 3)
        let (logits, labels) = Self.samples(images, classes: classes, prompts: 2)
        let folds = LogitMap.folds(labels: labels, classes: classes, seed: 1)
        let map = try AnchorMap(logits, labels: labels, classes: classes, seed: 1)
        let twin = Twin(logits, classes)
        #expect(abs(map.deviation / twin.deviation - 1) < 1e-12)
        var losses: [Double] = []
        for ridge in AnchorMap.ridges {
            losses.append(
                (0..<4).reduce(0) { sum, fold in
                    let kept = (0..<images).filter { folds[$0] != fold }
                    let left = (0..<images).filter { folds[$0] == fold }
                    return sum + twin.loss(twin.minimum(kept, labels, ridge: ridge), left, labels)
                })
        }
        let best = losses.min() ?? 0
        let gap = zip(map.validationLosses, losses).map { abs($0 / $1 - 1) }.max() ?? .infinity
        #expect(losses.count == map.validationLosses.count && gap < 1e-3, "\(gap)")
        #expect(map.ridge == AnchorMap.ridges[losses.firstIndex(of: best) ?? 0])
        #expect(map.ridge != AnchorMap.ridges.first && map.ridge != AnchorMap.ridges.last)
        let w = twin.minimum(Array(0..<images), labels, ridge: map.ridge)
        let off = zip(map.coefficients, w).map { abs($0 - $1) }.max() ?? .infinity
        #expect(map.coefficients.count == w.count && off < 1e-4, "\(off)")
        let applied = map.apply(logits)
        for image in 0..<images {
            for (got, wanted) in zip(applied.row(image), twin.logits(w, image)) {
                #expect(abs(Double(got) - wanted) < 1e-3)
            }
        }
        print("anchor map: \(off) off plain loops, losses \(gap), ridge \(map.ridge)")
    }

    /// A ridge means the same for any number of prompts, and a constant of an image and prompt means nothing.
    @Test func whatDoesNotShow() throws {
        let (logits, labels) = Self.samples(32, classes: 4, prompts: 1)
        let twice = Matrix(
            rows: (0..<32).map { image in
                Array(logits.row(image)) + logits.row(image).map { $0 + Float(image % 3) }
            })
        let one = try AnchorMap(logits, labels: labels, classes: 4, seed: 2)
        let two = try AnchorMap(twice, labels: labels, classes: 4, seed: 2)
        #expect(one.ridge == two.ridge)
        let worst = zip(one.apply(logits).values, two.apply(twice).values).map { abs($0 - $1) }.max()
        // The degree of freedom less of the deviation is a smaller share of more logits.
        #expect((worst ?? .infinity) < 1e-2)
        // A map learned on some images serves others, each by itself.
        let alone = two.apply(Matrix(rows: [Array(twice.row(7))]))
        #expect(alone.values == Array(two.apply(twice).row(7)))
    }

    @Test(arguments: OddLogits.all) func oddLogits(_ sample: OddLogits) throws {
        let map = try AnchorMap(sample.logits, labels: sample.labels, classes: sample.logits.columns, seed: 1)
        #expect(map.apply(sample.logits).values.allSatisfy { $0.isFinite }, "\(sample.name)")
        #expect(map.validationLosses.allSatisfy { $0.isFinite }, "\(sample.name)")
    }

    @Test func passesCanBeStopped() throws {
        struct Stop: Error {}
        let (logits, labels) = Self.samples(12, classes: 3, prompts: 2)
        var seen: [Int] = []
        _ = AnchorMap(logits, labels: labels, classes: 3, seed: 1) { done, total in
            #expect(total == 4 * AnchorMap.ridges.count + 1)
            seen.append(done)
        }
        // Every fit, the last one on all images included.
        #expect(seen == seen.sorted() && Set(seen) == Set(0...4 * AnchorMap.ridges.count))
        for stop in [1, 5, seen.count] {
            var left = stop
            #expect(throws: Stop.self) {
                _ = try AnchorMap(logits, labels: labels, classes: 3, seed: 1) { _, _ in
                    left -= 1
                    if left == 0 { throw Stop() }
                }
            }
        }
    }
}
