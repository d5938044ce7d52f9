import Datasets
import Foundation
import TestData
import Testing

/// The three layouts, and what is said about files that break them, to the exact text.
///
/// `…` stands for the folder.
@Suite struct DataLayoutTests {
    @Test func folders() throws {
        let data = try TemporaryData.folders(["zebra": 3, "Ant": 2, "big_owl": 4])
        try data.write("zebra/notes.txt", text: "no picture")
        try data.write("zebra/.hidden.png", text: "no picture")
        try data.write("readme.txt", text: "no class")
        let set = try DataSet(path: data.path, shots: nil, seed: 1)
        #expect(set.layout == "folders")
        // Byte order: capitals first.
        #expect(set.classNames == ["Ant", "big_owl", "zebra"])
        #expect(
            set.train.images.map(\.path) == [
                "Ant/0.png", "Ant/1.png", "big_owl/0.png", "big_owl/1.png", "big_owl/2.png", "big_owl/3.png",
                "zebra/0.png", "zebra/1.png", "zebra/2.png",
            ])
        #expect(set.train.labels == [0, 0, 1, 1, 1, 1, 2, 2, 2])
        #expect(set.validation.count == 0 && set.test.count == 0)
    }

    @Test(arguments: ["val", "validation"]) func foldersOfSplits(_ validation: String) throws {
        let data = try TemporaryData.folders(["a": 4, "b": 5], below: "train/")
        for (split, count) in [(validation, 4), ("test", 3)] {
            for name in ["a", "b"] {
                for index in 0..<count { try data.picture("\(split)/\(name)/\(index).PNG") }
            }
        }
        let set = try DataSet(path: data.path, shots: 4, seed: 1)
        #expect(set.classNames == ["a", "b"])
        #expect(set.counts == [8, 8, 6])
        #expect(set.train.images.allSatisfy { $0.path.hasPrefix("train/") })
        #expect(set.validation.images.allSatisfy { $0.path.hasPrefix(validation + "/") })
        #expect(set.test.images.allSatisfy { $0.path.hasPrefix("test/") })
        // A class without test images is fine, a test class without training images is not.
        try FileManager.default.removeItem(atPath: data.path + "/test/b")
        #expect(try DataSet(path: data.path, shots: 4, seed: 1).test.count == 3)
        try data.picture("test/c/0.png")
        #expect(said(data) == "folder 'c' of '…/test': there is no such class in 'train'")
    }

    @Test func coOpSplitFile() throws {
        let data = try TemporaryData.folders(["x": 6], below: "images/")
        let split = """
            {"train": [["x/0.png", 1, "second"], ["x/1.png", 0, "first one"]],
             "val": [["x/2.png", 0, "first one"], ["x/3.png", 1, "second"]],
             "test": [["x/4.png", 1, "second"], ["x/5.png", 2, "only tested"]]}
            """
        try data.write("split.json", text: split)
        try data.write("my Split.JSON", text: split)
        for path in [data.path, data.path + "/split.json", data.path + "/my Split.JSON"] {
            let set = try DataSet(path: path, shots: nil, seed: 1)
            #expect(set.layout == "CoOp split file")
            #expect(set.classNames == ["first one", "second", "only tested"])
            #expect(set.train.images.map(\.path) == ["x/0.png", "x/1.png"] && set.train.labels == [1, 0])
            #expect(set.validation.labels == [0, 1] && set.test.labels == [1, 2])
        }
    }

    @Test func emptySplitsAreDrawnFromTheTrainingImages() throws {
        let data = try TemporaryData.folders(["x": 12])
        let entries = (0..<12).map { "[\"x/\($0).png\", \($0 % 2), \"c\($0 % 2)\"]" }.joined(separator: ",")
        try data.write("split.json", text: "{\"train\": [\(entries)], \"val\": [], \"test\": []}")
        let set = try DataSet(path: data.path, shots: 2, seed: 1)
        #expect(set.counts == [4, 4, 4])
    }

    @Test func commaSeparatedList() throws {
        let data = try TemporaryData.folders(["x": 6])
        let lines = [
            "\u{FEFF} Path ,note,CLASS,split\r", "x/0.png,plain,dog,train\r",
            #"x/1.png,"with, comma and ""quotes""","cat, big",TRAIN"#, "", #""x/2.png",,dog,val"#,
            #"x/3.png,"two"#, #"lines","cat, big",validation"#, "x/4.png,,dog,test",
            #"x/5.png,,"cat, big",Test"#,
        ]
        let list = lines.joined(separator: "\n")
        try data.write("list.csv", text: list)
        let set = try DataSet(path: data.path + "/list.csv", shots: nil, seed: 1)
        #expect(set.layout == "CSV")
        #expect(set.classNames == ["cat, big", "dog"])
        #expect(set.train.images.map(\.path) == ["x/0.png", "x/1.png"] && set.train.labels == [1, 0])
        #expect(set.validation.images.map(\.path) == ["x/2.png", "x/3.png"])
        #expect(set.test.labels == [1, 0])
        try data.write("short.csv", text: "classname,path\nb,x/0.png\na,\(data.path)/x/1.png\n")
        let short = try DataSet(path: data.path + "/short.csv", shots: nil, seed: 1, classes: .new)
        #expect(short.classNames == ["b"] && short.train.count == 1)
    }

    @Test func halvesOfTheClasses() throws {
        let data = try TemporaryData.folders(["a": 6, "b": 6, "c": 6, "d": 6, "e": 6])
        let base = try DataSet(path: data.path, shots: 1, seed: 1, classes: .base)
        let new = try DataSet(path: data.path, shots: 1, seed: 1, classes: .new)
        #expect(base.classNames == ["a", "b", "c"] && new.classNames == ["d", "e"])
        #expect(base.train.labels == [0, 1, 2] && new.train.labels == [0, 1])
        let one = try TemporaryData.folders(["only": 6])
        #expect(said(one, classes: .new) == "the data set has no new-class images")
    }

    /// A file, its text and the message about it.
    struct Sample: Sendable, CustomTestStringConvertible {
        let file: String
        let text: String
        let message: String
        var testDescription: String { message }

        init(_ file: String, _ text: String, _ message: String) {
            (self.file, self.text, self.message) = (file, text, message)
        }
    }

    static let samples = [
        Sample("split.json", "{", "the text of '…/split.json': expected a JSON object of splits"),
        Sample("split.json", "[]", "the text of '…/split.json': expected a JSON object of splits"),
        Sample("split.json", "{}", "the object of '…/split.json': expected a list 'train' or 'test'"),
        Sample("split.json", "{\"train\": 3}", "'train' of '…/split.json': expected a list"),
        Sample("split.json", "{\"train\": []}", "no images in '…/split.json': expected PNG or JPEG files"),
        Sample(
            "split.json", "{\"train\": [[\"x/0.png\", 0]]}",
            "entry 1 of 'train' of '…/split.json': expected [path, label, class name]"),
        Sample(
            "split.json", "{\"train\": [[\"x/0.png\", \"0\", \"a\"]]}",
            "entry 1 of 'train' of '…/split.json': expected [path, label, class name]"),
        Sample(
            "split.json", "{\"train\": [[\"x/0.png\", 0.5, \"a\"]]}",
            "entry 1 of 'train' of '…/split.json': expected [path, label, class name]"),
        Sample(
            "split.json", "{\"train\": [[\"x/0.png\", -1, \"a\"]]}",
            "entry 1 of 'train' of '…/split.json': expected a path, a label of 0 or more and a class name"),
        Sample(
            "split.json", "{\"train\": [[\"x/0.png\", 0, \"\"]]}",
            "entry 1 of 'train' of '…/split.json': expected a path, a label of 0 or more and a class name"),
        Sample(
            "split.json", "{\"train\": [[\"x/0.png\", 0, \"a\"], [\"x/1.png\", 2, \"b\"]]}",
            "the labels of '…/split.json': no image has label 1 of 2 classes"),
        Sample(
            "split.json", "{\"train\": [[\"x/0.png\", 0, \"a\"]], \"test\": [[\"x/1.png\", 0, \"b\"]]}",
            "entry 1 of 'test' of '…/split.json': label 0 is 'a' before and 'b' here"),
        Sample(
            "split.json", "{\"train\": [[\"x/9.png\", 0, \"a\"]]}", "no such file or folder: '…/x/9.png'"),
        Sample(
            "split.json", "{\"train\": [[\"x\", 0, \"a\"]]}", "cannot read '…/x': it is a folder"),
        Sample(
            "list.csv", "",
            "line 1 of '…/list.csv': expected a header with the columns 'path' and 'class'; got ''"),
        Sample("list.csv", "path,class\n", "no images in '…/list.csv': expected PNG or JPEG files"),
        Sample(
            "list.csv", "x/0.png,a\n",
            "line 1 of '…/list.csv': expected a header with the columns 'path' and 'class'; got 'x/0.png,a'"),
        Sample(
            "list.csv", "path,class\nx/0.png,a\nx/1.png\n",
            "record 3 of '…/list.csv': expected 2 fields; got 1"),
        Sample(
            "list.csv", "path,class,split\nx/0.png,a,train\nx/1.png,a,eval\n",
            "record 3 of '…/list.csv': expected train, val or test as split; got 'eval'"),
        Sample(
            "list.csv", "path,class\nx/0.png,a\nx/1.png,\"b\nx/2.png,c\n",
            "record 3 of '…/list.csv': a quoted field is not closed"),
        Sample(
            "list.csv", "path,class\nx/0.png,a\n/no/such.png,a\n", "no such file or folder: '/no/such.png'"),
        Sample(
            "notes.txt", "path,class\n",
            "'…/notes.txt' is not a data set: expected a folder with one folder of images a class, "
                + "a CoOp split file (.json), or a .csv with the columns path and class"),
    ]

    @Test(arguments: samples) func message(_ sample: Sample) throws {
        let data = try TemporaryData.folders(["x": 3])
        try data.write(sample.file, text: sample.text)
        #expect(said(data, "/" + sample.file) == sample.message)
    }

    @Test func pathsWithoutImages() throws {
        let data = try TemporaryData()
        #expect(said(data) == "no images in '…': expected PNG or JPEG files")
        #expect(said(data, "/none") == "no such file or folder: '…/none'")
        try data.write("a/notes.txt", text: "")
        #expect(said(data) == "no images in '…': expected PNG or JPEG files")
        try data.write("list.csv", [0x70, 0xff, 0xfe])
        #expect(
            said(data, "/list.csv") == "cannot read '…/list.csv': line 1 is not UTF-8 text")
        // A pipe would be read for ever.
        for name in ["pipe.json", "pipe.csv"] {
            try #require(mkfifo(data.path + "/" + name, 0o600) == 0)
            #expect(said(data, "/" + name) == "cannot read '…/\(name)': it is not a regular file")
        }
        try #require(mkfifo(data.path + "/pipe", 0o600) == 0)
        #expect(said(data, "/pipe").hasPrefix("'…/pipe' is not a data set: expected a folder"))
        try #require(mkfifo(data.path + "/a/pipe.png", 0o600) == 0)
        #expect(said(data) == "cannot read '…/a/pipe.png': it is not a regular file")
    }

    private func said(
        _ data: TemporaryData, _ below: String = "", classes: DataSet.ClassSelection = .all
    ) -> String {
        TestData.message {
            _ = try DataSet(path: data.path + below, shots: nil, seed: 1, classes: classes)
        }.replacingOccurrences(of: data.path, with: "…")
    }
}
