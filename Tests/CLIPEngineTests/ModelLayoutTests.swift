import CLIPEngine
import Files
import Foundation
import Tensors
import Testing

/// The same weights in every layout give the same bits.
@Suite struct ModelLayoutTests {
    /// Features of a few texts and images, and the logit scale.
    private func outputs(_ folder: SmallModel) throws -> [Float] {
        let model = try CLIPModel(folder: folder.path)
        #expect(model.parameterCount == SmallModel.shapes.reduce(0) { $0 + $1.shape.reduce(1, *) })
        let texts = model.text.features(tokens: try ["cat", "a dog"].map { try model.tokens($0) })
        let side = 3 * SmallModel.imageSize * SmallModel.imageSize
        let images = model.vision.features([normals(side, "pixels", scale: 1)])
        return texts.values + images.values + [model.logitScale] + model.preprocessing.mean
            + model.preprocessing.deviation
    }

    @Test(arguments: ["", "text."]) func openCLIPNames(_ prefix: String) throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        try folder.useOpenCLIP(textPrefix: prefix)
        #expect(try outputs(folder) == expected)
        let model = try CLIPModel(folder: folder.path)
        #expect(
            model.sources.map(\.name) == [
                "open_clip_model.safetensors", "open_clip_config.json", "vocab.json", "merges.txt",
            ])
        #expect(model.weightDigest == model.sources[0].digest)
    }

    @Test func openCLIPNamesInTheUsualFileWithTheUsualConfiguration() throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        try folder.write("model.safetensors", Data(folder.openCLIPWeights().serialized()))
        #expect(try outputs(folder) == expected)
    }

    @Test func usualNamesWithOpenCLIPConfiguration() throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        try folder.write("open_clip_config.json", json: SmallModel.openCLIPConfiguration)
        // What another library says about another model in the folder.
        try folder.write("config.json", json: ["architecture": "vit_base_patch32_clip_224"])
        #expect(try outputs(folder) == expected)
    }

    @Test func weightsOfAnotherLibraryAreLeftAlone() throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        try folder.useOpenCLIP()
        var writer = SafeTensorsWriter()
        try writer.add("blocks.0.attn.qkv.weight", shape: [1], floats: [1])
        try folder.write("model.safetensors", Data(writer.serialized()))
        #expect(try outputs(folder) == expected)
    }

    @Test func listOfOneLogitScale() throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        let weights = try SmallModel.weights(reshaping: ["logit_scale": [1]])
        try folder.write("model.safetensors", Data(weights.serialized()))
        try folder.useOpenCLIP()
        #expect(try outputs(folder) == expected)
    }

    @Test(arguments: [1, 3]) func shards(_ count: Int) throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        try folder.useShards(count)
        #expect(try outputs(folder) == expected)
        let model = try CLIPModel(folder: folder.path)
        let shards = (0..<count).map { SmallModel.shard($0, of: count) }
        #expect(
            model.sources.map(\.name) == shards + [
                "model.safetensors.index.json", "config.json", "vocab.json", "merges.txt",
                "preprocessor_config.json",
            ])
        let lines = model.sources.prefix(count + 1).map { "\($0.digest)  \($0.name)\n" }.joined()
        #expect(model.weightDigest == SHA256Digest.hex(Data(lines.utf8)))
    }

    /// Where newer versions of transformers put the preprocessing.
    @Test func preprocessingBesideTheTokenizers() throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        try folder.remove("preprocessor_config.json")
        #expect(try outputs(folder) != expected)
        try folder.write("processor_config.json", json: ["image_processor": SmallModel.preprocessing])
        #expect(try outputs(folder) == expected)
        #expect(try CLIPModel(folder: folder.path).sources.last?.name == "processor_config.json")
    }

    @Test func oneFileBeforeShards() throws {
        let folder = try SmallModel()
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/model.safetensors"))
        try folder.useShards()
        try folder.write("model.safetensors", whole)
        #expect(try CLIPModel(folder: folder.path).sources[0].name == "model.safetensors")
    }

    @Test func linksIntoAnotherFolder() throws {
        let (folder, links) = (try SmallModel(), try SmallModel())
        let expected = try outputs(folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: links.path) {
            try links.remove(name)
            try FileManager.default.createSymbolicLink(
                atPath: links.path + "/" + name, withDestinationPath: folder.path + "/" + name)
        }
        #expect(try outputs(links) == expected)
    }

    /// transformers lets the old field win, and what it leaves out has the defaults.
    @Test func oldTowerFieldsWin() throws {
        let folder = try SmallModel()
        let expected = try outputs(folder)
        let towers = SmallModel.configuration()
        var configuration = towers
        configuration["text_config_dict"] = towers["text_config"]
        configuration["text_config"] = ["hidden_size": 999, "hidden_act": "gelu"]
        try folder.write("config.json", json: configuration)
        #expect(try outputs(folder) == expected)
    }
}
