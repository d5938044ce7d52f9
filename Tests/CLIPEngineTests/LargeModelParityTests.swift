import CLIPEngine
import Foundation
import Tensors
import Testing

/// Random models of published sizes against PyTorch's `CLIPModel`; `Fixtures/record_large.py` recorded it.
///
/// The models are written again for the test, 300 to 900 MB each; all but the smallest run only where the
/// environment has `ZIPLAB_LARGE_MODELS=1` (`make parity`).
@Suite(.serialized) struct LargeModelParityTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let architecture: String
        let type: SafeTensorsOutput.ElementType
        let activation: Activation

        var testDescription: String {
            "\(architecture)-\(type == .float32 ? "f32" : "f16")-"
                + (activation == .gelu ? "gelu" : "quick_gelu")
        }
    }

    static let all =
        [Sample(architecture: "vit-b-32", type: .float32, activation: .quickGELU)]
        + (ProcessInfo.processInfo.environment["ZIPLAB_LARGE_MODELS"] == "1"
            ? [
                Sample(architecture: "vit-b-16", type: .float32, activation: .quickGELU),
                Sample(architecture: "vit-b-16", type: .float16, activation: .gelu),
                Sample(architecture: "vit-l-14", type: .float16, activation: .quickGELU),
                Sample(architecture: "vit-l-14", type: .float16, activation: .gelu),
            ] : [])

    @Test(arguments: all) func parity(_ sample: Sample) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("large-model-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let architecture = try #require(ModelArchitecture.named(sample.architecture))
        let model = RandomModel(
            architecture, seed: 1, type: sample.type, activation: sample.activation)
        let written = try model.write(to: folder, vocabulary: Repository.model)
        var recording = try ParityTests.Recording(
            Repository.fixture("large/\(sample.testDescription).safetensors"), folder: folder)
        #expect(written.digest == recording.digest)
        #expect(recording.model.parameterCount == written.parameterCount)
        recording.pixels = (0..<recording.imageFeatures.count).map {
            Self.pixels($0, side: recording.model.configuration.imageSize)
        }
        recording.check(name: sample.testDescription)
    }

    /// The recording script's images.
    private static func pixels(_ image: Int, side: Int) -> [Float] {
        (0..<3 * side * side).map { place in
            let (channel, y, x) = (place / (side * side), place / side % side, place % side)
            let number = (7 * x + 13 * y + 29 * channel + 31 * image + (image + 1) * x * y) % 97
            return Float(number) / 48 - 1
        }
    }
}
