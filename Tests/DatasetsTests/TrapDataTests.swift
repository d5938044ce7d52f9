import Datasets
import Files
import Foundation
import Raster
import Tensors
import TestData
import Testing

/// `Assets/Data/trap/trap.tar`: odd names, odd files, very unequal classes; made by `Assets/Training/trap.py`.
@Suite final class TrapDataTests {
    /// Class names in byte order, as all three layouts have them.
    static let classNames = [
        "#hash tag", "-dash", "A comma, \"quoted\"", "esc\u{1b}[31mred", "naïve café", "tab\tstop",
        "two  spaces", "日本語",
    ]
    private static let counts = [40, 9, 12, 3, 6, 4, 19, 1]
    /// The archive unpacked, for as long as a test runs.
    private let place: URL
    private var folder: String { place.appendingPathComponent("trap").path }

    init() throws {
        place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let unpacking = Process()
        unpacking.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        unpacking.arguments = ["tar", "xf", Repository.data("trap/trap.tar"), "-C", place.path]
        try unpacking.run()
        unpacking.waitUntilExit()
        try #require(unpacking.terminationStatus == 0)
    }

    deinit { try? FileManager.default.removeItem(at: place) }

    private static func counts(_ list: ImageList, classes: Int = 8) -> [Int] {
        (0..<classes).map { label in list.labels.count { $0 == label } }
    }

    private func load(
        _ file: String, shots: Int? = nil, classes: DataSet.ClassSelection = .all
    ) throws -> DataSet {
        try DataSet(path: folder + file, shots: shots, seed: 1, classes: classes)
    }

    @Test func folders() throws {
        let set = try load("")
        #expect(set.layout == "folders" && set.classNames == Self.classNames)
        #expect(Self.counts(set.train) == Self.counts)
        #expect(set.validation.count == 0 && set.test.count == 0)
        #expect(set.skipped == [".gif": 2, ".webp": 1, "other": 1])
        let names = Set(set.train.images.map(\.path))
        for path in [
            "#hash tag/esc\u{1b}[2Jclear.png", "#hash tag/right-to-left \u{202e}gnp.png",
            "#hash tag/back\\slash.png",
            "#hash tag/ leading space.png", "#hash tag/tab\there.png", "#hash tag/naïve é.PNG",
        ] { #expect(names.contains(path), "\(path.debugDescription)") }
        // Bytes decide the order: capitals and digits first, "10" before "9".
        let own = set.train.images.filter { $0.label == 6 }.map { Array($0.path.utf8) }
        #expect(zip(own, own.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }

    @Test(arguments: ["/coop.json", "/list.csv"]) func listed(_ file: String) throws {
        let set = try load(file)
        #expect(set.classNames == Self.classNames && set.skipped.isEmpty)
        #expect(set.counts == [59, 13, 22])
        #expect(Self.counts(set.train) == [26, 6, 7, 1, 4, 2, 12, 1])
        #expect(Self.counts(set.validation) == [4, 1, 2, 1, 1, 1, 3, 0])
        #expect(Self.counts(set.test) == [10, 2, 3, 1, 1, 1, 4, 0])
    }

    /// Both lists name the same images in the same order; so do the folders, all together.
    @Test func layoutsAgree() throws {
        let split = try load("/coop.json")
        let list = try load("/list.csv")
        let folders = try load("")
        #expect(
            [split.train, split.validation, split.test].map(\.digest)
                == [list.train, list.validation, list.test].map(\.digest))
        let listed = [split.train, split.validation, split.test].flatMap {
            zip($0.images.map(\.path), $0.digests)
        }
        let found = zip(folders.train.images.map(\.path), folders.train.digests)
        #expect(Dictionary(uniqueKeysWithValues: listed) == Dictionary(uniqueKeysWithValues: found))
    }

    @Test func drawnSets() throws {
        // The first half of the classes has three images and more.
        for file in ["", "/coop.json", "/list.csv"] {
            let set = try load(file, shots: 1, classes: .base)
            #expect(Self.counts(set.train, classes: 4) == [1, 1, 1, 1])
            #expect(Self.counts(set.validation, classes: 4) == [1, 1, 1, 1])
            #expect(Self.counts(set.test, classes: 4) == (file.isEmpty ? [38, 7, 10, 1] : [10, 2, 3, 1]))
        }
    }

    struct TooFew: Sendable, CustomTestStringConvertible {
        var file: String
        var shots: Int
        var message: String
        var testDescription: String { "\(file) \(shots)" }
    }

    @Test(arguments: [
        TooFew(file: "", shots: 16, message: "class '-dash' has 9 training images; 16 needed"),
        TooFew(file: "", shots: 1, message: "class '日本語' has 0 validation images; 1 needed"),
    ])
    func tooFewImages(_ sample: TooFew) {
        #expect(message { _ = try load(sample.file, shots: sample.shots) } == sample.message)
    }

    /// Splits that are listed give what they have, as CoOp's reader does.
    @Test func fewImagesOfAListedSplit() throws {
        let two = try load("/coop.json", shots: 2)
        #expect(
            two.notes.prefix(2) == [
                "2 classes have fewer than 2 training images, such as 'esc\u{1b}[31mred' with 1",
                "5 classes have fewer than 2 validation images, such as '-dash' with 1",
            ], "\(two.notes)")
    }

    /// Sizes and pixels of every file are Pillow's.
    @Test func pixelsEqualPillow() throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/pixels.json"))
        let expected = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [Any]])
        let set = try load("")
        #expect(expected.count == set.train.count)
        for image in set.train.images {
            let bitmap = try Bitmap.read(path: folder + "/" + image.path)
            let entry = try #require(expected[image.path])
            #expect(entry[0] as? Int == bitmap.width && entry[1] as? Int == bitmap.height)
            let digest = SHA256Digest.hex(bitmap.pixelDigestInput).prefix(16)
            #expect(entry[2] as? String == String(digest), "\(image.path.debugDescription)")
        }
    }

    @Test func othersAreCounted() throws {
        let data = try TemporaryData.folders(["a": 2, "b": 2])
        #expect(try DataSet(path: data.path, shots: nil, seed: 1).skipped.isEmpty)
        for name in [
            "a/1.GIF", "b/2.gif", "b/x.tiff", "b/no-extension", "b/.hidden", "b/odd.\u{1b}[2J", "notes.txt",
        ] {
            try data.write(name, text: "x")
        }
        try data.picture("a/nested/1.png")
        let set = try DataSet(path: data.path, shots: nil, seed: 1)
        #expect(set.skipped == [".gif": 2, ".tiff": 1, "other": 2, "folder": 1])
        #expect(set.train.count == 4)
    }
}
