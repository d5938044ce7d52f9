import CLIPEngine
import Foundation
import Tensors
import Testing

@Suite struct RandomModelTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("random-model-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    /// Each weight is drawn by the seed and its tensor's name.
    @Test func weightsAreThoseOfTheirStreams() throws {
        let architecture = try #require(ModelArchitecture.named("tiny"))
        try withFolder { folder in
            let written = try RandomModel(architecture, seed: 5).write(
                to: folder, vocabulary: Repository.model)
            let file = try SafeTensorsFile(path: folder + "/model.safetensors")
            #expect(written.parameterCount == file.names.reduce(0) { $0 + (file.entry($1)?.count ?? 0) })
            for (name, centre, deviation) in [
                ("text_model.embeddings.token_embedding.weight", Float(0), Float(0.02)),
                ("vision_model.post_layernorm.weight", 1, 0.1),
                ("vision_model.encoder.layers.1.self_attn.q_proj.weight", 0, 0.125),
            ] {
                let stream = RandomStream(seed: 5, purpose: RandomPurpose("model." + name))
                let values = try file.floats(name)
                let width = deviation * 3.464_101_6
                #expect(
                    values == stream.uniforms(values.count).map { centre + width * ($0 - 0.5) }, "\(name)")
            }
            #expect(try file.floats("logit_scale") == [4.605_170_2])
        }
    }

    /// The bytes are a matter of record: sessions name their digest.
    @Test(arguments: [
        (
            SafeTensorsOutput.ElementType.float32,
            "1984fa13f3c6086945da31f443f651b92faf8c4e19efc123e7e011e94e0d864e"
        ), (.float16, "6b7901e9fd95a0b39e385e581008b6d0022ab46f688642d71fe0cef16e25cf6f"),
    ]) func digests(_ type: SafeTensorsOutput.ElementType, _ digest: String) throws {
        let architecture = try #require(ModelArchitecture.named("tiny"))
        try withFolder { folder in
            let written = try RandomModel(architecture, type: type)
                .write(to: folder, vocabulary: Repository.fixture("tiny-quick-f32"))
            #expect(written.digest == digest)
            #expect(try CLIPModel(folder: folder).weightDigest == digest)
        }
    }

    @Test func aVocabularyThatIsTooLargeIsRefused() throws {
        let folder = try SmallModel()
        let architecture = try #require(ModelArchitecture.named("vit-b-32"))
        let json = Dictionary(uniqueKeysWithValues: (0..<50_000).map { ("t\($0)", $0 + 190) })
        try folder.write("vocab.json", json: SmallModel.vocabulary.merging(json) { first, _ in first })
        try withFolder { place in
            #expect(throws: (any Error).self) {
                _ = try RandomModel(architecture).write(to: place, vocabulary: folder.path)
            }
            #expect(!FileManager.default.fileExists(atPath: place))
        }
    }
}
