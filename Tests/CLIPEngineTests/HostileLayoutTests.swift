import CLIPEngine
import Foundation
import Tensors
import Testing

/// Damaged indexes and OpenCLIP configurations: an error or a model that works, never a crash.
///
/// `ZIPLAB_FUZZ_ROUNDS` asks for more rounds a file.
@Suite struct HostileLayoutTests {
    static let rounds = Int(ProcessInfo.processInfo.environment["ZIPLAB_FUZZ_ROUNDS"] ?? "") ?? 250

    @Test func index() throws {
        let folder = try SmallModel()
        try folder.useShards()
        try mutate("model.safetensors.index.json", in: folder)
    }

    @Test func shard() throws {
        let folder = try SmallModel()
        try folder.useShards()
        // Of the weights, only the header.
        try mutate(SmallModel.shard(1, of: 3), in: folder, below: 1500)
    }

    @Test func openCLIPConfiguration() throws {
        let folder = try SmallModel()
        try folder.useOpenCLIP()
        try mutate("open_clip_config.json", in: folder)
    }

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
            try folder.use()
        }
    }

    private func mutate(_ name: String, in folder: SmallModel, below limit: Int = .max) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path).appendingPathComponent(name))
        for round in 0..<Self.rounds {
            let stream = RandomStream(seed: 5, purpose: RandomPurpose(name), index: UInt64(round))
            var bytes = Array(whole)
            for change in 0..<(1 + round % 3) where !bytes.isEmpty {
                let place = stream.bounded(3 * change, below: min(limit, bytes.count))
                switch stream.bounded(3 * change + 1, below: 4) {
                case 0: bytes[place] = UInt8(stream.bounded(3 * change + 2, below: 256))
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(Array("0123456789{}[],:\"-e".utf8)[place % 19], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + place % 40))
                }
            }
            try folder.write(name, Data(bytes))
            try folder.use()
        }
    }
}
