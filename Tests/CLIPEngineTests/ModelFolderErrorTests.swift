import CLIPEngine
import Foundation
import Tensors
import Testing

/// What is said about a model folder with something wrong in it, to the exact text.
///
/// `…` stands for the folder.
@Suite struct ModelFolderErrorTests {
    /// One wrong thing and the message about it.
    struct Sample: Sendable, CustomTestStringConvertible {
        let change: @Sendable (SmallModel) throws -> Void
        let message: String
        var testDescription: String { message }

        init(_ message: String, _ change: @escaping @Sendable (SmallModel) throws -> Void) {
            self.change = change
            self.message = message
        }

        /// A top-level field of `config.json`.
        static func top(_ name: String, _ json: String, _ message: String) -> Sample {
            Sample(message) { try $0.edit("config.json", [name], json) }
        }
        static func text(_ name: String, _ json: String, _ message: String) -> Sample {
            Sample(message) { try $0.edit("config.json", ["text_config", name], json) }
        }
        static func vision(_ name: String, _ json: String, _ message: String) -> Sample {
            Sample(message) { try $0.edit("config.json", ["vision_config", name], json) }
        }
        static func preprocessing(_ name: String, _ json: String, _ message: String) -> Sample {
            Sample(message) { try $0.edit("preprocessor_config.json", [name], json) }
        }
        static func weights(_ name: String, _ shape: [Int], _ message: String) -> Sample {
            Sample(message) {
                try $0.write(
                    "model.safetensors", Data(SmallModel.weights(reshaping: [name: shape]).serialized()))
            }
        }
    }

    static let files: [Sample] = [
        Sample("no 'config.json' in model folder '…'") { try $0.remove("config.json") },
        Sample(
            "expected a size that a machine can compute for 'max_position_embeddings' in '…/config.json'; "
                + "got 65536 tokens"
        ) { try $0.edit("config.json", ["text_config", "max_position_embeddings"], "65536") },
        Sample("no 'model.safetensors' in model folder '…'") { try $0.remove("model.safetensors") },
        Sample("expected 'vocab.json' with 'merges.txt', or 'tokenizer.json', in '…'") {
            try $0.remove("vocab.json")
        },
        Sample("cannot read '…/config.json': not a JSON object") {
            try $0.write("config.json", Data("{\"text_config\":".utf8))
        },
        Sample("cannot read '…/config.json': not a JSON object") {
            try $0.write("config.json", Data("[1, 2]".utf8))
        },
        Sample("cannot read '…/config.json': not a JSON object") { try $0.write("config.json", Data()) },
        Sample("cannot read '…/config.json': it is larger than 16 MiB") {
            try $0.write("config.json", Data(count: (16 << 20) + 1))
        },
        Sample("cannot read '…/config.json': it is not a regular file") {
            try $0.remove("config.json")
            try #require(mkfifo($0.path + "/config.json", 0o600) == 0)
        },
        Sample("cannot read '…/preprocessor_config.json': not a JSON object") {
            try $0.write("preprocessor_config.json", Data("null".utf8))
        },
        Sample(
            "expected a safetensors file in '…/model.safetensors'; got 0 bytes, too few for a header length"
        ) {
            try $0.write("model.safetensors", Data())
        },
        Sample("'vocab_size' is 190, but the vocabulary has ids up to 190") {
            try $0.edit("vocab.json", ["one more"], "190")
        },
    ]

    static let configuration: [Sample] = [
        .top("model_type", "\"bert\"", "expected 'clip' for 'model_type' in '…/config.json'; got 'bert'"),
        .top("model_type", "7", "expected a string for 'model_type' in '…/config.json'; got 7"),
        .top(
            "projection_dim", "0",
            "expected a whole number from 1 to 65536 for 'projection_dim' in '…/config.json'; got 0"),
        .top("text_config", "3", "expected an object for 'text_config' in '…/config.json'; got 3"),
        .top("vision_config", "[]", "expected an object for 'vision_config' in '…/config.json'; got a list"),
        .text("hidden_act", "\"relu\"", "activation 'relu' in '…/config.json' is not supported"),
        .vision("hidden_act", "\"gelu_new\"", "activation 'gelu_new' in '…/config.json' is not supported"),
        .text("hidden_act", "{}", "expected a string for 'hidden_act' in '…/config.json'; got an object"),
        .text("hidden_size", "\"24\"", "expected a number for 'hidden_size' in '…/config.json'; got '24'"),
        .text("hidden_size", "true", "expected a number for 'hidden_size' in '…/config.json'; got true"),
        .text(
            "hidden_size", "24.5",
            "expected a whole number from 1 to 65536 for 'hidden_size' in '…/config.json'; got 24.5"),
        .text(
            "hidden_size", "-24",
            "expected a whole number from 1 to 65536 for 'hidden_size' in '…/config.json'; got -24"),
        .text(
            "hidden_size", "25", "expected a multiple of 3 heads for 'hidden_size' in '…/config.json'; got 25"
        ),
        .text(
            "num_hidden_layers", "1001",
            "expected a whole number from 1 to 1000 for 'num_hidden_layers' in '…/config.json'; got 1001"),
        .text(
            "layer_norm_eps", "0",
            "expected a number between 0 and 1 for 'layer_norm_eps' in '…/config.json'; got 0.0"),
        .text(
            "layer_norm_eps", "[1]", "expected a number for 'layer_norm_eps' in '…/config.json'; got a list"),
        .text(
            "max_position_embeddings", "2",
            "expected at least 3 for 'max_position_embeddings' in '…/config.json'; got 2"),
        .text(
            "eos_token_id", "5",
            "'eos_token_id' is 5, but '<|endoftext|>' has id 189 in the vocabulary"),
        .text("vocab_size", "189", "'vocab_size' is 189, but the vocabulary has ids up to 189"),
        .vision(
            "image_size", "13",
            "expected a multiple of 'patch_size' 4 up to 4096 for 'image_size' in '…/config.json'; got 13"),
        .vision(
            "image_size", "4100",
            "expected a multiple of 'patch_size' 4 up to 4096 for 'image_size' in '…/config.json'; got 4100"),
        .vision("num_channels", "1", "expected 3 for 'num_channels' in '…/config.json'; got 1"),
    ]

    static let preprocessing: [Sample] = [
        .preprocessing(
            "crop_size", "{\"height\": 16, \"width\": 16}",
            "expected the model's image size 12 for 'crop_size' in '…/preprocessor_config.json'; got 16"),
        .preprocessing(
            "crop_size", "{\"height\": 12, \"width\": 10}",
            "expected the model's image size 12 for 'crop_size' in '…/preprocessor_config.json'; got 10"),
        .preprocessing(
            "crop_size", "11",
            "expected the model's image size 12 for 'crop_size' in '…/preprocessor_config.json'; got 11"),
        .preprocessing(
            "crop_size", "{\"height\": \"a\", \"width\": 12}",
            "expected a number for 'height' in '…/preprocessor_config.json'; got 'a'"),
        .preprocessing(
            "size", "{\"shortest_edge\": 11}",
            "expected at least the crop size 12 for 'size' in '…/preprocessor_config.json'; got 11"),
        .preprocessing(
            "size", "{\"height\": 12, \"width\": 12}",
            "'size' without 'shortest_edge' in '…/preprocessor_config.json' is not supported"),
        .preprocessing(
            "size", "\"big\"",
            "expected a number for 'size' in '…/preprocessor_config.json'; got 'big'"),
        .preprocessing(
            "do_resize", "false",
            "'do_resize': false in '…/preprocessor_config.json' is not supported"),
        .preprocessing(
            "do_normalize", "\"no\"",
            "expected true or false for 'do_normalize' in '…/preprocessor_config.json'; got 'no'"),
        .preprocessing(
            "resample", "2",
            "expected 3 (bicubic) for 'resample' in '…/preprocessor_config.json'; got 2"),
        .preprocessing(
            "rescale_factor", "1",
            "expected 1/255 for 'rescale_factor' in '…/preprocessor_config.json'; got 1"),
        .preprocessing(
            "image_mean", "[0.5, 0.5]",
            "expected 3 numbers for 'image_mean' in '…/preprocessor_config.json'; got 2"),
        .preprocessing(
            "image_mean", "[0.5, 0.5, true]",
            "expected a list of numbers for 'image_mean' in '…/preprocessor_config.json'; got a list"),
        .preprocessing(
            "image_mean", "[0, 0, 1e300]",
            "expected numbers in the range of float32 for 'image_mean' in '…/preprocessor_config.json'; "
                + "got larger ones"),
        .preprocessing(
            "image_std", "[1, 0, 1]",
            "expected positive numbers for 'image_std' in '…/preprocessor_config.json'; got [1.0, 0.0, 1.0]"),
    ]

    static let weights: [Sample] = [
        Sample("missing tensor 'text_model.encoder.layers.1.mlp.fc1.bias' in '…/model.safetensors'") {
            let writer = try SmallModel.weights(leaving: "text_model.encoder.layers.1.mlp.fc1.bias")
            try $0.write("model.safetensors", Data(writer.serialized()))
        },
        Sample("missing tensor 'logit_scale' in '…/model.safetensors'") {
            try $0.write("model.safetensors", Data(SmallModel.weights(leaving: "logit_scale").serialized()))
        },
        .weights(
            "text_projection.weight", [24, 20],
            "expected shape [20, 24] of 'text_projection.weight' in '…/model.safetensors'; got [24, 20]"),
        .weights("logit_scale", [1], "expected shape [] of 'logit_scale' in '…/model.safetensors'; got [1]"),
        .weights(
            "vision_model.embeddings.position_embedding.weight", [9, 16],
            "expected shape [10, 16] of 'vision_model.embeddings.position_embedding.weight' "
                + "in '…/model.safetensors'; got [9, 16]"),
        Sample(
            "expected F32, F16 or BF16 elements of 'visual_projection.weight' "
                + "in '…/model.safetensors'; got I32"
        ) {
            let writer = try SmallModel.weights(integers: "visual_projection.weight")
            try $0.write("model.safetensors", Data(writer.serialized()))
        },
        .text(
            "num_hidden_layers", "4",
            "missing tensor 'text_model.encoder.layers.3.layer_norm1.weight' in '…/model.safetensors'"),
        .vision(
            "intermediate_size", "35",
            "expected shape [35, 16] of 'vision_model.encoder.layers.0.mlp.fc1.weight' "
                + "in '…/model.safetensors'; got [36, 16]"),
    ]

    @Test(arguments: files + configuration + preprocessing + weights) func message(_ sample: Sample) throws {
        let folder = try SmallModel()
        try sample.change(folder)
        #expect(Self.message(folder.path) == sample.message)
    }

    @Test func theSmallModelItselfIsFine() throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        #expect(
            model.sources.map(\.name) == [
                "model.safetensors", "config.json", "vocab.json", "merges.txt", "preprocessor_config.json",
            ])
        #expect(model.parameterCount == SmallModel.shapes.reduce(0) { $0 + $1.shape.reduce(1, *) })
        #expect(model.logitScale == Float(exp(2.5)))
        try folder.remove("preprocessor_config.json")
        let plain = try CLIPModel(folder: folder.path).preprocessing
        #expect(plain == ImagePreprocessing(resize: SmallModel.imageSize, crop: SmallModel.imageSize))
    }

    @Test func noFolder() throws {
        let folder = try SmallModel()
        #expect(Self.message(folder.path + "/none") == "no such file or folder: '…/none'")
        #expect(
            Self.message(folder.path + "/config.json")
                == "expected a model folder at '…/config.json'; got a file")
    }

    @Test func promptsThatDoNotFit() throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        func message(_ names: [String], _ contextTokens: Int) -> String {
            do {
                _ = try PromptEncoder(model: model, classNames: names, contextTokens: contextTokens)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message([], 8) == "expected at least one class name; got none")
        let long = String(repeating: "z", count: 67)
        #expect(
            message(["cat", long], 8)
                == "the prompt for class '\(long)' has 78 tokens; the model reads 77")
        #expect(message(["cat"], 1000) == "the prompt for class 'cat' has 1006 tokens; the model reads 77")
        #expect(message(["", "cat", String(repeating: "z", count: 66)], 8) == "")
    }

    /// The message about a folder, its path as `…`; empty where it is a model.
    static func message(_ path: String) -> String {
        do {
            _ = try CLIPModel(folder: path)
            return ""
        } catch {
            let folder =
                path.hasSuffix("/none") || path.hasSuffix("/config.json")
                ? URL(fileURLWithPath: path).deletingLastPathComponent().path : path
            return "\(error)".replacingOccurrences(of: folder, with: "…")
        }
    }
}

extension SmallModel {
    /// Replaces one field of a JSON file by a value written as JSON.
    func edit(_ file: String, _ keys: [String], _ json: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(file)
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
        func replaced(_ object: Any?, _ keys: ArraySlice<String>) -> Any {
            guard let key = keys.first else { return value }
            var fields = object as? [String: Any] ?? [:]
            fields[key] = replaced(fields[key], keys.dropFirst())
            return fields
        }
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        try write(file, json: replaced(object, keys[...]))
    }
}
