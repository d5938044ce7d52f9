import Foundation
import PromptTuning
import Tensors
import TestData
import Testing

/// The decoder against PyTorch's recorded values; see `Fixtures/README.md`.
@Suite struct BlackVIPDecoderTests {
    struct Recording: Decodable {
        struct Output: Decodable {
            let largest: Double
            let squares: [Double]
            let values: [Double]
        }

        struct Sample: Decodable {
            let z: Int
            let side: Int
            let images: Int
            let stride: Int
            let parameters: Int
            let means: [[Double]]
            let variances: [[Double]]
            let outputs: [String: Output]
        }

        let samples: [Sample]
    }

    /// The parameters of `record_blackvip.py`.
    private static func parameters(_ decoder: BlackVIPDecoder) -> [Float] {
        let norms = decoder.layout.flatMap { name, shape in
            repeatElement(name.hasSuffix("norm.weight"), count: shape.reduce(1, *))
        }
        return norms.enumerated().map { i, isNorm in
            let number = (i * 7919 + i / 64 * 31 + 13) % 1009 - 504
            let value = Float(Double(number) / 2016)
            return isNorm ? value + 1 : value
        }
    }

    /// The features of `record_blackvip.py`, [images, z].
    private static func features(_ images: Int, _ z: Int, call: Int) -> Matrix {
        let values = (0..<images).flatMap { image in
            (0..<z).map { j -> Float in
                let number = (image + 2) * (j * j + 3 * j + 7) * (37 + 10 * call) % 997 - 498
                return Float(Double(number) / 249)
            }
        }
        return Matrix(rows: images, columns: z, values: values)
    }

    /// The largest difference from the recorded values, as a share of the largest output.
    private static func difference(_ got: Matrix, _ wanted: Recording.Output, stride: Int) -> Double {
        let size = got.columns
        let picked = Swift.stride(from: 0, to: got.values.count, by: stride).map { Double(got.values[$0]) }
        guard picked.count == wanted.values.count, got.rows == wanted.squares.count else { return .infinity }
        var worst = zip(picked, wanted.values).map { abs($0 - $1) }.max() ?? .infinity
        worst /= wanted.largest
        for (image, square) in wanted.squares.enumerated() {
            let sum = got.row(image).reduce(0.0) { $0 + Double($1) * Double($1) }
            worst = max(worst, abs(sum / Double(size) / square - 1))
        }
        return worst
    }

    @Test func equalsPyTorchs() throws {
        let file = try Data(contentsOf: Repository.fixture("blackvip.json", of: "PromptTuningTests"))
        let recording = try JSONDecoder().decode(Recording.self, from: file)
        #expect(recording.samples.count == 3)
        for sample in recording.samples {
            let decoder = try BlackVIPDecoder(featureLength: sample.z, side: sample.side)
            #expect(decoder.parameterCount == sample.parameters)
            let parameters = Self.parameters(decoder)
            let first = Self.features(sample.images, sample.z, call: 0)
            var statistics = decoder.initialStatistics
            let train = decoder.train(parameters, features: first, statistics: &statistics)
            let second = decoder.train(
                parameters, features: Self.features(sample.images, sample.z, call: 1), statistics: &statistics
            )
            let evaluate = decoder.evaluate(parameters, features: first, statistics: statistics)
            for (name, got) in [("train", train), ("second", second), ("evaluate", evaluate)] {
                #expect(got.rows == sample.images && got.columns == 3 * sample.side * sample.side)
                let wanted = try #require(sample.outputs[name])
                let worst = Self.difference(got, wanted, stride: sample.stride)
                print("decoder z \(sample.z) side \(sample.side) \(name): off PyTorch by \(worst)")
                #expect(worst <= 1e-5, "\(name) of \(sample.side) pixels")
            }
            for (got, wanted) in [
                (statistics.means, sample.means), (statistics.variances, sample.variances),
            ] {
                let largest = wanted.joined().map { abs($0) }.max() ?? 0
                #expect(got.map(\.count) == wanted.map(\.count))
                let worst = zip(got.joined(), wanted.joined()).map { abs(Double($0) - $1) }.max() ?? .infinity
                print(
                    "decoder z \(sample.z) side \(sample.side) statistics: off PyTorch by \(worst / largest)")
                #expect(worst <= 1e-5 * largest)
            }
        }
    }

    struct Size: Sendable {
        let z: Int
        let side: Int
        let channels: Int
        let trigger: Int
        let parameters: Int
    }

    @Test(arguments: [
        Size(z: 768, side: 224, channels: 32, trigger: 800, parameters: 9920),
        Size(z: 128, side: 64, channels: 64, trigger: 128, parameters: 9248),
        Size(z: 100, side: 96, channels: 23, trigger: 107, parameters: 14859),
        Size(z: 1, side: 32, channels: 2, trigger: 1, parameters: 9121),
    ]) func sizes(_ size: Size) throws {
        let decoder = try BlackVIPDecoder(featureLength: size.z, side: size.side)
        #expect(decoder.channels == size.channels && decoder.triggerLength == size.trigger)
        #expect(decoder.parameterCount == size.parameters)
        #expect(decoder.layout.map { $0.shape.reduce(1, *) }.reduce(0, +) == size.parameters)
        #expect(decoder.initialParameters(seed: 1).count == size.parameters)
    }

    @Test func layoutIsPyTorchsOrder() throws {
        let decoder = try BlackVIPDecoder(featureLength: 768, side: 224)
        let lines = decoder.layout.map { "\($0.name) \($0.shape)" }
        #expect(lines.count == 22 && Set(decoder.layout.map(\.name)).count == 22)
        #expect(
            Array(lines.prefix(7)) == [
                "trigger [800]", "stage1.transposed.weight [32, 2, 2, 2]", "stage1.transposed.bias [64]",
                "stage1.pointwise.weight [64, 64]", "stage1.norm.weight [64]", "stage1.norm.bias [64]",
                "stage2.transposed.weight [64, 1, 2, 2]",
            ])
        #expect(lines.last == "last.weight [16, 3, 2, 2]")
    }

    @Test func initialParameters() throws {
        let decoder = try BlackVIPDecoder(featureLength: 128, side: 64)
        let parameters = decoder.initialParameters(seed: 3)
        #expect(parameters == decoder.initialParameters(seed: 3))
        #expect(parameters != decoder.initialParameters(seed: 4))
        // Bounds 1/√fan-in: PyTorch counts output channels of a group for transposed convolutions.
        let bounds = [
            "stage1.transposed.weight": 0.5, "stage1.transposed.bias": 0.5, "stage1.pointwise.weight": 0.125,
            "stage4.pointwise.weight": 1 / Float(32).squareRoot(), "last.weight": 1 / Float(12).squareRoot(),
        ]
        var start = 0
        for (name, shape) in decoder.layout {
            let values = parameters[start..<start + shape.reduce(1, *)]
            start += values.count
            if name == "trigger" { #expect(values.allSatisfy { $0 >= 0 && $0 < 0.1 }) }
            if name.hasSuffix("norm.weight") { #expect(values.allSatisfy { $0 == 1 }) }
            if name.hasSuffix("norm.bias") { #expect(values.allSatisfy { $0 == 0 }) }
            guard let bound = bounds[name] else { continue }
            let largest = values.map { abs($0) }.max() ?? 0
            #expect(largest <= bound && largest > 0.9 * bound, "\(name): \(largest)")
        }
    }

    @Test(arguments: [0, -32, 31, 48, 70]) func wrongSide(_ side: Int) {
        let said = #expect(throws: BlackVIPDecoderError.self) {
            _ = try BlackVIPDecoder(featureLength: 8, side: side)
        }
        #expect(
            said.map { "\($0)" } == "expected pictures of a multiple of 32 pixels for BlackVIP; got \(side)")
    }

    /// Neither threads nor, in evaluation, the other images change a bit.
    @Test func resultsDependOnNothingElse() throws {
        let decoder = try BlackVIPDecoder(featureLength: 40, side: 64)
        let parameters = decoder.initialParameters(seed: 1)
        let features = Self.features(7, 40, call: 0)
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        var results: [(Matrix, Matrix, BlackVIPDecoder.RunningStatistics)] = []
        for count in [1, 2, 5] {
            Parallel.threads = count
            var statistics = decoder.initialStatistics
            let train = decoder.train(parameters, features: features, statistics: &statistics)
            results.append(
                (train, decoder.evaluate(parameters, features: features, statistics: statistics), statistics))
        }
        #expect(results.allSatisfy { $0 == results[0] })
        for image in 0..<features.rows {
            let alone = decoder.evaluate(
                parameters, features: Matrix(rows: [Array(features.row(image))]), statistics: results[0].2)
            #expect(alone.values == Array(results[0].1.row(image)))
        }
    }

    /// A trigger or weights that are not finite make NaN, not a trap.
    @Test func infiniteParameters() throws {
        let decoder = try BlackVIPDecoder(featureLength: 4, side: 32)
        var parameters = decoder.initialParameters(seed: 1)
        parameters[0] = .infinity
        var statistics = decoder.initialStatistics
        let prompts = decoder.train(
            parameters, features: Self.features(2, 4, call: 0), statistics: &statistics)
        #expect(prompts.values.allSatisfy { $0.isNaN })
    }

    /// No images, no prompts.
    @Test func noImages() throws {
        let decoder = try BlackVIPDecoder(featureLength: 4, side: 32)
        let prompts = decoder.evaluate(
            decoder.initialParameters(seed: 1), features: Matrix(rows: 0, columns: 4),
            statistics: decoder.initialStatistics)
        #expect(prompts.rows == 0 && prompts.columns == 3 * 32 * 32)
    }

    /// Memory of earlier calls is used again, whatever their sizes were.
    @Test func earlierCallsDoNotMatter() throws {
        let decoder = try BlackVIPDecoder(featureLength: 40, side: 64)
        let parameters = decoder.initialParameters(seed: 1)
        var results: [Matrix] = []
        for images in [3, 5, 3, 1, 3, 3] {
            var statistics = decoder.initialStatistics
            let features = Self.features(images, 40, call: 0)
            let train = decoder.train(parameters, features: features, statistics: &statistics)
            if images == 3 { results.append(train) }
            let evaluate = decoder.evaluate(
                parameters, features: features, statistics: decoder.initialStatistics)
            if images == 3 { results.append(evaluate) }
        }
        for index in results.indices { #expect(results[index] == results[index % 2]) }
    }
}

extension BlackVIPDecoder {
    /// A training pass whose moments are taken into the running statistics.
    fileprivate func train(
        _ parameters: [Float], features: Matrix, statistics: inout RunningStatistics
    ) -> Matrix {
        let pass = train(parameters, features: features)
        statistics.take(pass.moments)
        return pass.prompts
    }
}
