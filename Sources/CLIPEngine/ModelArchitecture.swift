import Tensors

/// The sizes of a published CLIP, by its name.
public struct ModelArchitecture: Sendable, Equatable {
    public let name: String
    /// Everything but what the vocabulary decides; `vocabulary` is 0 where it is as large as that.
    let configuration: CLIPConfiguration

    /// OpenAI's vision transformers, and one small enough for tests.
    public static let all: [ModelArchitecture] = [
        make("vit-b-32", text: (512, 12, 8), vision: (768, 12, 12), features: 512, image: 224, patch: 32),
        make("vit-b-16", text: (512, 12, 8), vision: (768, 12, 12), features: 512, image: 224, patch: 16),
        make("vit-l-14", text: (768, 12, 12), vision: (1024, 24, 16), features: 768, image: 224, patch: 14),
        make(
            "vit-l-14-336", text: (768, 12, 12), vision: (1024, 24, 16), features: 768, image: 336,
            patch: 14),
        make(
            "tiny", text: (64, 2, 4), vision: (64, 2, 4), features: 32, image: 32, patch: 8,
            vocabulary: 0),
    ]

    /// The architecture of a name, nil where there is none.
    public static func named(_ name: String) -> ModelArchitecture? {
        all.first { $0.name == name }
    }

    /// Towers are (width, layers, heads); an MLP is four times as wide as its tower.
    private static func make(
        _ name: String, text: (Int, Int, Int), vision: (Int, Int, Int), features: Int, image: Int,
        patch: Int, vocabulary: Int = 49408
    ) -> ModelArchitecture {
        func tower(_ sizes: (Int, Int, Int)) -> CLIPConfiguration.Tower {
            CLIPConfiguration.Tower(
                width: sizes.0, layers: sizes.1, heads: sizes.2, hidden: 4 * sizes.0,
                activation: .quickGELU, epsilon: 1e-5)
        }
        return ModelArchitecture(
            name: name,
            configuration: CLIPConfiguration(
                text: tower(text), vision: tower(vision), projection: features, vocabulary: vocabulary,
                contextLength: 77, endOfText: 0, imageSize: image, patchSize: patch))
    }
}
