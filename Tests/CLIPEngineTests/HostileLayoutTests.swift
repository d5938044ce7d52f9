import CLIPEngine
import Foundation
import Fuzzing
import Testing

/// Damaged indexes, shards and OpenCLIP configurations: an error or a model that works, never a crash.
@Suite struct HostileLayoutTests {
    @Test(arguments: HostileModelTests.values) func everyFieldWithEveryValue(_ value: String) throws {
        let folder = try SmallModel()
        try folder.useOpenCLIP()
        let whole = SmallModel.openCLIPConfiguration
        let model = whole["model_cfg"] as? [String: Any] ?? [:]
        var paths = [["model_cfg"], ["preprocess_cfg"]]
        paths += model.keys.sorted().map { ["model_cfg", $0] }
        for tower in ["vision_cfg", "text_cfg"] {
            let fields = (model[tower] as? [String: Any] ?? [:]).keys.sorted()
            paths += (fields + ["norm_kwargs", "qk_norm"]).map { ["model_cfg", tower, $0] }
        }
        paths += ["mean", "std", "size", "mode"].map { ["preprocess_cfg", $0] }
        for keys in paths {
            try folder.write("open_clip_config.json", json: whole)
            try folder.edit("open_clip_config.json", keys, value)
            try use(folder)
        }
    }

    @Test func index() throws {
        let folder = try SmallModel()
        try folder.useShards()
        try mutateTree(of: "model.safetensors.index.json", in: folder)
        try mutateBytes(of: "model.safetensors.index.json", in: folder)
    }

    @Test func shard() throws {
        let folder = try SmallModel()
        try folder.useShards()
        // Of the weights, only the header.
        try mutateBytes(of: SmallModel.shard(1, of: 3), in: folder, below: 1500)
    }

    @Test func openCLIPConfiguration() throws {
        let folder = try SmallModel()
        try folder.useOpenCLIP()
        try mutateTree(of: "open_clip_config.json", in: folder)
        try mutateBytes(of: "open_clip_config.json", in: folder)
    }

    private func mutateTree(of name: String, in folder: SmallModel) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
        let whole = JSONTree(try JSONSerialization.jsonObject(with: data))
        let report = fuzz("tree of \(name)", rounds: 150) { random in
            var tree = whole
            tree.mutate(&random)
            try folder.write(name, Data(tree.bytes))
            return try use(folder)
        }
        try folder.write(name, data)
        #expect(report.problems.isEmpty, "\(report)")
        #expect(report.refused > 0)
    }

    private func mutateBytes(of name: String, in folder: SmallModel, below limit: Int = .max) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
        let report = fuzz("bytes of \(name)", rounds: 150) { random in
            var bytes = Array(data)
            random.damage(&bytes, limit: limit)
            try folder.write(name, Data(bytes))
            return try use(folder)
        }
        try folder.write(name, data)
        #expect(report.problems.isEmpty, "\(report)")
        #expect(report.refused > 0)
    }
}
