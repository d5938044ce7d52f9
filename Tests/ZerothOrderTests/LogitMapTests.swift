import Foundation
import Tensors
import Testing
import ZerothOrder

/// The map against PyTorch's, which takes exact Newton steps; see `Fixtures/README.md`.
@Suite struct LogitMapTests {
    struct Recording: Decodable {
        struct Sample: Decodable {
            struct Bias: Decodable {
                let scale: Double
                let biases: [Double]
                let calibrated: [Double]
            }

            let classes: Int
            let images: Int
            let signal: Int
            let scale: Double
            let deviation: Double
            let temperature: Double
            let losses: [Double]
            let ridge: Double
            let calibrated: [Double]
            let bias: Bias

            func label(_ image: Int) -> Int { (image + image / 3) % classes }

            /// The formula of `record_calibration.py`, [count, classes].
            func logits(_ count: Int) -> Matrix {
                var matrix = Matrix(rows: count, columns: classes)
                for i in 0..<count {
                    let right = label(i) == 0 ? 1 % classes : label(i)
                    for c in 0..<classes {
                        let noise = ((i + 3) * (c + 2) * 7919 + i * i * 31 + c * c * 17) % 101 - 50
                        let value = Double(noise) / 16 + Double(c) / 2 + (c == right ? Double(signal) : 0)
                        matrix[i, c] = Float(value * scale + Double(i))
                    }
                }
                return matrix
            }
        }

        let others: Int
        let samples: [Sample]
    }

    private static func difference(_ got: some Sequence<Double>, _ wanted: [Double]) -> Double {
        let largest = wanted.map { abs($0) }.max() ?? 1
        return (zip(got, wanted).map { abs($0 - $1) }.max() ?? .infinity) / largest
    }

    @Test func equalsPyTorchs() throws {
        let url = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/calibration.json")
        let recording = try JSONDecoder().decode(Recording.self, from: Data(contentsOf: url))
        #expect(recording.samples.count == 3)
        for sample in recording.samples {
            let train = sample.logits(sample.images)
            let all = sample.logits(sample.images + recording.others)
            let labels = (0..<sample.images).map { sample.label($0) }
            let map = try LogitMap(
                train, labels: labels, folds: labels.indices.map { ($0 * $0 / 2 + $0) % 4 })
            #expect(map.ridge == sample.ridge)
            #expect(abs(map.deviation / sample.deviation - 1) < 1e-12)
            #expect(abs(map.temperature / sample.temperature - 1) < 1e-6)
            let lossDifference = Self.difference(map.validationLosses, sample.losses)
            // The cross-validation stops a little above the minimum.
            #expect(lossDifference < 1e-3)
            let calibrated = map.apply(all)
            #expect(calibrated.values.count == sample.calibrated.count)
            let mapDifference = Self.difference(calibrated.values.map { Double($0) }, sample.calibrated)
            let fit = try TemperatureFit(train, labels: labels)
            #expect(abs(fit.scale / sample.bias.scale - 1) < 1e-5)
            let biasDifference = max(
                Self.difference(fit.biases, sample.bias.biases),
                Self.difference(fit.apply(all).values.map { Double($0) }, sample.bias.calibrated))
            print(
                "map of \(sample.classes) classes: off PyTorch's by \(mapDifference), losses \(lossDifference), "
                    + "bias \(biasDifference)")
            #expect(mapDifference < 1e-5 && biasDifference < 1e-5)
        }
    }

    @Test func lowersTheLossAndSeesNoConstant() throws {
        let sample = LogitSamples(80, classes: 5)
        let map = try LogitMap(sample.logits, labels: sample.labels, seed: 1)
        #expect(try map == LogitMap(sample.logits, labels: sample.labels, seed: 1))
        let calibrated = map.apply(sample.logits)
        let fit = try TemperatureFit(sample.logits, labels: sample.labels).apply(sample.logits)
        #expect(meanLoss(calibrated, sample.labels) < meanLoss(fit, sample.labels))
        let other = try LogitMap(sample.shifted, labels: sample.labels, seed: 1).apply(sample.shifted)
        let worst = zip(calibrated.values, other.values).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-4, "\(worst)")
        // A map learned on some images serves others, each by itself.
        let alone = map.apply(Matrix(rows: [Array(sample.logits.row(7))]))
        #expect(alone.values == Array(calibrated.row(7)))
    }

    @Test func foldsAreStratified() {
        let labels = (0..<97).map { $0 * $0 % 7 }
        let folds = LogitMap.folds(labels: labels, classes: 8, seed: 3)
        #expect(folds == LogitMap.folds(labels: labels, classes: 8, seed: 3))
        #expect(folds != LogitMap.folds(labels: labels, classes: 8, seed: 4))
        for label in 0..<8 {
            let own = labels.indices.filter { labels[$0] == label }.map { folds[$0] }
            let counts = (0..<4).map { fold in own.count { $0 == fold } }
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "class \(label): \(counts)")
        }
    }

    @Test(arguments: OddLogits.all) func oddLogits(_ sample: OddLogits) throws {
        let map = try LogitMap(sample.logits, labels: sample.labels, seed: 1)
        #expect(map.apply(sample.logits).values.allSatisfy { $0.isFinite }, "\(sample.name)")
        #expect(map.validationLosses.allSatisfy { $0.isFinite }, "\(sample.name)")
        #expect(map.ridge.map { LogitMap.ridges.contains($0) } == true)
    }

    /// What is no number gives no number, and no trap.
    @Test func notANumber() throws {
        let logits = Matrix(rows: 5, columns: 2, values: [.nan, 1, 2, 3, 1, 0, 2, 2, .infinity, 1])
        let map = try LogitMap(logits, labels: [0, 1, 0, 1, 0], seed: 1)
        #expect(map.apply(Matrix(rows: [[1, 2]])).values.allSatisfy { $0.isNaN })
    }

    @Test func manyClassesGetABiasEach() throws {
        let sample = LogitSamples(402, classes: 201)
        let map = try LogitMap(sample.logits, labels: sample.labels, seed: 1)
        #expect(map.ridge == nil && map.validationLosses.isEmpty)
        let fit = try TemperatureFit(sample.logits, labels: sample.labels)
        let (one, two) = (map.apply(sample.logits), fit.apply(sample.logits))
        let worst = zip(one.values, two.values).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-5, "\(worst)")
    }
}
