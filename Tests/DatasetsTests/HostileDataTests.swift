import Datasets
import Foundation
import Fuzzing
import Raster
import Tensors
import TestData
import Testing

/// Damaged and odd data sets: an error or a data set that works, never a crash.
@Suite struct HostileDataTests {
    /// Names that a file system allows; unequal numbers of pictures a class.
    static let names = [
        "two words": ["a b.png", " leading.png", "trailing .png"],
        "naïve café": ["Ñandú.png", "日本.png"],
        "e\u{301}clair": ["combining e\u{301}.png"],
        "tab\there": ["new\nline.png", "escape\u{1b}[31m.png", "bell\u{7}.png"],
        "-dash": ["--help.png"],
        "quo\"te's": ["back\\slash.png", "per%41cent.png", "hash#question?.png"],
        "😀": ["👩‍👩‍👧.PNG"],
        "UPPER": ["x.PnG"],
    ]

    @Test func oddNamesAreReadAsTheyAre() throws {
        let data = try TemporaryData()
        for (name, files) in Self.names {
            for file in files { try data.picture("\(name)/\(file)") }
        }
        let set = try DataSet(path: data.path, shots: nil, seed: 1)
        #expect(Set(set.classNames) == Set(Self.names.keys))
        for (label, name) in set.classNames.enumerated() {
            let found = set.train.images.filter { $0.label == label }.map(\.path)
            #expect(Set(found) == Set((Self.names[name] ?? []).map { "\(name)/\($0)" }))
        }
        // The same through the two list formats.
        let pairs = Self.names.flatMap { name, files in files.map { (path: "\(name)/\($0)", name: name) } }
        func quoted(_ text: String) -> String { "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\"" }
        let rows = pairs.map { "\(quoted($0.path)),\(quoted($0.name))" }
        try data.write("list.csv", text: "path,class\n" + rows.joined(separator: "\n"))
        let listed = try DataSet(path: data.path + "/list.csv", shots: nil, seed: 1)
        #expect(listed.classNames == set.classNames && listed.train.count == set.train.count)
        let entries: [Any] = pairs.map { pair in
            [pair.path, set.classNames.firstIndex(of: pair.name) ?? 0, pair.name] as [Any]
        }
        try data.write("split.json", JSONSerialization.data(withJSONObject: ["train": entries]))
        let split = try DataSet(path: data.path + "/split.json", shots: nil, seed: 1)
        #expect(split.classNames == set.classNames && split.train.count == set.train.count)
    }

    @Test func aNameThatIsNotUTF8IsAnErrorOrLeftOut() throws {
        let data = try TemporaryData.folders(["a": 2])
        let path = Array(data.path.utf8CString.dropLast()) + [0x2f, 0x61, 0x2f, -1, -2].map { CChar($0) }
        let file = fopen(path + Array(".png".utf8CString), "wb")
        try #require(file != nil)
        fclose(file)
        if let set = try? DataSet(path: data.path, shots: nil, seed: 1) { #expect(set.train.count == 2) }
    }

    @Test func aDamagedPictureIsNamed() throws {
        let data = try TemporaryData.folders(["cat": 3, "dog": 3])
        let whole = try TemporaryData.png("dog/1.png")
        func said() -> String {
            message { _ = try DataSet(path: data.path, shots: nil, seed: 1) }
                .replacingOccurrences(of: data.path, with: "…")
        }
        for count in [9, 20, 40, whole.count / 2, whole.count - 1] {
            try data.write("dog/1.png", whole.prefix(count))
            #expect(said().hasPrefix("'…/dog/1.png': truncated PNG"), "\(count) bytes: \(said())")
        }
        try data.write("dog/1.png", [])
        #expect(said() == "'…/dog/1.png': expected an image, got an empty file")
        try data.write("dog/1.png", text: "GIF89a")
        #expect(said() == "'…/dog/1.png': expected a PNG or JPEG image, got a GIF image")
        // The first in list order is named, however many are damaged.
        try data.write("cat/2.png", text: "no picture")
        #expect(
            said()
                == "2 of 6 images cannot be read (1 GIF, 1 of another kind), the first: '…/cat/2.png': "
                + "expected a PNG or JPEG image, got something else")
    }

    @Test func mutatedLists() throws {
        let data = try TemporaryData.folders(["x": 6])
        let json = """
            {"train": [["x/0.png", 0, "a b"], ["x/1.png", 1, "c"], ["x/2.png", 0, "a b"]],
             "val": [["x/3.png", 1, "c"]], "test": [["x/4.png", 0, "a b"]]}
            """
        let csv =
            "path,class,split\nx/0.png,\"a, b\",train\nx/1.png,c,train\n\"x/2.png\",c,val\nx/3.png,c,test\n"
        for (file, text) in [("split.json", json), ("list.csv", csv)] {
            let report = fuzz("damaged \(file)", rounds: 200) { random in
                var bytes = Array(text.utf8)
                random.damage(&bytes)
                try data.write(file, bytes)
                var outcome = FuzzOutcome.refused
                for shots in [nil, 1] {
                    guard let set = try? DataSet(path: data.path + "/" + file, shots: shots, seed: 1) else {
                        continue
                    }
                    outcome = .accepted
                    #expect(set.train.labels.allSatisfy { set.classNames.indices.contains($0) })
                }
                return outcome
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func hostileJSON() throws {
        let data = try TemporaryData.folders(["x": 1])
        let deep = String(repeating: "[", count: 100_000)
        let values = [
            "{\"train\": [[\"x/0.png\", 1e300, \"a\"]]}", "{\"train\": [[\"x/0.png\", 999999999999, \"a\"]]}",
            "{\"train\": [[\"x/0.png\", 999999, \"a\"]]}", "{\"train\": [[\"\", 0, \"a\"]]}",
            "{\"train\": \(deep)", "{\"train\": [null]}", "{\"train\": null}",
            "{\"train\": [[null, null, null]]}",
            "{\"train\": {\"a\": 1}}", "\u{FEFF}{}", "nul", "\"train\"",
            "{\"train\": [[\"\\u0000\", 0, \"a\"]]}", "{\"train\": [[\"x/0.png\\u0000\", 0, \"a\"]]}",
            "{\"train\": [[\"\(String(repeating: "y", count: 100_000))\", 0, \"a\"]]}",
        ]
        for value in values {
            try data.write("split.json", text: value)
            #expect(throws: DatasetError.self, "\(value.prefix(60))") {
                try DataSet(path: data.path, shots: nil, seed: 1)
            }
        }
    }

    /// A path that looks like another list's entries does not make the lists the same.
    @Test func digestsTellListsApart() throws {
        let data = try TemporaryData()
        for name in ["a.png", "b.png"] { try data.picture(name) }
        try data.write("two.csv", text: "path,class\na.png,x\nb.png,x\n")
        let two = try DataSet(path: data.path + "/two.csv", shots: nil, seed: 1)
        let forged = "a.png\t0\t\(two.train.digests[0])\nb.png"
        try data.picture(forged.replacingOccurrences(of: "/", with: ""))
        try data.write("one.csv", text: "path,class\n\"\(forged)\",x\n")
        let one = try DataSet(path: data.path + "/one.csv", shots: nil, seed: 1)
        #expect(one.train.count == 1 && two.train.count == 2)
        #expect(one.train.digest != two.train.digest)
    }

    @Test func classListsAreChecked() throws {
        let data = try TemporaryData()
        func said(_ text: [UInt8]) throws -> String {
            try data.write("classes.txt", text)
            return message { _ = try ClassList.read(data.path + "/classes.txt") }
                .replacingOccurrences(of: data.path, with: "…")
        }
        #expect(try said(Array("# none\n\n".utf8)) == "class names in '…/classes.txt': expected at least one")
        #expect(ClassList.alike(["a", "b", "a"]).map(\.second) == ["a"])
        #expect(ClassList.alike(["a", "b"]).isEmpty)
        #expect(ClassList.alike(["fire_truck", "Fire  truck", "x"]).map(\.first) == ["fire_truck"])
        #expect(try said([0x61, 0xff]) == "cannot read '…/classes.txt': line 1 is not UTF-8 text")
        try data.write("classes.txt", text: "# birds\r\n big_owl \r\n\r\ntiny wren\n")
        #expect(try ClassList.read(data.path + "/classes.txt") == ["big_owl", "tiny wren"])
        #expect(
            message { _ = try ClassList.read(data.path + "/none") }
                == "no such file or folder: '\(data.path)/none'")
    }
}
