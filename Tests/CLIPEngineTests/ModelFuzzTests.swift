import CLIPEngine
import Foundation
import Fuzzing
import Testing

/// Model folders with a mutated file: a model that computes, or this library's errors.
@Suite struct ModelFuzzTests {
    @Test func configurations() throws {
        let folder = try SmallModel()
        let whole = JSONTree(SmallModel.configuration())
        let report = fuzz("configurations", rounds: 300) { random in
            var tree = whole
            tree.mutate(&random)
            try folder.write("config.json", Data(tree.bytes))
            return try use(folder)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func preprocessing() throws {
        let folder = try SmallModel()
        let whole = JSONTree(SmallModel.preprocessing)
        let report = fuzz("preprocessing", rounds: 200) { random in
            var tree = whole
            tree.mutate(&random)
            try folder.write("preprocessor_config.json", Data(tree.bytes))
            return try use(folder)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func damagedFiles() throws {
        let folder = try SmallModel()
        func bytes(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name)))
        }
        let files = try ["config.json", "preprocessor_config.json", "model.safetensors"].map {
            (name: $0, bytes: try bytes($0))
        }
        let report = fuzz("damaged models", rounds: 300) { random in
            let (name, whole) = random.pick(files)
            var damaged = whole
            // Of the weights, mostly the header.
            random.damage(&damaged, limit: random.once(in: 8) ? .max : 4000)
            try folder.write(name, Data(damaged))
            defer { try? folder.write(name, Data(whole)) }
            return try use(folder)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }
}
