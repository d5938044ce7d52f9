import Datasets
import Foundation
import TestData
import Testing

/// The data sets of the papers as CoOp's and ZIP's readers want them on disk, with tiny pictures.
@Suite struct PublishedLayoutTests {
    /// What a tree gives.
    struct Tree: Sendable, CustomTestStringConvertible {
        var name: String
        var names: [String]
        /// Training, validation and test images.
        var counts: [Int]
        var make: @Sendable (TemporaryData) throws -> Void
        /// The folder that is loaded, below the data.
        var folder: String
        var testDescription: String { name }
    }

    /// A split file with six training, three validation and three test images of three classes.
    private static func split(
        _ name: String, _ folder: String, _ file: String, images: String,
        _ names: [String] = ["cat", "dog", "eel"],
        paths: @escaping @Sendable (Int) -> String = { "x/image_\($0).jpg" }
    ) -> Tree {
        Tree(
            name: name, names: names, counts: [6, 3, 3],
            make: { data in
                var lists: [String: [[Any]]] = [:]
                for index in 0..<12 {
                    try data.picture("\(folder)/\(images)\(paths(index))")
                    let part = index < 6 ? "train" : index < 9 ? "val" : "test"
                    lists[part, default: []].append([paths(index), index % 3, names[index % 3]])
                }
                try data.write("\(folder)/\(file)", JSONSerialization.data(withJSONObject: lists))
            }, folder: folder)
    }

    private static func pictures(_ data: TemporaryData, _ folders: [String], _ count: Int) throws {
        for folder in folders {
            for index in 0..<count { try data.picture("\(folder)/\(index).JPEG") }
        }
    }

    private static let synsets = "n01440764 tench\nn01443537 goldfish\nn01484850 great white shark\n"
    private static let wordNet = ["n01440764", "n01443537", "n01484850"]

    static let trees = [
        Tree(
            name: "ImageNet", names: ["tench", "goldfish", "great white shark"], counts: [12, 0, 6],
            make: { data in
                try data.write("imagenet/classnames.txt", text: synsets)
                try pictures(data, wordNet.map { "imagenet/images/train/\($0)" }, 4)
                try pictures(data, wordNet.map { "imagenet/images/val/\($0)" }, 2)
            }, folder: "imagenet"),
        split("Caltech101", "caltech-101", "split_zhou_Caltech101.json", images: "101_ObjectCategories/"),
        split("OxfordPets", "oxford_pets", "split_zhou_OxfordPets.json", images: "images/") {
            "Cat_\($0).jpg"
        },
        split("StanfordCars", "stanford_cars", "split_zhou_StanfordCars.json", images: "") {
            "cars_\($0 < 9 ? "train" : "test")/0000\($0).jpg"
        },
        split("OxfordFlowers", "oxford_flowers", "split_zhou_OxfordFlowers.json", images: "jpg/") {
            "image_0000\($0).jpg"
        },
        split("Food101", "food-101", "split_zhou_Food101.json", images: "images/"),
        Tree(
            name: "FGVCAircraft", names: ["707-320", "A330 200"], counts: [4, 2, 2],
            make: { data in
                try data.write("fgvc_aircraft/variants.txt", text: "707-320\nA330 200\n")
                var number = 100
                for (part, count) in [("train", 4), ("val", 2), ("test", 2)] {
                    var text = ""
                    for index in 0..<count {
                        number += 1
                        try data.picture("fgvc_aircraft/images/0\(number).jpg")
                        text += "0\(number) \(index % 2 == 0 ? "707-320" : "A330 200")\n"
                    }
                    try data.write("fgvc_aircraft/images_variant_\(part).txt", text: text)
                }
            }, folder: "fgvc_aircraft"),
        split("SUN397", "sun397", "split_zhou_SUN397.json", images: "SUN397/") { "a/abbey/sun_\($0).jpg" },
        split("DescribableTextures", "dtd", "split_zhou_DescribableTextures.json", images: "images/"),
        split("EuroSAT", "eurosat", "split_zhou_EuroSAT.json", images: "2750/"),
        split("UCF101", "ucf101", "split_zhou_UCF101.json", images: "UCF-101-midframes/"),
        Tree(
            name: "SVHN", names: ["0", "1"], counts: [4, 2, 4],
            make: { data in
                try pictures(data, ["svhn/train/0", "svhn/train/1"], 3)
                try pictures(data, ["svhn/test/0", "svhn/test/1"], 2)
                let entry = { (image: Int) in
                    ["\(image % 2)/\(image / 2).JPEG", image % 2, "\(image % 2)"] as [Any]
                }
                try data.write(
                    "svhn/split_SVHN.json",
                    JSONSerialization.data(withJSONObject: [
                        "train": (0..<4).map(entry), "val": (4..<6).map(entry),
                    ]))
            }, folder: "svhn"),
        split("Resisc45", "resisc45", "split_mlai_Resisc45.json", images: "NWPU-RESISC45/"),
        split("CLEVR", "CLEVR_v1.0", "split_mlai_CLEVR.json", images: "images/", ["10", "3", "4"]) {
            "train/CLEVR_train_\($0).png"
        },
        Tree(
            name: "ImageNetV2", names: ["tench", "goldfish", "great white shark"], counts: [0, 0, 6],
            make: { data in
                try data.write("imagenetv2/classnames.txt", text: synsets)
                try pictures(
                    data, (0..<3).map { "imagenetv2/imagenetv2-matched-frequency-format-val/\($0)" }, 2)
            }, folder: "imagenetv2"),
        Tree(
            name: "ImageNetSketch", names: ["tench", "goldfish", "great white shark"], counts: [0, 0, 6],
            make: { data in
                try data.write("imagenet-sketch/classnames.txt", text: synsets)
                try pictures(data, wordNet.map { "imagenet-sketch/images/\($0)" }, 2)
            }, folder: "imagenet-sketch"),
        // Over their own classes, and with the names of the ImageNet beside them.
        Tree(
            name: "ImageNetA", names: ["tench", "great white shark"], counts: [0, 0, 4],
            make: { data in
                try data.write("imagenet/classnames.txt", text: synsets)
                try data.write("imagenet-adversarial/imagenet-a/README.txt", text: "x")
                try pictures(data, [0, 2].map { "imagenet-adversarial/imagenet-a/\(wordNet[$0])" }, 2)
            }, folder: "imagenet-adversarial"),
        Tree(
            name: "ImageNetR", names: ["goldfish"], counts: [0, 0, 2],
            make: { data in
                try data.write("imagenet-rendition/classnames.txt", text: synsets)
                try pictures(data, ["imagenet-rendition/imagenet-r/n01443537"], 2)
            }, folder: "imagenet-rendition"),
    ]

    @Test(arguments: trees) func isFound(_ tree: Tree) throws {
        let data = try TemporaryData()
        try tree.make(data)
        let set = try DataSet(path: data.path + "/" + tree.folder, shots: nil, seed: 1)
        #expect(set.known?.name == tree.name)
        #expect(set.known?.folder == tree.folder)
        #expect(set.classNames == tree.names)
        #expect(set.counts == tree.counts)
        let one = try DataSet(path: data.path + "/" + tree.folder, shots: 1, seed: 1)
        #expect(one.train.count == (tree.counts[0] == 0 ? 0 : tree.names.count))
        #expect(one.test.count == tree.counts[2])
        print("\(tree.name): \(set.classNames.count) classes, \(tree.counts) images")
    }

    @Test func everyDataSetHasATree() {
        #expect(Self.trees.map(\.name) == KnownDataSet.all.map(\.name))
    }

    /// Class folders without a split file, with the published names.
    @Test func classFolders() throws {
        let data = try TemporaryData.folders([
            "BACKGROUND_Google": 2, "Faces": 2, "Faces_easy": 2, "airplanes": 2, "ant": 2,
        ])
        let set = try DataSet(path: data.path, shots: nil, seed: 1)
        #expect(set.classNames == ["face", "airplane", "ant"])
        #expect(
            set.notes == [
                "left out as in published results: 'BACKGROUND_Google', 'Faces_easy'",
                "named as in published results: 'Faces', 'airplanes'",
            ])
        let names =
            ["AnnualCrop", "Forest", "HerbaceousVegetation", "Highway", "Industrial", "Pasture"]
            + ["PermanentCrop", "Residential", "River", "SeaLake"]
        let satellite = try TemporaryData.folders(
            Dictionary(uniqueKeysWithValues: names.map { ($0, 1) }), below: "2750/")
        let eurosat = try DataSet(path: satellite.path, shots: nil, seed: 1)
        #expect(eurosat.classNames.first == "Annual Crop Land" && eurosat.classNames.last == "Sea or Lake")
        #expect(eurosat.notes.first == "the images are those of its folder '2750'")
    }

    /// A data set without its split file beside an ImageNet is no ImageNet.
    @Test func otherDataBesideAnImageNet() throws {
        let data = try TemporaryData.folders(["apple_pie": 2, "sushi": 2], below: "food-101/images/")
        try data.write("imagenet/classnames.txt", text: Self.synsets)
        let set = try DataSet(path: data.path + "/food-101", shots: nil, seed: 1)
        #expect(set.classNames == ["apple_pie", "sushi"] && set.known == nil)
    }

    @Test func severalSplitFilesAreNamed() throws {
        let data = try TemporaryData()
        for name in ["split_a.json", "split_b.json"] { try data.write(name, text: "{}") }
        #expect(
            message { _ = try DataSet(path: data.path, shots: nil, seed: 1) }
                == "the folder of '\(data.path)': it has several split files: load one of 'split_a.json', 'split_b.json'"
        )
    }
}
