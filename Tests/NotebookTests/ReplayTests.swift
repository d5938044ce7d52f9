import Files
import Foundation
import Notebook
import Raster
import Testing

/// Running a record again and comparing.
@Suite struct ReplayTests {
    private static let session = """
        model load
        data load data --shots 4
        zeroshot "a {}" "the {}"
        prompt new --tokens 2 --dim 20 --rank 2 --budget 100
        step 1000
        step 2
        checkpoint two
        run --queries 90 --eval-every 20 --split test
        restore two
        step
        undo
        classify data/cat/100.png
        eval --split test
        plot accuracy
        plot gradient --out g.png --x step
        plot images --split val
        export csv run.csv
        trace t.safetensors
        prompt save p.safetensors
        show
        """

    /// A recorded session and where it was made.
    private static func recorded() throws -> (Fixture, String) {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        _ = try notebook.evaluate(session, name: "input", keepGoing: true)
        for name in ["run.csv", "t.safetensors", "p.safetensors", "accuracy.png", "g.png", "images.png"] {
            try FileManager.default.removeItem(atPath: fixture.folder + "/" + name)
        }
        return (fixture, notebook.transcript)
    }

    private static func replay(_ text: String, _ fixture: Fixture) throws -> Replay.Report {
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        return try Replay(Transcript(text, name: "x.zlt"), host: host).run()
    }

    @Test func equal() throws {
        let (fixture, text) = try Self.recorded()
        let report = try Self.replay(text, fixture)
        #expect(report.mismatches.isEmpty, "\(report.mismatches)")
        #expect(report.cells == 20 && report.torn == nil)
        let values = text.split(separator: "\n").count { $0.hasPrefix("= ") || $0.hasPrefix("@plot ") }
        #expect(report.compared == values)
        // Everything was written below the output folder.
        #expect(!fixture.exists("run.csv") && !fixture.exists("g.png"))
        #expect(
            fixture.exists("out/run.csv") && fixture.exists("out/g.png")
                && fixture.exists("out/t.safetensors"))
    }

    /// One digit of any result changed is found, and the line is named.
    @Test func changedDigit() throws {
        let (fixture, text) = try Self.recorded()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var random = SplitMix(state: 2)
        var changed = 0
        for (index, line) in lines.enumerated() where line.hasPrefix("= ") || line.hasPrefix("@plot ") {
            let value = line.split(separator: " ", maxSplits: 2)[2]
            let digits = value.indices.filter { value[$0].isNumber }
            guard let place = digits.randomElement(using: &random) else { continue }
            // The size of a plot is for people; its pixels count.
            guard line.hasPrefix("= ") || value[..<place].contains(":") else { continue }
            changed += 1
            var other = lines
            let digit = value[place].wholeNumberValue ?? 0
            other[index] = line[..<place] + "\((digit + 1) % 10)" + line[line.index(after: place)...]
            let report = try Self.replay(other.joined(separator: "\n"), fixture)
            #expect(report.mismatches.map(\.line) == [index + 1], "\(line)")
            let isProvenance = line.hasPrefix("= model.") || line.hasPrefix("= data.")
            #expect(report.mismatches.first?.isProvenance == isProvenance, "\(line)")
        }
        #expect(changed > 60)
    }

    struct Change: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        var message: String
        var testDescription: String { new }
    }

    @Test(arguments: [
        Change(old: "> step 2\n", new: "> step 3\n", message: "'loss' recorded "),
        Change(old: "> undo\n", new: "> undo 2\n", message: "'undone' recorded [10]; got [9, 10]"),
        Change(old: "> undo\n", new: "> undo 99\n", message: "recorded as ok; now failed: only "),
        Change(
            old: "> undo\n", new: "> undoo\n", message: "recorded as ok; now failed: unknown command 'undoo'"),
        Change(old: "> step 1000\n", new: "> step\n", message: "recorded as failed; now ok"),
        Change(old: "> undo\n", new: "> undo; show\n", message: "expected one statement; got 2"),
        Change(old: "> undo\n", new: "> # undo\n", message: "expected one statement; got 0"),
        Change(old: "--out g.png --x step\n", new: "--out g.png\n", message: "pixels of \"g.png\" recorded "),
        Change(old: "= points ", new: "= dots ", message: "'dots' recorded "),
        Change(old: "= correct ", new: "| correct ", message: "'correct' is not recorded; got "),
        Change(old: "@plot g.png ", new: "| g.png ", message: "1 plots drawn; 0 recorded"),
    ])
    func changedInput(_ change: Change) throws {
        let (fixture, text) = try Self.recorded()
        var old = change.old
        var new = change.new
        // The recorder writes plain paths bare.
        if old.hasPrefix("@plot"), !text.contains(old) { (old, new) = ("@plot \"g.png\" ", "| g.png ") }
        #expect(text.contains(old))
        let report = try Self.replay(text.replacing(old, with: new, maxReplacements: 1), fixture)
        let first = try #require(report.mismatches.first)
        let message = change.message.replacing(
            "\"g.png\"", with: text.contains("@plot g.png") ? "g.png" : "\"g.png\"")
        #expect(first.message.hasPrefix(message), "\(first.message)")
        #expect(report.mismatches.allSatisfy { !$0.isProvenance })
    }

    @Test func otherModel() throws {
        let (fixture, text) = try Self.recorded()
        let path = fixture.folder + "/Assets/Model/model.safetensors"
        var bytes = try #require(fixture.bytes("Assets/Model/model.safetensors"))
        bytes[bytes.count - 2] ^= 1
        try Fixture.write(bytes, to: path)
        try Self.expectOther(text, fixture, "'model.model.safetensors' recorded sha256:")
        try FileManager.default.removeItem(atPath: path)
        try Self.expectOther(
            text, fixture, "recorded as ok; now failed: no 'model.safetensors' in model folder")
    }

    @Test func otherData() throws {
        let (fixture, text) = try Self.recorded()
        let path = fixture.folder + "/data/dog/105.png"
        try Fixture.write(Fixture.picture(label: 0, index: 99).pngData(), to: path)
        try Self.expectOther(text, fixture, "'data.")
        try FileManager.default.removeItem(atPath: path)
        try Self.expectOther(text, fixture, "'data.")
        try FileManager.default.removeItem(atPath: fixture.folder + "/data")
        try Self.expectOther(text, fixture, "recorded as ok; now failed: no such file or folder")
    }

    private static func expectOther(_ text: String, _ fixture: Fixture, _ message: String) throws {
        let report = try replay(text, fixture)
        let other = report.mismatches.first { $0.isProvenance }
        let found = try #require(other)
        #expect(found.message.hasPrefix(message), "\(found.message)")
        // It stops there: what follows would differ for that reason alone.
        #expect(report.cells <= 2)
    }

    @Test func tornCellIsLeftOut() throws {
        let (fixture, text) = try Self.recorded()
        let torn = text + "> step 3\n| step"
        let report = try Self.replay(torn, fixture)
        #expect(report.mismatches.isEmpty && report.cells == 20)
        #expect(report.torn == text.split(separator: "\n", omittingEmptySubsequences: false).count)
    }

    /// Whatever a session names, a replay writes below its output folder.
    @Test func writesStayBelowTheOutputFolder() throws {
        let fixture = try Fixture()
        let outside = fixture.folder + "/outside"
        let text = """
            #!ziplab-transcript 1
            > model load
            @end 1 ok 0s
            > data load data
            @end 2 ok 0s
            > prompt new
            @end 3 ok 0s
            > step
            @end 4 ok 0s
            > export csv \(outside)/a.csv
            @end 5 ok 0s
            > export csv ../../../../outside/b.csv
            @end 6 ok 0s
            > export csv ~/c.csv
            @end 7 ok 0s
            > save ./x/../../d.zlt
            @end 8 ok 0s
            > plot loss --out //e.png
            @end 9 ok 0s
            > trace "..//..//f"
            @end 10 ok 0s
            > prompt save g/./h
            @end 11 ok 0s
            > export csv ..
            @end 12 failed 0s
            > export csv data/cat/100.png
            @end 13 ok 0s
            > source data/cat/100.png
            @end 14 ok 0s

            """
        let before = fixture.bytes("data/cat/100.png")
        let all = {
            try FileManager.default.subpathsOfDirectory(atPath: fixture.folder).filter {
                !$0.hasPrefix("out")
            }
        }
        let old = try all()
        let report = try Self.replay(text, fixture)
        #expect(report.cells == 14)
        #expect(try all() == old)
        #expect(!FileManager.default.fileExists(atPath: outside))
        #expect(fixture.bytes("data/cat/100.png") == before)
        let written = try FileManager.default.subpathsOfDirectory(atPath: fixture.folder + "/out").filter {
            FileKind.isFile(fixture.folder + "/out/" + $0)
        }
        #expect(written.count == 9, "\(written)")
    }
}

private enum FileKind {
    static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}

extension ReplayTests {
    /// A stranger's session cannot fill the disk or the day.
    @Test(arguments: [
        (
            "model random vit-l-14 big",
            "a replayed session may not have a model of vit-l-14's size written: '--trust' lets it"
        ),
        (
            "repeat 9000000 { classes }",
            "a replayed session may not have a statement of so many steps: '--trust' lets it"
        ),
        (
            "for k in 1..100 { model random tiny \"m$k\" }",
            "a replayed session may not have more than 1 GiB of files written: '--trust' lets it"
        ),
        (
            "repeat 20000 { help language }",
            "a replayed session may not have so many lines of output: '--trust' lets it"
        ),
    ])
    func limits(_ statement: String, _ message: String) throws {
        let fixture = try Fixture()
        let text =
            "#!ziplab-transcript 1\n> classes set a b\n= classes 2\n= names [\"a\", \"b\"]\n@end 1 ok 0s\n"
            + "> \(statement)\n@end 2 ok 0s\n"
        let report = try Self.replay(text.replacing("{ classes }", with: "{ }"), fixture)
        #expect(report.mismatches.map(\.message) == ["recorded as ok; now failed: " + message])
    }
}
