import CLIPEngine
import Foundation
import Tensors
import Testing

/// Extra visual tokens, class states and spreads of weights as PyTorch's `CLIPModel` has them;
/// `Fixtures/record_vision.py` recorded it.
@Suite struct RecordedVisionTests {
    /// The figures of one model.
    struct Recording: Decodable {
        struct Extra: Decodable {
            let tokens: Int
            let features: [[Float]]
        }

        let features: [[Float]]
        let extra: [Extra]
        let classStates: [[Float]]
        let patchMean: Double
        let patchDeviation: Double
        let embeddingDeviation: Double
    }

    @Test(arguments: ["embedded", "tiny-gelu-bf16", "tiny-quick-f32"]) func parity(_ name: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = try Data(contentsOf: URL(fileURLWithPath: Repository.fixture("vision.json")))
        let recording = try #require(decoder.decode([String: Recording].self, from: file)[name])
        let model = try CLIPModel(
            folder: name == "embedded" ? Repository.model : Repository.fixture(name))
        let vision = model.vision
        let images = recording.features.indices.map { Self.pixels($0, side: vision.imageSize) }

        var worst = [Self.difference(vision.features(images), recording.features)]
        worst.append(Self.difference(vision.classStates(images), recording.classStates))
        for extra in recording.extra {
            let tokens = Self.tokens(extra.tokens, width: vision.width)
            worst.append(Self.difference(vision.features(images, tokens: tokens), extra.features))
        }
        print("\(name): worst relative differences of features, class states, with extra tokens \(worst)")
        #expect(images.count == 3 && recording.extra.map(\.tokens) == [1, 5, 12])
        #expect(worst.allSatisfy { $0 <= 1e-4 })

        let (mean, deviation) = vision.patchKernelStatistics
        let spreads = [
            (mean, recording.patchMean), (deviation, recording.patchDeviation),
            (model.text.embeddingDeviation, recording.embeddingDeviation),
        ].map { abs($0 - $1) / recording.patchDeviation }
        print("\(name): worst relative difference of mean and deviations \(spreads.max() ?? .nan)")
        #expect(spreads.allSatisfy { $0 <= 1e-12 })
    }

    /// The spreads are sums in a written order.
    @Test func spreadsAreSumsInOrder() throws {
        let name = "text_model.embeddings.token_embedding.weight"
        let file = try SafeTensorsFile(path: Repository.model + "/model.safetensors")
        let weights = try file.floats(name).map(Double.init)
        let width = try #require(file.entry(name)?.shape.last)
        func sum(_ term: (Double) -> Double) -> Double {
            stride(from: 0, to: weights.count, by: width).reduce(0) { total, start in
                var lanes = [0.0, 0, 0, 0]
                for column in 0..<width { lanes[column % 4] += term(weights[start + column]) }
                return total + ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
            }
        }
        let mean = sum { $0 } / Double(weights.count)
        let deviation = (sum { ($0 - mean) * ($0 - mean) } / Double(weights.count - 1)).squareRoot()
        let model = try CLIPModel(folder: Repository.model)
        for _ in 0..<2 { #expect(model.text.embeddingDeviation == deviation) }
        let patches = try file.floats("vision_model.embeddings.patch_embedding.weight").map(Double.init)
        let patchMean = patches.reduce(0, +) / Double(patches.count)
        let squares = patches.reduce(0) { $0 + ($1 - patchMean) * ($1 - patchMean) }
        let (found, spread) = model.vision.patchKernelStatistics
        #expect(found == patchMean)
        #expect(spread == (squares / Double(patches.count - 1)).squareRoot())
    }

    /// The largest difference, relative to the recorded value or, where that is small, to a hundredth of the
    /// largest.
    private static func difference(_ got: Matrix, _ recorded: [[Float]]) -> Double {
        let wanted = recorded.joined().map(Double.init)
        guard got.values.count == wanted.count else { return .infinity }
        let floor = (wanted.map(abs).max() ?? 0) / 100
        return zip(got.values, wanted).map { abs(Double($0) - $1) / max(abs($1), floor) }.max() ?? .infinity
    }

    /// The recording script's images.
    private static func pixels(_ image: Int, side: Int) -> [Float] {
        (0..<3 * side * side).map { place in
            let (channel, y, x) = (place / (side * side), place / side % side, place % side)
            let number = (7 * x + 13 * y + 29 * channel + 31 * image + (image + 1) * x * y) % 97
            return Float(number) / 48 - 1
        }
    }

    /// The recording script's tokens.
    private static func tokens(_ count: Int, width: Int) -> Matrix {
        let values = (0..<count * width).map { place in
            let (r, c) = place.quotientAndRemainder(dividingBy: width)
            return Float((11 * r + 5 * c + 3 * r * c + 17) % 89) / 44 - 1
        }
        return Matrix(rows: count, columns: width, values: values)
    }
}
