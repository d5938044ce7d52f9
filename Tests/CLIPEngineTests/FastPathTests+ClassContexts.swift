import CLIPEngine
import Tensors
import Testing

/// A context of its own for each class against one context for all.
extension FastPathTests {
    @Test(arguments: [1, 4, 8]) func classContextsEqualTheSharedPath(_ m: Int) throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        let longest = min(70, SmallModel.context - m - 3)
        let names =
            [1, 2, 5, 31, longest].map { String(repeating: "w", count: $0) } + ["two words", "a_b"]
        let prompts = names.map { PlainPrompt(model: model, className: $0, contextTokens: m) }
        let contexts = (0..<3).map { prompt in names.indices.map { context(m, "\(prompt) \($0)") } }
        let plain = contexts.map { own in
            zip(prompts, own).map { prompt, context in prompt.feature(context) }
        }
        let encoder = try PromptEncoder(model: model, classNames: names, contextTokens: m)
        try Self.atEachSetting { setting in
            for count in [1, 3] {
                let features = encoder.features(classContexts: Array(contexts[..<count]))
                #expect(features.rows == count * names.count)
                #expect(
                    sameBits(features.values, plain[..<count].joined().joined()),
                    "\(setting), \(count) prompts")
            }
            // The same context for each class is one for all.
            let shared = encoder.features([contexts[1][2], contexts[0][0]])
            let repeated = [contexts[1][2], contexts[0][0]].map { context in names.map { _ in context } }
            #expect(
                sameBits(encoder.features(classContexts: repeated).values, shared.values),
                "\(setting), repeated")
        }
        for name in names.indices {
            let row = encoder.features([contexts[2][name]]).row(name)
            #expect(sameBits(row, plain[2][name]), "shared path, class \(names[name])")
        }
        #expect(encoder.features(classContexts: []).rows == 0)
    }

    /// More rows than one block has.
    @Test func aHundredClassesWithContextsOfTheirOwn() throws {
        let model = try CLIPModel(folder: Repository.model)
        let names = (0..<100).map { "class number \($0)" }
        let width = model.text.width
        let contexts = (0..<2).map { prompt in
            names.indices.map { name in
                Matrix(
                    rows: 4, columns: width,
                    values: normals(4 * width, "own \(prompt) \(name)", scale: 0.05))
            }
        }
        let encoder = try PromptEncoder(model: model, classNames: names, contextTokens: 4)
        let wanted = contexts.map { own in
            names.indices.map { name in encoder.features([own[name]]).row(name) }
        }
        try Self.atEachSetting { setting in
            #expect(
                sameBits(encoder.features(classContexts: contexts).values, wanted.joined().joined()),
                "\(setting)")
        }
    }

    private func context(_ m: Int, _ name: String) -> Matrix {
        Matrix(rows: m, columns: SmallModel.width, values: normals(m * SmallModel.width, "own \(name)"))
    }
}
