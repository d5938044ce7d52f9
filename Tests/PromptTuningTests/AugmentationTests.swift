import BlackBox
import CLIPEngine
import Datasets
import Foundation
import PromptTuning
import Raster
import Tensors
import TestData
import Testing

/// Random crops in place of the training images.
@Suite struct AugmentationTests {
    /// What view v of a training image looks like, drawn by hand, [3, side, side] in 0…1.
    private func crop(_ world: World, _ list: ImageList, _ index: Int, _ view: Int, side: Int?) throws
        -> [Float]
    {
        let path = Repository.data("textures") + "/" + list.images[index].path
        let bitmap = try Bitmap.read(path: path)
        let stream = RandomStream(
            seed: 1, purpose: RandomPurpose("augment." + list.digests[index]), index: UInt64(view))
        let preprocessing = world.store.model.preprocessing
        return preprocessing.unitPixels(
            ofCropped: preprocessing.randomResizedCrop(bitmap, side: side, stream: stream))
    }

    @Test func textPromptsSeeTheViews() throws {
        let world = try World.embedded("textures", shots: 2)
        var run = try world.run(ZIPMethod.self, ["augment": .integer(3), "batch": .integer(9)])
        let query = try run.method.ask()[0]
        let views = try #require(query.batch.views)
        #expect(views.count == 3 && views.seed == 1 && Set(views.chosen).isSubset(of: 0..<3))
        let record = try run.step()
        // The first candidate's loss, from crops drawn by hand.
        guard case .context(let context) = query.prompt.text else { return }
        let model = world.store.model
        let texts = try PromptEncoder(
            model: model, classNames: world.data.classNames, contextTokens: context.rows
        ).features([context])
        let pixels = try zip(query.batch.indices, views.chosen).map {
            model.preprocessing.normalized(try crop(world, run.train, $0, $1, side: nil))
        }
        let images = model.vision.features(pixels)
        let logits = PackedWeights(texts.values, outputs: texts.rows, inputs: texts.columns, bias: nil)
            .apply(images).scaled(by: model.logitScale)
        #expect(Answer(logits: logits).meanLoss(labels: query.batch.labels) == record.readings[0][0])
        // Steps see other views; evaluation sees the images themselves.
        #expect(
            try run.method.ask()[0].batch.views?.chosen != views.chosen
                || run.problem.plan.batchesPerEpoch > 1)
        let plain = try world.run(ZIPMethod.self, ["batch": .integer(9)])
        #expect(try plain.method.ask()[0].batch.views == nil)
        #expect(try plain.method.ask()[0].batch.indices == query.batch.indices)
    }

    @Test func framesHoldTheViews() throws {
        let world = try World.embedded("textures", shots: 2)
        let run = try world.run(BARMethod.self, ["augment": .integer(2), "batch": .integer(5)])
        let batch = try run.method.ask()[0].batch
        let views = try #require(batch.views)
        let crops = try world.store.unitPixels(batch, at: Array(0..<5), side: 56)
        for place in 0..<5 {
            #expect(
                crops[place]
                    == (try crop(world, run.train, batch.indices[place], views.chosen[place], side: 56)))
        }
        // Kept crops are the same.
        #expect(try world.store.unitPixels(batch, at: Array(0..<5), side: 56) == crops)
    }

    @Test(arguments: ["zip", "bar", "bptvlm", "blackvip"]) func everyTrainerTakesIt(_ name: String) throws {
        let method = try #require(MethodTable.standard.method(name))
        let world = try World.embedded("textures", shots: 1)
        let small: [String: SettingValue] =
            name == "bptvlm"
            ? ["dim": .integer(9), "visual-dim": .integer(9), "population": .integer(3)]
            : ["directions": .integer(1)]
        var run = try world.run(method, small.merging(["augment": .integer(2)]) { $1 })
        try run.step()
        try run.step()
        let trace = try PlainTrace(AuditTrace(run).serialized(modelDigest: "", version: ""))
        #expect(try trace.integers("step.2.views").count == trace.integers("step.2.batch").count)
    }
}
