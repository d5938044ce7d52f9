import Files

/// A data set of the papers: how it lies on disk, and its published names and template.
///
/// Sources: the readers of CoOp (Zhou et al. 2022), BlackVIP (Oh et al. 2023) and ZIP (Park et al. 2025).
public struct KnownDataSet: Sendable, Equatable {
    /// The name in those readers and in the names of split files.
    public let name: String
    /// The usual folder.
    public let folder: String
    /// What lies in it.
    public let content: String
    public let classCount: Int
    /// The hand-written template that zero-shot figures are published with.
    public let template: String
    /// Class folders that are left out.
    var ignored: Set<String> = []
    /// Class names in place of folder names.
    var renamed: [String: String] = [:]

    /// All of them; those with training images first.
    public static let all: [KnownDataSet] = [
        KnownDataSet(
            name: "ImageNet", folder: "imagenet",
            content: "images/train and images/val with a folder a synset, classnames.txt", classCount: 1000,
            template: plain),
        KnownDataSet(
            name: "Caltech101", folder: "caltech-101",
            content: "101_ObjectCategories, split_zhou_Caltech101.json", classCount: 100, template: plain,
            ignored: ["BACKGROUND_Google", "Faces_easy"],
            renamed: [
                "airplanes": "airplane", "Faces": "face", "Leopards": "leopard", "Motorbikes": "motorbike",
            ]),
        KnownDataSet(
            name: "OxfordPets", folder: "oxford_pets", content: "images, split_zhou_OxfordPets.json",
            classCount: 37, template: "a photo of a {}, a type of pet."),
        KnownDataSet(
            name: "StanfordCars", folder: "stanford_cars",
            content: "cars_train, cars_test, split_zhou_StanfordCars.json", classCount: 196, template: plain),
        KnownDataSet(
            name: "OxfordFlowers", folder: "oxford_flowers", content: "jpg, split_zhou_OxfordFlowers.json",
            classCount: 102, template: "a photo of a {}, a type of flower."),
        KnownDataSet(
            name: "Food101", folder: "food-101", content: "images, split_zhou_Food101.json", classCount: 101,
            template: "a photo of {}, a type of food."),
        KnownDataSet(
            name: "FGVCAircraft", folder: "fgvc_aircraft",
            content: "images, variants.txt, images_variant_train.txt, …_val.txt, …_test.txt", classCount: 100,
            template: "a photo of a {}, a type of aircraft."),
        KnownDataSet(
            name: "SUN397", folder: "sun397", content: "SUN397, split_zhou_SUN397.json", classCount: 397,
            template: plain),
        KnownDataSet(
            name: "DescribableTextures", folder: "dtd",
            content: "images, split_zhou_DescribableTextures.json", classCount: 47, template: "{} texture."),
        KnownDataSet(
            name: "EuroSAT", folder: "eurosat", content: "2750, split_zhou_EuroSAT.json", classCount: 10,
            template: "a centered satellite photo of {}.",
            renamed: [
                "AnnualCrop": "Annual Crop Land", "Forest": "Forest",
                "HerbaceousVegetation": "Herbaceous Vegetation Land", "Highway": "Highway or Road",
                "Industrial": "Industrial Buildings", "Pasture": "Pasture Land",
                "PermanentCrop": "Permanent Crop Land", "Residential": "Residential Buildings",
                "River": "River", "SeaLake": "Sea or Lake",
            ]),
        KnownDataSet(
            name: "UCF101", folder: "ucf101", content: "UCF-101-midframes, split_zhou_UCF101.json",
            classCount: 101, template: "a photo of a person doing {}."),
        KnownDataSet(
            name: "SVHN", folder: "svhn", content: "train and test with a folder a digit, split_SVHN.json",
            classCount: 10, template: "This is a photo of a {}."),
        KnownDataSet(
            name: "Resisc45", folder: "resisc45", content: "NWPU-RESISC45, split_mlai_Resisc45.json",
            classCount: 45, template: "This is a photo of a {}."),
        KnownDataSet(
            name: "CLEVR", folder: "CLEVR_v1.0", content: "images, split_mlai_CLEVR.json", classCount: 8,
            template: "This is a photo of {} objects."),
        KnownDataSet(
            name: "ImageNetV2", folder: "imagenetv2",
            content: "imagenetv2-matched-frequency-format-val with folders 0 to 999, classnames.txt",
            classCount: 1000, template: plain),
        KnownDataSet(
            name: "ImageNetSketch", folder: "imagenet-sketch",
            content: "images with a folder a synset, classnames.txt", classCount: 1000, template: plain),
        KnownDataSet(
            name: "ImageNetA", folder: "imagenet-adversarial",
            content: "imagenet-a with a folder a synset, classnames.txt", classCount: 200, template: plain),
        KnownDataSet(
            name: "ImageNetR", folder: "imagenet-rendition",
            content: "imagenet-r with a folder a synset, classnames.txt", classCount: 200, template: plain),
    ]

    private static let plain = "a photo of a {}."

    /// The seven templates of OpenAI's CLIP whose ensemble is published for ImageNet.
    public static let ensemble = [
        "itap of a {}.", "a bad photo of the {}.", "a origami {}.", "a photo of the large {}.",
        "a {} in a video game.", "art of the {}.", "a photo of the small {}.",
    ]

    /// The one of a name.
    public static func named(_ name: String) -> KnownDataSet? { all.first { $0.name == name } }

    /// The one that a split file belongs to, by the end of its name.
    static func ofSplitFile(_ path: String) -> KnownDataSet? {
        let name = Folder.name(path)
        return all.first { name.hasPrefix("split_") && name.hasSuffix("_\($0.name).json") }
    }

    /// The one that renames or ignores classes among some class folders.
    static func ofClassFolders(_ folders: [String]) -> KnownDataSet? {
        all.first { known in
            if !known.ignored.isEmpty { return !known.ignored.isDisjoint(with: folders) }
            return !known.renamed.isEmpty && Set(known.renamed.keys) == Set(folders)
        }
    }
}
