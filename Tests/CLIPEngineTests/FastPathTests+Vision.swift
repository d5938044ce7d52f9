import CLIPEngine
import Tensors
import Testing

/// Extra visual tokens and class states against plain loops.
extension FastPathTests {
    private static func images(_ count: Int, side: Int) -> [[Float]] {
        (0..<count).map { normals(3 * side * side, "image \($0)") }
    }

    private static func tokens(_ count: Int, width: Int) -> Matrix {
        Matrix(rows: count, columns: width, values: normals(count * width, "token", scale: 0.5))
    }

    private static func rows(_ matrix: Matrix) -> [[Float]] {
        (0..<matrix.rows).map { Array(matrix.row($0)) }
    }

    @Test(arguments: ["quick_gelu", "gelu"]) func extraTokensEqualTheLoops(_ activation: String) throws {
        let folder = try SmallModel(activation: activation)
        let model = try CLIPModel(folder: folder.path)
        let vision = model.vision
        #expect(vision.width == SmallModel.visionWidth && vision.imageSize == SmallModel.imageSize)
        let loops = try PlainVisionTower(folder: folder.path, configuration: model.configuration)
        let images = Self.images(5, side: vision.imageSize)
        let plain = images.map { loops.feature($0, tokens: []) }
        let states = images.map { loops.classState($0, tokens: []) }
        let samples = [1, 5, 12, 130].map { Self.tokens($0, width: vision.width) }
        let extended = samples.map { tokens in
            images.map { loops.feature($0, tokens: Self.rows(tokens)) }
        }
        #expect(!extended.joined().joined().contains { !$0.isFinite })
        #expect(extended[0] != plain)
        let none = Matrix(rows: 0, columns: vision.width)
        try Self.atEachSetting { setting in
            #expect(sameBits(vision.features(images).values, plain.joined()), "\(setting)")
            #expect(sameBits(vision.classStates(images).values, states.joined()), "\(setting), states")
            #expect(sameBits(vision.features(images, tokens: nil).values, plain.joined()), "\(setting), nil")
            #expect(sameBits(vision.features(images, tokens: none).values, plain.joined()), "\(setting), 0")
            for (tokens, wanted) in zip(samples, extended) {
                #expect(
                    sameBits(vision.features(images, tokens: tokens).values, wanted.joined()),
                    "\(setting), \(tokens.rows) tokens")
            }
        }
        #expect(vision.features([], tokens: samples[0]).rows == 0)
        #expect(vision.classStates([]).rows == 0)
    }

    /// More tokens than a block has rows, then again few in the workspaces that have grown.
    @Test func theMostTokensEqualTheLoops() throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        let vision = model.vision
        let loops = try PlainVisionTower(folder: folder.path, configuration: model.configuration)
        let images = Self.images(3, side: vision.imageSize)
        for count in [vision.largestTokenCount, 3, 0, 247, 246, 118] {
            let tokens = Self.tokens(count, width: vision.width)
            let features = vision.features(images, tokens: tokens)
            for image in images.indices where count < 300 || image == 1 {
                let wanted = loops.feature(images[image], tokens: Self.rows(tokens))
                #expect(sameBits(features.row(image), wanted), "\(count) tokens, image \(image)")
            }
        }
    }

    /// Blocks are cut otherwise by every number of images, of tokens and of threads.
    @Test func extraTokensDoNotDependOnThreadsLevelOrCompany() throws {
        let model = try CLIPModel(folder: Repository.model)
        let vision = model.vision
        let images = Self.images(9, side: vision.imageSize)
        let samples = [1, 5, 64].map { Self.tokens($0, width: vision.width) }
        let alone = samples.map { tokens in images.map { vision.features([$0], tokens: tokens).values } }
        let states = images.map { vision.classStates([$0]).values }
        try Self.atEachSetting { setting in
            for count in [2, 9] {
                let some = Array(images[..<count])
                for (tokens, wanted) in zip(samples, alone) {
                    #expect(
                        sameBits(
                            vision.features(some, tokens: tokens).values, wanted[..<count].joined()),
                        "\(setting), \(count) images, \(tokens.rows) tokens")
                }
                #expect(
                    sameBits(vision.classStates(some).values, states[..<count].joined()),
                    "\(setting), states of \(count)")
            }
        }
    }

    @Test func spreadsOfWeightsDoNotDependOnThreads() throws {
        let model = try CLIPModel(folder: Repository.model)
        let (text, patches) = (model.text.embeddingDeviation, model.vision.patchKernelStatistics)
        try Self.atEachSetting { setting in
            // A value is kept, so each needs a model of its own.
            let again = try CLIPModel(folder: Repository.model)
            #expect(again.text.embeddingDeviation == text, "\(setting)")
            #expect(again.vision.patchKernelStatistics == patches, "\(setting)")
        }
    }

    /// Class states lead to the features by the last LayerNorm and the projection alone.
    @Test func classStatesAreTheStatesBehindTheFeatures() throws {
        let folder = try SmallModel()
        let model = try CLIPModel(folder: folder.path)
        let images = Self.images(4, side: model.vision.imageSize)
        let states = model.vision.classStates(images)
        #expect(states.rows == 4 && states.columns == SmallModel.visionWidth)
        let loops = try PlainLoops(folder: folder.path, prefix: "vis", tower: model.configuration.vision)
        let features = model.vision.features(images)
        for row in 0..<4 {
            let state = loops.norm(Array(states.row(row)), "vision_model.post_layernorm")
            #expect(sameBits(features.row(row), loops.feature(state, "visual_projection.weight")))
        }
    }
}
