import Datasets
import Files
import Foundation
import Fuzzing
import Raster
import TestData
import Testing

/// Damaged lists of every layout, and damaged pictures: an error or a data set that holds together.
@Suite struct LayoutFuzzTests {
    private struct List {
        var file: String
        var folder: String
        var text: String
    }

    private static let lists = [
        List(
            file: "variants.txt", folder: "", text: "707-320\nA330 200\nBoeing 717\n"),
        List(
            file: "images_variant_train.txt", folder: "",
            text: "001 707-320\n002 A330 200\n003 Boeing 717\n004 707-320\n"),
        List(file: "i/classnames.txt", folder: "/i", text: "n01 tench\nn02 great white shark\nn03 hen\n"),
        List(
            file: "semicolon.csv", folder: "/semicolon.csv",
            text: "path;class;split\nimages/001.jpg;a;train\nimages/002.jpg;b;test\n"),
        List(
            file: "tab.tsv", folder: "/tab.tsv",
            text: "class\tpath\n\"a\"\timages/001.jpg\nb\timages/002.jpg\n"),
        List(
            file: "s/split_zhou_OxfordPets.json", folder: "/s",
            text: #"{"train":[["001.jpg",0,"a"],["002.jpg",1,"b"]],"test":[["003.jpg",0,"a"]]}"#),
    ]

    /// Any other error than these two is a problem.
    private static func outcome(_ body: () throws -> Void) throws -> FuzzOutcome {
        do {
            try body()
            return .accepted
        } catch let error where error is DatasetError || error is FileError {
            return .refused
        }
    }

    @Test func damagedLists() throws {
        let data = try TemporaryData()
        for index in 1...4 { try data.picture("images/00\(index).jpg") }
        for name in ["n01", "n02", "n03"] { try data.picture("i/images/\(name)/0.png") }
        for index in 1...3 { try data.picture("s/images/00\(index).jpg") }
        for list in Self.lists { try data.write(list.file, text: list.text) }
        for list in Self.lists {
            let report = fuzz("damaged \(list.file)", rounds: 200) { random in
                var bytes = Array(list.text.utf8)
                random.damage(&bytes)
                try data.write(list.file, bytes)
                defer { try? data.write(list.file, text: list.text) }
                return try Self.outcome {
                    let set = try DataSet(path: data.path + list.folder, shots: nil, seed: 1)
                    for labels in [set.train.labels, set.test.labels] {
                        #expect(labels.allSatisfy { set.classNames.indices.contains($0) })
                    }
                }
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func damagedClassLists() throws {
        let data = try TemporaryData()
        let report = fuzz("damaged class list", rounds: 200) { random in
            var bytes = Array("# birds\nbig owl\n\ntiny_wren\r\nétoile\n".utf8)
            random.damage(&bytes)
            try data.write("names.txt", bytes)
            return try Self.outcome { _ = ClassList.alike(try ClassList.read(data.path + "/names.txt")) }
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    /// Headers are looked at before anything is decoded.
    @Test func damagedHeaders() throws {
        let exif: [UInt8] =
            [0xFF, 0xD8, 0xFF, 0xE1, 0, 34] + Array("Exif\0\0MM\0*\0\0\0\u{8}\0\u{1}".utf8)
            + [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let png = try TemporaryData.png("x")
        let report = fuzz("damaged headers", rounds: 400) { random in
            var bytes = random.once(in: 2) ? exif : png
            random.damage(&bytes, limit: 60)
            return PictureTraits(bytes) == PictureTraits() ? .refused : .accepted
        }
        #expect(report.problems.isEmpty, "\(report)")
    }
}
