import CLIPEngine
import Foundation
import Tensors
import Testing

/// The prompt encoder leaves out all work that exactness allows; what it gives must be the plain path's, bit
/// for bit.
///
/// Kernel level and thread count are the process's own, so the tests that change them run one after the
/// other; other tests may run meanwhile, since they get the same bits at any setting.
@Suite(.serialized) struct FastPathTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let activation: String
        let oldEndOfText: Bool
        let contextTokens: Int
        var testDescription: String { "\(activation), m = \(contextTokens)" }
    }

    static let samples: [Sample] = [1, 4, 8].flatMap { m in
        [
            Sample(activation: "quick_gelu", oldEndOfText: false, contextTokens: m),
            Sample(activation: "gelu", oldEndOfText: true, contextTokens: m),
        ]
    }

    @Test(arguments: samples) func smallModelEqualsItsTwins(_ sample: Sample) throws {
        let folder = try SmallModel(activation: sample.activation, oldEndOfText: sample.oldEndOfText)
        let model = try CLIPModel(folder: folder.path)
        let m = sample.contextTokens
        let longest = min(70, SmallModel.context - m - 3)
        let names =
            [1, 2, 5, 16, 31, longest].map { String(repeating: "w", count: $0) } + ["two words", "a_b"]
        let contexts = (0..<10).map {
            Matrix(
                rows: m, columns: SmallModel.width, values: normals(m * SmallModel.width, "context \($0)"))
        }
        let prompts = names.map { PlainPrompt(model: model, className: $0, contextTokens: m) }
        #expect(prompts.map(\.length).max() == m + 3 + longest)
        let plain = contexts.map { context in prompts.map { $0.feature(context) } }
        let tower = try PlainTextTower(folder: folder.path, configuration: model.configuration)
        // The loops are slow: three of the contexts.
        for context in [0, 3, 9] {
            for (index, prompt) in prompts.enumerated() {
                let pooled = prompt.pooled
                let rows = prompt.embeddings(contexts[context])
                let feature = tower.feature(Array(rows[...pooled]), pooled: pooled)
                #expect(!feature.contains { !$0.isFinite })
                #expect(sameBits(feature, plain[context][index]), "loops, class \(names[index])")
            }
        }
        let encoder = try PromptEncoder(model: model, classNames: names, contextTokens: m)
        try Self.atEachSetting { setting in
            for count in [1, 2, 10] {
                let features = encoder.features(Array(contexts[..<count]))
                #expect(features.rows == count * names.count)
                for row in 0..<features.rows {
                    let (context, name) = row.quotientAndRemainder(dividingBy: names.count)
                    #expect(
                        sameBits(features.row(row), plain[context][name]),
                        "\(setting), \(count) prompts, prompt \(context), class \(names[name])")
                }
            }
            let single = encoder.features([contexts[9]])
            #expect(sameBits(single.values, plain[9].joined()), "\(setting), caches used before")
        }
    }

    @Test func theLoopsReadAllSeventySevenTokens() throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        let tower = try PlainTextTower(folder: folder.path, configuration: model.configuration)
        let prompt = PlainPrompt(model: model, className: "cat", contextTokens: 4)
        let context = Matrix(rows: 4, columns: SmallModel.width, values: normals(4 * SmallModel.width, "77"))
        let rows = prompt.embeddings(context)
        #expect(rows.count == 77)
        let whole = tower.feature(rows, pooled: prompt.pooled)
        let encoder = try PromptEncoder(model: model, classNames: ["cat"], contextTokens: 4)
        #expect(sameBits(encoder.features([context]).values, whole))
    }

    @Test func classesAndBlocksMayBeCutAnywhere() throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        let names = (1...70).map { String(repeating: "k", count: $0) }
        let context = Matrix(rows: 4, columns: SmallModel.width, values: normals(4 * SmallModel.width, "cut"))
        let whole = try PromptEncoder(model: model, classNames: names, contextTokens: 4).features([context])
        for name in names.indices {
            let prompt = PlainPrompt(model: model, className: names[name], contextTokens: 4)
            #expect(sameBits(whole.row(name), prompt.feature(context)), "\(name + 1) letters")
        }
        for start in stride(from: 0, to: names.count, by: 9) {
            for count in [1, 2, 7] where start + count <= names.count {
                let part = Array(names[start..<(start + count)].reversed())
                let features = try PromptEncoder(model: model, classNames: part, contextTokens: 4)
                    .features([context])
                for row in 0..<count {
                    #expect(sameBits(features.row(row), whole.row(start + count - 1 - row)))
                }
            }
        }
    }

    /// A thousand classes: more rows than one block, every name against the plain path.
    @Test func aThousandClasses() throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        let names = (0..<1000).map { String(repeating: "v", count: 1 + $0 % 70) + " \($0)" }
            .map { String($0.prefix(66)) }
        let contexts = (0..<2).map {
            Matrix(rows: 4, columns: SmallModel.width, values: normals(4 * SmallModel.width, "many \($0)"))
        }
        let plain = contexts.map { context in
            names.map { PlainPrompt(model: model, className: $0, contextTokens: 4).feature(context) }
        }
        let encoder = try PromptEncoder(model: model, classNames: names, contextTokens: 4)
        try Self.atEachSetting { setting in
            #expect(sameBits(encoder.features(contexts).values, plain.joined().joined()), "\(setting)")
        }
    }

    @Test func embeddedModelEqualsItsPlainPath() throws {
        let model = try CLIPModel(folder: Repository.model)
        let long = "x " + String(repeating: "b ", count: 60)
        let names = ["office supplies", "map", "music", "a", "road_sign", "naïve café", long]
        for m in [1, 4, 8] {
            let width = model.text.width
            let contexts = (0..<10).map {
                Matrix(rows: m, columns: width, values: normals(m * width, "embedded \($0)", scale: 0.05))
            }
            let prompts = names.map { PlainPrompt(model: model, className: $0, contextTokens: m) }
            let plain = contexts.map { context in prompts.map { $0.feature(context) } }
            let encoder = try PromptEncoder(model: model, classNames: names, contextTokens: m)
            try Self.atEachSetting { setting in
                for count in [1, 2, 10] {
                    let features = encoder.features(Array(contexts[..<count]))
                    #expect(
                        sameBits(features.values, plain[..<count].joined().joined()),
                        "\(setting), m = \(m), \(count) prompts")
                }
            }
        }
    }

    @Test func wholeTextsEqualThePlainPath() throws {
        let folder = try SmallModel(activation: "gelu", oldEndOfText: true)
        let model = try CLIPModel(folder: folder.path)
        let texts = try (0..<30).map { try model.tokens(String(repeating: "a b ", count: $0)) }
        let plain = texts.map { tokens in
            model.text.features(
                embeddings: Matrix(rows: tokens.map { model.text.embedding(of: $0) }),
                pooled: tokens.count - 1)
        }
        try Self.atEachSetting { setting in
            #expect(sameBits(model.text.features(tokens: texts).values, plain.joined()), "\(setting)")
        }
    }

    @Test func imagesDoNotDependOnThreadsLevelOrCompany() throws {
        let model = try CLIPModel(folder: Repository.model)
        let side = model.configuration.imageSize
        let images = (0..<5).map { normals(3 * side * side, "image \($0)") }
        let alone = images.map { model.vision.features([$0]).values }
        try Self.atEachSetting { setting in
            #expect(sameBits(model.vision.features(images).values, alone.joined()), "\(setting)")
        }
    }

    /// Runs a check at every kernel level of this processor with several numbers of threads.
    ///
    /// Many threads make many small blocks.
    static func atEachSetting(_ check: (_ setting: String) throws -> Void) throws {
        let (level, threads) = (KernelLevel.current, Parallel.threads)
        defer {
            Parallel.threads = threads
            try? KernelLevel.select(level)
        }
        for level in KernelLevel.available {
            try KernelLevel.select(level)
            for threads in [1, 2, 3, 40] {
                Parallel.threads = threads
                try check("\(level), \(threads) threads")
            }
        }
    }
}

/// One class's prompt written out to the model's whole context, the placeholders' embeddings replaced.
struct PlainPrompt {
    let model: CLIPModel
    let contextTokens: Int
    /// Ids of `"X X … X name."` between start and end, filled up with the end token.
    let tokens: [Int32]
    /// Tokens before the filling.
    let length: Int

    init(model: CLIPModel, className: String, contextTokens: Int) {
        let words = className.split(separator: "_", omittingEmptySubsequences: false).joined(separator: " ")
        let text = String(repeating: "X ", count: contextTokens) + words + "."
        let ids = model.tokenizer.encodeWithSpecials(text)
        self.model = model
        self.contextTokens = contextTokens
        length = ids.count
        let filling = max(0, model.configuration.contextLength - ids.count)
        tokens = ids + Array(repeating: model.tokenizer.endOfText, count: filling)
    }

    /// The row whose final state is the feature.
    var pooled: Int {
        let wanted =
            model.configuration.endOfText == 2 ? tokens.max() : Int32(model.configuration.endOfText)
        return tokens.indices.first { tokens[$0] == wanted } ?? tokens.count - 1
    }

    func embeddings(_ context: Matrix) -> [[Float]] {
        tokens.enumerated().map { index, token in
            (1...contextTokens).contains(index)
                ? Array(context.row(index - 1)) : model.text.embedding(of: token)
        }
    }

    func feature(_ context: Matrix) -> [Float] {
        model.text.features(embeddings: Matrix(rows: embeddings(context)), pooled: pooled)
    }
}
