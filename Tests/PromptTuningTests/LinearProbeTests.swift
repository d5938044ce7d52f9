import BlackBox
import Datasets
import Foundation
import PromptTuning
import Tensors
import Testing

@Suite struct LinearProbeTests {
    /// Features of length one around one direction a class.
    private static func features(_ images: Int, classes: Int, width: Int, seed: UInt64) -> (Matrix, [Int]) {
        let stream = RandomStream(seed: seed, purpose: RandomPurpose("tests.probe"))
        let noise = stream.normals(images * width)
        let labels = (0..<images).map { $0 % classes }
        var matrix = Matrix(rows: images, columns: width)
        for (index, label) in labels.enumerated() {
            let row = (0..<width).map { noise[index * width + $0] * 0.5 + ($0 == label ? 1 : 0) }
            matrix.setRow(index, to: row)
        }
        matrix.normalizeRows()
        return (matrix, labels)
    }

    /// At the minimum the gradient, worked out by plain loops, is zero.
    @Test(arguments: [1e-1, 1e-3, 1e-4]) func gradientIsZero(_ decay: Double) throws {
        let (images, classes, width) = (37, 5, 11)
        let (features, labels) = Self.features(images, classes: classes, width: width, seed: 1)
        let probe = try LinearProbe(features: features, labels: labels, classes: classes, decay: decay)
        var worst = 0.0
        for feature in 0..<width {
            for label in 0..<classes {
                var slope = 0.0
                for image in 0..<images {
                    let exponentials = (0..<classes).map { other in
                        exp(
                            (0..<width).reduce(0.0) {
                                $0 + 10 * Double(features[image, $1])
                                    * probe.weight(feature: $1, class: other)
                            })
                    }
                    let share = exponentials[label] / exponentials.reduce(0, +)
                    slope +=
                        10 * Double(features[image, feature]) * (share - (labels[image] == label ? 1 : 0))
                }
                slope = slope / Double(images) + 2 * decay * probe.weight(feature: feature, class: label)
                worst = max(worst, abs(slope))
            }
        }
        #expect(worst < 2e-7, "\(worst)")
        let score = probe.score(features, labels: labels)
        #expect(score.images == images && score.accuracy >= 90)
    }

    /// Two images, two classes: W = ±w with 5·σ(−20w) = 2·decay·w.
    @Test func twoImages() throws {
        let features = Matrix(rows: 2, columns: 2, values: [1, 0, 0, 1])
        let probe = try LinearProbe(features: features, labels: [0, 1], classes: 2, decay: 1e-2)
        let weight = probe.weight(feature: 0, class: 0)
        #expect(abs(5 / (1 + exp(20 * weight)) - 2e-2 * weight) < 1e-7)
        #expect(abs(weight + probe.weight(feature: 0, class: 1)) < 1e-7)
        #expect(abs(weight - probe.weight(feature: 1, class: 1)) < 1e-7)
        let score = probe.score(features, labels: [0, 1])
        #expect(score.correct == 2 && abs(Double(score.loss) - log(1 + exp(-20 * weight))) < 1e-6)
        #expect(probe.score(features, labels: [1, 0]).correct == 0)
    }

    @Test func anyStartEndsAtTheSameMinimum() throws {
        let (features, labels) = Self.features(30, classes: 3, width: 7, seed: 2)
        let probe = try LinearProbe(features: features, labels: labels, classes: 3, decay: 1e-3)
        let start = RandomStream(seed: 3, purpose: RandomPurpose("tests.start")).normals(21).map {
            Double($0)
        }
        let other = try LinearProbe(features: features, labels: labels, classes: 3, decay: 1e-3, start: start)
        for feature in 0..<7 {
            for label in 0..<3 {
                let (one, two) = (
                    probe.weight(feature: feature, class: label), other.weight(feature: feature, class: label)
                )
                #expect(abs(one - two) < 1e-3, "\(one) \(two)")
            }
        }
    }

    /// What is thrown between passes ends the work, the first one included.
    @Test func passesCanBeStopped() throws {
        struct Stop: Error {}
        let (features, labels) = Self.features(6, classes: 2, width: 3, seed: 1)
        #expect(throws: Stop.self) {
            _ = try LinearProbe(
                train: (features, labels), validation: (features, labels), classes: 2
            ) { _, _ in throw Stop() }
        }
    }

    /// The chosen decay is the one whose probe, fitted afresh, does best on the validation images.
    @Test func theDecayIsChosenOnTheValidationImages() throws {
        let world = try World.embedded("textures", shots: 4)
        let data = world.data
        let classes = data.classNames.count
        let train = try world.store.features(data.train)
        let validation = try world.store.features(data.validation)
        let probe = try LinearProbe(
            train: (train, data.train.labels), validation: (validation, data.validation.labels),
            classes: classes
        ) { done, total in
            #expect(done < total && total == LinearProbe.decays.count)
        }
        let scores = try LinearProbe.decays.map { decay in
            try LinearProbe(features: train, labels: data.train.labels, classes: classes, decay: decay)
                .score(validation, labels: data.validation.labels)
        }
        let best = try #require(
            zip(LinearProbe.decays, scores).max {
                ($0.1.correct, -$0.1.loss) < ($1.1.correct, -$1.1.loss)
            })
        #expect(probe.decay == best.0)
        #expect(Set(scores.map(\.correct)).count > 1, "a task on which the decay does not matter")
    }
}
