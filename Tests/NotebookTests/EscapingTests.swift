import Foundation
import Notebook
import Testing

/// Nothing that came from a file or a path steers the terminal that shows it.
@Suite struct EscapingTests {
    private static func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            !($0.value < 0x20 || (0x7F...0x9F).contains($0.value) || (0x202A...0x202E).contains($0.value)
                || $0.value == 0x2028 || $0.value == 0x2029)
        }
    }

    @Test func namesAndPaths() throws {
        let fixture = try Fixture()
        for (label, name) in ["\u{1b}[2Jcat", "d\nog", "\u{202e}\u{9b}bird"].enumerated() {
            try Fixture.writeImages(to: fixture.folder + "/b\u{7}ad/" + name, count: 8, label: label)
        }
        try fixture.write("let a = 1\n", to: "s\u{1b}.zl")
        let statements = [
            "model load", #"data load "b\u{7}ad" --shots 2"#, "data info", "classes", "zeroshot", "probe",
            "anchors --contexts 2",
            #"zeroshot "\u{1b}[1m {}""#, #"classify "b\u{7}ad/\u{1b}[2Jcat/100.png""#,
            "prompt new --tokens 2 --dim 20",
            #"checkpoint "a\u{1b}b""#, #"restore "a\u{1b}b""#, #"restore "a\u{1b}c""#, "show", "step",
            "run --queries 20",
            #"plot loss --out "l\u{1b}.png""#, #"plot images --out "i\u{1b}.png""#,
            #"export csv "e\u{9b}.csv""#, #"trace "t\u{1b}.safetensors""#,
            #"prompt save "p\u{1b}.safetensors""#, #"save "s\u{1b}.zlt""#, #"source "s\u{1b}.zl""#,
            #"data load "\u{1b}none""#, #"model load "\u{1b}none""#, #"source "\u{1b}none""#,
            #"frob "\u{1b}none""#,
            #"eval --split "\u{1b}""#, #"classes set "\u{1b}" "x\u{2028}" "a\nb""#, "classes",
            #"step "a\nb""#, #"help "\u{1b}""#, #"run --until "\u{1b}""#, "undo", "undo",
        ]
        let notebook = try fixture.notebook()
        var failures = 0
        for statement in statements {
            let report = try #require(try notebook.run(statement).last)
            for line in report.lines { #expect(Self.isSafe(line), "\(statement): \(line.debugDescription)") }
            #expect(Self.isSafe(report.json), "\(statement)")
            if let failure = report.failure {
                failures += 1
                #expect(failure.split(separator: "\n").allSatisfy { Self.isSafe(String($0)) }, "\(statement)")
            }
        }
        #expect(failures == 9)
        let lines = notebook.transcript.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines { #expect(Self.isSafe(String(line)), "\(line.debugDescription)") }
        let read = try Transcript(notebook.transcript, name: "x.zlt")
        #expect(read.cells.map(\.input) == statements)
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        let replayed = try Replay(read, host: host).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches.first as Any)")
    }
}
