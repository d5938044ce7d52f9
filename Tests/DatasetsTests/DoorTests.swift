import Datasets
import Foundation
import Raster
import TestData
import Testing

/// Folders and tables as people have them.
@Suite struct DoorTests {
    private func load(_ data: TemporaryData, _ below: String = "", shots: Int? = nil) throws -> DataSet {
        try DataSet(path: data.path + below, shots: shots, seed: 1)
    }

    @Test func aFolderWithPicturesIsAClass() throws {
        let data = try TemporaryData.folders(["bus": 2, "plane": 2, "train": 2])
        #expect(try load(data).classNames == ["bus", "plane", "train"])
    }

    @Test(arguments: [["Train", "VALID", "Test"], ["training", "dev", "testing"]])
    func splitsUnderTheirNames(_ names: [String]) throws {
        let data = try TemporaryData.folders(["a": 3, "b": 3], below: names[0] + "/")
        for name in names[1...] { for kind in ["a", "b"] { try data.picture("\(name)/\(kind)/0.png") } }
        try data.picture("holdout/a/0.png")
        let set = try load(data)
        #expect(set.counts == [6, 2, 2])
        #expect(set.notes == ["folder 'holdout' is not one of the splits train, val and test, left out"])
    }

    @Test func picturesWithoutAClassAreCounted() throws {
        let data = try TemporaryData.folders(["a": 3, "b": 3], below: "train/")
        try data.picture("test/0.png")
        let notes = try load(data).notes
        #expect(
            notes == [
                "folder 'test' with 1 images in no class folder is not one of the splits train, val and test, left out"
            ])
        let flat = try TemporaryData()
        try flat.picture("0.png")
        do {
            _ = try load(flat)
            Issue.record("loaded")
        } catch DatasetError.noImages(_, let found, _) {
            let name = (flat.path as NSString).lastPathComponent
            #expect(
                found == [
                    "1 image lies right in '\(name)' and not in a class folder, left out",
                    "is '\(name)' itself a class? Then load the folder that it lies in",
                ])
        }
    }

    @Test func namesThatAreNotUTF8AreNamed() throws {
        let data = try TemporaryData.folders(["dog": 1])
        let bytes = try TemporaryData.png("x")
        for name in [Array("dog/fa".utf8) + [0xE7] + Array("ade.png".utf8)] {
            let path = Array(data.path.utf8) + [0x2F] + name + [0]
            let file = try #require(
                path.withUnsafeBufferPointer {
                    fopen(UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self), "wb")
                })
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
        let set = try load(data)
        #expect(set.train.count == 1)
        #expect(set.notes == ["names that are not UTF-8 in 'dog', left out: 'fa\\xe7ade.png'"])
    }

    @Test func imagesInTwoPlacesAreSaid() throws {
        let data = try TemporaryData.folders(["a": 4, "b": 4], below: "train/")
        for kind in ["a", "b"] { try data.write("test/\(kind)/0.png", TemporaryData.png("train/a/0.png")) }
        let set = try load(data)
        #expect(
            set.notes == [
                "2 test images are also in training or validation (same bytes), such as 'test/a/0.png' and 'train/a/0.png'",
                "1 image has two classes (same bytes): 'train/a/0.png' is 'a', 'test/b/0.png' is 'b'",
                "1 test image is there more than once (same bytes)",
            ])
        var options = DataSet.Options(shots: nil, seed: 1)
        options.isStrict = true
        #expect(message { _ = try DataSet(path: data.path, options) } == set.notes[0])
    }

    /// Bad files are counted by kind, or left out before images are drawn.
    @Test func badFiles() throws {
        let data = try TemporaryData.folders(["a": 6, "b": 6])
        let kinds: [(String, [UInt8])] = [
            ("0", Array("RIFF\0\0\0\0WEBPVP8 ".utf8)), ("1", Array("BM......".utf8)), ("2", []),
            ("3", Array(try TemporaryData.png("x").dropLast(20))),
        ]
        for (name, bytes) in kinds { try data.write("a/\(name).png", bytes) }
        #expect(
            message { _ = try load(data) }
                == "4 of 12 images cannot be read (1 BMP, 1 WebP, 1 cut short, 1 empty), the first: "
                + "'\(data.path)/a/0.png': expected a PNG or JPEG image, got a WebP image")
        var options = DataSet.Options(shots: 1, seed: 1)
        options.skipsBad = true
        let set = try DataSet(path: data.path, options)
        #expect(set.train.count == 2 && set.validation.count == 2)
        #expect(
            set.test.images.allSatisfy { !["a/0.png", "a/1.png", "a/2.png", "a/3.png"].contains($0.path) })
        #expect(set.notes[0].hasPrefix("4 images that cannot be read left out (1 BMP, "))
        // What is drawn is what would be drawn if the bad files had never been there.
        for (name, _) in kinds { try FileManager.default.removeItem(atPath: data.path + "/a/\(name).png") }
        #expect(try DataSet(path: data.path, shots: 1, seed: 1).train == set.train)
    }

    @Test(arguments: [";", "\t", "|", ","]) func delimiters(_ mark: String) throws {
        let data = try TemporaryData.folders(["x": 3])
        let rows = [
            "Path\(mark) Class ", "x/0.png\(mark) a ", "", "x/1.png\(mark)\"b \"", " \(mark)",
            "x/2.png\(mark)a",
        ]
        try data.write("list.csv", text: rows.joined(separator: "\r\n"))
        let set = try load(data, "/list.csv")
        #expect(set.classNames == ["a", "b"] && set.train.labels == [0, 1, 0])
    }

    @Test func testImagesAlone() throws {
        let data = try TemporaryData.folders(["x": 2])
        try data.write("list.csv", text: "path,class,split\nx/0.png,a,test\nx/1.png,b,test\n")
        let set = try load(data, "/list.csv", shots: 16)
        #expect(set.counts == [0, 0, 2])
    }

    /// Only LF, CR LF and CR end a line of a class list.
    @Test func lineEndsOfClassLists() throws {
        let data = try TemporaryData()
        try data.write("names.txt", text: "a\u{b}b\u{85}c\u{2028}d\re\r\nf\n\n")
        #expect(try ClassList.read(data.path + "/names.txt") == ["a\u{b}b\u{85}c\u{2028}d", "e", "f"])
    }

    @Test func kindsOfPicturesThatAreSeenOtherwise() throws {
        // PNG: a chunk of transparency; grey of 16 bits. JPEG: EXIF in both byte orders.
        func png(depth: UInt8, kind: UInt8, _ chunks: [String] = []) -> [UInt8] {
            var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
            bytes += Array("IHDR".utf8) + [0, 0, 0, 1, 0, 0, 0, 1, depth, kind, 0, 0, 0, 0, 0, 0, 0]
            for chunk in chunks { bytes += [0, 0, 0, 1] + Array(chunk.utf8) + [0, 0, 0, 0, 0] }
            return bytes
        }
        func jpeg(_ little: Bool, orientation: UInt8) -> [UInt8] {
            func word(_ value: UInt8, _ count: Int) -> [UInt8] {
                let zeros = [UInt8](repeating: 0, count: count - 1)
                return little ? [value] + zeros : zeros + [value]
            }
            let exif =
                Array("Exif\0\0".utf8) + Array((little ? "II" : "MM").utf8) + word(42, 2) + word(8, 4)
                + word(1, 2) + (little ? [0x12, 0x01] : [0x01, 0x12]) + word(3, 2) + word(1, 4)
                + word(orientation, 2)
            return [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
        }
        #expect(PictureTraits(png(depth: 8, kind: 6)).hasAlpha)
        #expect(PictureTraits(png(depth: 8, kind: 3, ["PLTE", "tRNS", "IDAT"])).hasAlpha)
        #expect(PictureTraits(png(depth: 8, kind: 3, ["PLTE", "IDAT", "tRNS"])) == PictureTraits())
        #expect(
            PictureTraits(png(depth: 16, kind: 0)).isDeepGrey
                && !PictureTraits(png(depth: 16, kind: 2)).isDeepGrey)
        for little in [false, true] {
            #expect(PictureTraits(jpeg(little, orientation: 6)).isTurned)
            #expect(!PictureTraits(jpeg(little, orientation: 1)).isTurned)
            for count in 0..<40 { _ = PictureTraits(Array(jpeg(little, orientation: 6).prefix(count))) }
        }
    }
}
