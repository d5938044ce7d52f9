import Foundation
import Tensors
import Testing

/// What the card of the embedded model promises about its weights.
struct EmbeddedModelTests {
    /// ZIP's initial context and step sizes are meant for token embeddings of CLIP's size.
    @Test func tokenEmbeddingsHaveTheDeviationThatCLIPStartsWith() throws {
        let file = try SafeTensorsFile(path: Repository.model + "/model.safetensors")
        let values = try file.floats("text_model.embeddings.token_embedding.weight").map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        // The weights are scaled by a power of two, which rounds but the smallest.
        let ratio = variance.squareRoot() / 0.02
        #expect(ratio > 0.5.squareRoot() && ratio < 2.0.squareRoot(), "\(ratio)")
    }

    @Test func theModelAndItsVocabularyTakeAtMost16Megabytes() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.model)
        let sizes = try names.map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(Repository.model)/\(name)")
            return (attributes[.size] as? Int) ?? 0
        }
        #expect(sizes.count >= 5 && sizes.reduce(0, +) <= 16_000_000)
    }
}
