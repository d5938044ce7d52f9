import Foundation
import Notebook
import Raster
import Testing

/// Sessions on the set in `Assets/Data/trap/trap.tar`, whose names and files are odd on purpose.
@Suite struct TrapDataTests {
    /// A fixture with the set in `trap`.
    private static func fixture() throws -> Fixture {
        let fixture = try Fixture()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let unpacking = Process()
        unpacking.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        unpacking.arguments = [
            "tar", "xf", root.appendingPathComponent("Assets/Data/trap/trap.tar").path, "-C", fixture.folder,
        ]
        try unpacking.run()
        unpacking.waitUntilExit()
        try #require(unpacking.terminationStatus == 0)
        return fixture
    }

    private static func isSafe(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x202E
        }
    }

    @Test(arguments: ["trap", "trap/coop.json", "trap/list.csv"]) func session(_ path: String) throws {
        let fixture = try Self.fixture()
        let notebook = try fixture.notebook()
        let reports = try notebook.run(
            #"""
            model load
            data load \#(path) --shots 1 --classes base
            data info
            zeroshot --split val
            prompt new --tokens 2 --dim 20 --rank 2 --budget 60
            step 2
            eval
            eval --split test
            classify "trap/#hash tag/esc\u{1b}[2Jclear.png" "trap/#hash tag/right-to-left \u{202e}gnp.png"
            plot images
            trace t.safetensors
            data load \#(path) --shots all
            plot images --size 40 --per-class 40
            """#)
        #expect(reports.count == 13)
        for report in reports {
            #expect(report.word == "ok", "\(report.failure ?? "")")
            for line in report.lines { #expect(Self.isSafe(line), "\(line.debugDescription)") }
            #expect(Self.isSafe(report.json))
        }
        let names = try #require(reports[2].lines.last)
        #expect(names == #"#hash tag, -dash, A comma, "quoted", esc\u{1b}[31mred"#)
        #expect(reports[8].lines[1].hasPrefix(#"trap/#hash tag/esc\u{1b}[2Jclear.png: "#))
        #expect(reports[8].lines[2].hasPrefix(#"trap/#hash tag/right-to-left \u{202e}gnp.png: "#))
        // Half of the classes first, then all.
        for (report, kinds) in [(reports[1], "1 .gif, 1 .webp"), (reports[11], "2 .gif, 1 .webp, 1 other")] {
            let note = "note: skipped in the class folders: \(kinds); images are .png, .jpg and .jpeg files"
            #expect(report.lines.contains(note) == (path == "trap"))
        }

        let text = notebook.transcript
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(Self.isSafe(line), "\(line.debugDescription)")
        }
        #expect(text.contains(#"= data.classes ["#))
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        let replayed = try Replay(Transcript(text, name: "x.zlt"), host: host).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches.first as Any)")
        #expect(replayed.cells == 13 && replayed.torn == nil)
    }

    /// One image of a trap replaced by another is other data.
    @Test func replacedImage() throws {
        let fixture = try Self.fixture()
        let notebook = try fixture.notebook("data load trap --shots all")
        let text = notebook.transcript
        let path = fixture.folder + "/trap/#hash tag/esc\u{1b}[2Jclear.png"
        try Fixture.write(Fixture.picture(label: 1, index: 2).pngData(), to: path)
        let replayed = try Replay(Transcript(text, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.map(\.isProvenance) == [true])
        let report = try #require(try notebook.run("plot images --per-class 40").last)
        #expect(
            fixture.masked(report.failure ?? "").hasPrefix(
                #"input:1:1: error: 'DIR/trap/#hash tag/esc\u{1b}[2Jclear.png' has changed"#))
    }
}
