import CLIPEngine
import Foundation
import Tensors
import Testing

/// Damaged model folders: an error or a model that works, never a crash.
@Suite struct HostileModelTests {
    static let values = [
        "null", "true", "false", "0", "-1", "1", "2", "3", "4", "8", "12", "0.5", "1e300", "-1e300", "1e-300",
        "65536", "16777216", "9223372036854775808", "\"\"", "\"24\"", "[]", "[1, 2, 3]", "{}",
        "{\"height\": 12}", "[[1]]",
    ]

    @Test(arguments: values) func everyFieldWithEveryValue(_ value: String) throws {
        let folder = try SmallModel()
        let towers = ["text_config", "vision_config"].flatMap { tower -> [[String]] in
            let fields = SmallModel.configuration()[tower] as? [String: Any] ?? [:]
            return fields.keys.sorted().map { [tower, $0] } + [[tower], [tower, "num_channels"]]
        }
        for keys in towers + [["projection_dim"], ["model_type"], ["text_config_dict"]] {
            try folder.write("config.json", json: SmallModel.configuration())
            try folder.edit("config.json", keys, value)
            try folder.use()
        }
        try folder.write("config.json", json: SmallModel.configuration())
        for key in SmallModel.preprocessing.keys.sorted() {
            try folder.write("preprocessor_config.json", json: SmallModel.preprocessing)
            try folder.edit("preprocessor_config.json", [key], value)
            try folder.use()
        }
    }

    @Test func mutatedBytes() throws {
        let folder = try SmallModel()
        let files = ["config.json", "preprocessor_config.json", "model.safetensors"]
        for name in files {
            let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path).appendingPathComponent(name))
            // Of the weights, only the header.
            let end = name.hasSuffix("json") ? whole.count : min(whole.count, 4000)
            for round in 0..<150 {
                let stream = RandomStream(seed: 3, purpose: RandomPurpose(name), index: UInt64(round))
                var bytes = Array(whole)
                for change in 0..<(1 + round % 3) {
                    let place = stream.bounded(3 * change, below: min(end, bytes.count))
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
            try folder.write(name, whole)
        }
    }

    @Test func weightsThatAreNotNumbers() throws {
        let folder = try SmallModel()
        var writer = SafeTensorsWriter()
        for (name, shape) in SmallModel.shapes {
            let count = shape.reduce(1, *)
            try writer.add(name, shape: shape, floats: [Float](repeating: .nan, count: count))
        }
        try folder.write("model.safetensors", Data(writer.serialized()))
        try folder.use()
    }
}

extension SmallModel {
    /// Opens the folder and, where it is a model, computes with it.
    func use() throws {
        guard let model = try? CLIPModel(folder: path) else { return }
        let side = model.configuration.imageSize
        let images = model.vision.features([[Float](repeating: 0.5, count: 3 * side * side)])
        #expect(images.columns == model.configuration.projection)
        guard let encoder = try? PromptEncoder(model: model, classNames: ["cat", "a dog"], contextTokens: 2)
        else { return }
        let context = Matrix(rows: 2, columns: model.text.width, repeating: 0.1)
        #expect(encoder.features([context]).rows == 2)
    }
}
