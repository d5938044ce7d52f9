import CLIPEngine
import Files
import Foundation
import Fuzzing
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
            try use(folder)
        }
        try folder.write("config.json", json: SmallModel.configuration())
        for key in SmallModel.preprocessing.keys.sorted() {
            try folder.write("preprocessor_config.json", json: SmallModel.preprocessing)
            try folder.edit("preprocessor_config.json", [key], value)
            try use(folder)
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
        try use(folder)
    }
}

/// Opens the folder and, where it is a model, computes with it.
@discardableResult
func use(_ folder: SmallModel) throws -> FuzzOutcome {
    let model: CLIPModel
    do {
        model = try CLIPModel(folder: folder.path)
    } catch let error
        where error is CLIPError || error is TokenizerError || error is TensorsError || error is FileError
    {
        return .refused
    }
    let side = model.configuration.imageSize
    let images = model.vision.features([[Float](repeating: 0.5, count: 3 * side * side)])
    #expect(images.columns == model.configuration.projection)
    // Names that the context is too short for are refused.
    guard let encoder = try? PromptEncoder(model: model, classNames: ["cat", "a dog"], contextTokens: 2)
    else { return .accepted }
    let context = Matrix(rows: 2, columns: model.text.width, repeating: 0.1)
    #expect(encoder.features([context]).rows == 2)
    return .accepted
}
