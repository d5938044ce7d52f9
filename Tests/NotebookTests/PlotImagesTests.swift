import Datasets
import Foundation
import Notebook
import Raster
import Testing

/// `plot images`: contact sheets of a data set.
@Suite struct PlotImagesTests {
    private static func sheet(_ fixture: Fixture, _ name: String = "images.png") throws -> Bitmap {
        try Bitmap.decode(try #require(fixture.bytes(name)), name: name)
    }

    /// The place of an image on a sheet whose pictures are 16 px wide and whose names are short.
    private static func shown(_ sheet: Bitmap, row: Int, column: Int) -> Bitmap {
        sheet.cropped(x: 20 + 72 + 14 + column * 70, y: 20 + 64 + row * 70, width: 64, height: 64)
    }

    @Test(arguments: ["train", "val", "test"]) func ordersOfTheSplits(_ split: String) throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("data load data --shots 5 --seed 3")
        let report = try #require(try notebook.run("plot images --split \(split) --per-class 4").last)
        let data = try DataSet(path: fixture.folder + "/data", shots: 5, seed: 3)
        let list = try #require(["train": data.train, "val": data.validation, "test": data.test][split])
        #expect(report.lines == ["12 of \(list.count) \(list.name) images drawn to images.png"])
        #expect(report.results.map { "\($0.key) \($0.value)" } == ["images 12"])
        let sheet = try Self.sheet(fixture)
        for (row, _) in data.classNames.enumerated() {
            let own = list.images.filter { $0.label == row }.prefix(4)
            for (column, image) in own.enumerated() {
                let picture = try Bitmap.read(path: fixture.folder + "/data/" + image.path)
                #expect(Self.shown(sheet, row: row, column: column) == picture.resized(width: 64, height: 64))
            }
        }
        // Not a fifth one.
        #expect(sheet.width == 480)
        guard case .plot(let plot)? = report.outputs.last else {
            Issue.record("no plot recorded")
            return
        }
        #expect(plot.path == "images.png" && plot.width == sheet.width && plot.height == sheet.height)
    }

    @Test func sizeAndFile() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("data load data --shots 2")
        try notebook.run("plot images --out a.png\nplot images --size 128 --out b.png")
        let (small, large) = (try Self.sheet(fixture, "a.png"), try Self.sheet(fixture, "b.png"))
        #expect(large.height - small.height == 3 * 64)
        // No prompt and no model were needed, and nothing was changed.
        #expect(try notebook.run("undo").last?.lines.first?.contains("data load") == true)
    }

    @Test func mistakes() throws {
        let fixture = try Fixture()
        func said(_ statement: String, after setup: String = "data load data --shots 4") throws -> String {
            let notebook = try fixture.notebook(setup)
            let report = try #require(try notebook.run(statement).last)
            #expect(report.results.isEmpty && !fixture.exists("images.png"))
            return fixture.masked(report.failure ?? "no failure")
        }
        #expect(
            try said("plot images", after: "") == """
                input:1:1: error: no data set yet; load one with 'data load PATH'
                plot images
                ^~~~~~~~~~^
                """)
        #expect(
            try said("plot images --split dev") == """
                input:1:21: error: expected 'train', 'val' or 'test' for '--split'; got 'dev'
                plot images --split dev
                                    ^~^
                """)
        #expect(
            try said("plot images --split val", after: "data load data --shots all") == """
                input:1:1: error: the data set has no validation images
                plot images --split val
                ^~~~~~~~~~~~~~~~~~~~~~^
                """)
        #expect(
            try said("plot images --x step") == """
                input:1:13: error: unknown option '--x' of 'plot'
                plot images --x step
                            ^~^
                note: usage: plot images [--split train] [--per-class 8] [--size N] [--show] [--out FILE] [--force]
                """)
        #expect(
            try said("plot images --out no/images.png").hasPrefix(
                "input:1:19: error: cannot write 'no/images.png': no such folder"))
    }

    @Test func imagesThatChanged() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("data load data --shots all")
        try fixture.write("no picture", to: "data/dog/103.png")
        let changed = try #require(try notebook.run("plot images").last?.failure)
        #expect(
            fixture.masked(changed).hasPrefix(
                "input:1:1: error: 'DIR/data/dog/103.png' has changed since the data set was loaded"))
        try FileManager.default.removeItem(atPath: fixture.folder + "/data/dog/103.png")
        let gone = try #require(try notebook.run("plot images").last?.failure)
        #expect(
            fixture.masked(gone).hasPrefix("input:1:1: error: no such file or folder: 'DIR/data/dog/103.png'")
        )
        // Only what is drawn is read.
        #expect(try notebook.run("plot images --per-class 3").last?.word == "ok")
    }

    @Test func tooManyImages() throws {
        let fixture = try Fixture()
        try Fixture.writeImages(to: fixture.folder + "/many/a", count: 100, label: 0)
        let notebook = try fixture.notebook("data load many --shots all")
        #expect(
            try notebook.run("plot images --per-class 100").last?.failure == """
                input:1:25: error: a sheet with 1 class of 100 images would be larger than 4000x4000 pixels
                plot images --per-class 100
                                        ^~^
                note: '--per-class 84' fits
                """)
        #expect(
            try notebook.run("plot images --per-class 40 --size 256").last?.failure == """
                input:1:25: error: a sheet with 1 class of 40 images would be larger than 4000x4000 pixels
                plot images --per-class 40 --size 256
                                        ^^
                note: '--size 91' fits
                note: '--per-class 14' fits
                """)
        for fits in ["--per-class 84", "--per-class 40 --size 91", "--per-class 14 --size 256"] {
            #expect(try notebook.run("plot images \(fits)").last?.word == "ok", "\(fits)")
        }
        #expect(try notebook.run("plot images --per-class 40 --size 92").last?.word == "failed")
        #expect(try notebook.run("plot images --per-class 84").last?.word == "ok")
        #expect(try Self.sheet(fixture).width <= 4000)
    }

    @Test func tooManyClasses() throws {
        let fixture = try Fixture()
        let image = try Fixture.picture(label: 0, index: 0).pngData()
        for label in 0..<3200 {
            let folder = fixture.folder + "/many/\(10_000 + label)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Fixture.write(image, to: folder + "/1.png")
        }
        let notebook = try fixture.notebook("data load many --shots all")
        func notes(_ statement: String) throws -> [String] {
            let failure = try #require(try notebook.run(statement).last?.failure)
            return failure.components(separatedBy: "\n").filter { $0.hasPrefix("note: ") }
        }
        #expect(try notes("plot images") == ["note: 'data load' has '--classes' for half of the classes"])
        #expect(try notes("plot images --size 256") == [])
        _ = try notebook.run("data load many --shots all --classes base")
        #expect(try notebook.run("plot images").last?.word == "ok")
        // What is half already is not halved again.
        let call = "plot images --size 128"
        #expect(try notes(call) == ["note: '--size 49' fits"])
    }

    @Test func interruption() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("data load data --shots all", stop: 2)
        #expect(try notebook.run("plot images --per-class 20").last?.word == "interrupted")
        #expect(!fixture.exists("images.png"))
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty)
    }
}

/// `mistakes`: the confusion matrix against the accuracy that 'eval' tells.
@Suite struct MistakesTests {
    @Test func agreesWithEval() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --tokens 2\nstep 2")
        let cell = try #require(try notebook.run("mistakes --split test --out m.png").last)
        #expect(cell.status == .ok, "\(cell.failure ?? "")")
        let rows = (1...3).compactMap { label -> [Int]? in
            guard case .list(let row)? = cell.results.first(where: { $0.key == "confusion.\(label)" })?.value
            else { return nil }
            return row.compactMap { if case .integer(let count) = $0 { count } else { nil } }
        }
        try #require(rows.count == 3 && rows.allSatisfy { $0.count == 3 })
        let correct = (0..<3).reduce(0) { $0 + rows[$1][$1] }
        let all = rows.flatMap { $0 }.reduce(0, +)
        #expect(try notebook.result("correct", of: "eval --split test") == .integer(correct))
        #expect(try notebook.result("images", of: "eval --split test") == .integer(all))
        // A line a class, and its own count first.
        for (label, name) in Fixture.classNames.enumerated() {
            let line = cell.lines.first { $0.hasPrefix(name) }
            #expect(line?.contains("\(rows[label][label]) of \(rows[label].reduce(0, +))") == true)
        }
        #expect(fixture.exists("m.png") == (correct < all))
        #expect(try notebook.run("mistakes --out m.svg").last?.failure?.contains("pixels") != false)
    }
}
