import BlackBox
import CLIPEngine
import Datasets
import Foundation
import PromptTuning
import TestData
import Testing

/// Losses of whole steps against PyTorch's; see `Fixtures/README.md`.
@Suite struct StepLossesTests {
    struct Recording: Decodable {
        struct Step: Decodable {
            let lossPlus: [Double]
            let lossMinus: [Double]

            enum CodingKeys: String, CodingKey {
                case lossPlus = "loss_plus"
                case lossMinus = "loss_minus"
            }
        }

        let modelDigest: String
        let classes: [String]
        let settings: [String: String]
        let steps: [Step]

        enum CodingKeys: String, CodingKey {
            case modelDigest = "model_sha256"
            case classes, settings, steps
        }
    }

    @Test func equalPyTorchs() throws {
        let file = try Data(contentsOf: Repository.fixture("step-losses.json", of: "PromptTuningTests"))
        let recording = try JSONDecoder().decode(Recording.self, from: file)
        let world = try World.embedded("textures")
        try #require(
            world.store.model.weightDigest == recording.modelDigest,
            "the losses were recorded with another model: record them again, see Fixtures/README.md")
        #expect(world.data.classNames == recording.classes)
        var run = try world.run()
        let settings = Dictionary(uniqueKeysWithValues: run.described.map { ($0.name, $0.value) })
        #expect(recording.settings.allSatisfy { settings[$0.key] == $0.value })
        #expect(recording.steps.count == 2)
        var worst = 0.0
        for recorded in recording.steps {
            let record = try run.step()
            let wanted = recorded.lossPlus + recorded.lossMinus
            let (plus, minus) = run.losses(record)
            let got = plus + minus
            #expect(wanted.count == 10 && got.count == 10)
            for (got, wanted) in zip(got, wanted) {
                worst = max(worst, abs(Double(got) - wanted) / abs(wanted))
            }
        }
        print("losses of two steps: worst relative difference from PyTorch \(worst)")
        #expect(worst <= 1e-4)
    }
}
