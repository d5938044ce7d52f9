import Foundation
import Notebook
import Raster
import Testing

/// Help texts and completion.
@Suite struct HelpTests {
    /// First words of the lines of `help`, of the commands and of the methods.
    private static func lists() throws -> (verbs: [String], methods: [String]) {
        let lines = try #require(try Fixture().notebook().run("help").last).lines
        let words = lines.dropLast(2).compactMap { $0.split(separator: " ").first.map(String.init) }
        let middle = try #require(words.firstIndex(of: "Methods"))
        return (Array(words[..<middle]), Array(words[(middle + 1)...]))
    }

    private static func topics() throws -> [String] {
        let lists = try lists()
        return lists.verbs + lists.methods + ["keys", "language", "transcript"]
    }

    @Test func tableIsSorted() throws {
        let (verbs, methods) = try Self.lists()
        #expect(verbs == verbs.sorted() && methods == methods.sorted())
        #expect(
            verbs == [
                "ablate", "anchors", "apropos", "box", "branch", "budget", "cache", "checkpoint", "classes",
                "classify",
                "compare",
                "data", "diff", "doctor", "eval",
                "export", "goto",
                "help",
                "history", "mistakes", "model", "plot", "probe", "prompt", "provenance", "quit", "redo",
                "rerun", "restore", "run",
                "runs",
                "save", "say",
                "sessions",
                "show",
                "source",
                "step", "template", "trace", "undo", "use", "zeroshot",
            ])
        #expect(
            methods == ["bar", "bias", "blackvip", "bptvlm", "calibrate", "gauss-newton", "template", "zip"])
    }

    @Test func linesAreShort() throws {
        let notebook = try Fixture().notebook()
        for topic in try Self.topics() {
            let report = try #require(try notebook.run("help " + topic).last)
            #expect(report.word == "ok" && report.lines.count > 3, "\(topic)")
            for line in report.lines where line.hasPrefix(" ") || !line.hasPrefix("prompt ") {
                #expect(line.count <= 125, "\(line)")
            }
        }
    }

    /// Every example of every help text runs as it stands.
    @Test func examplesRun() throws {
        for topic in try Self.topics() {
            let fixture = try Fixture()
            // BlackVIP's decoder draws at least 32 px.
            if topic == "blackvip" {
                try TinyModel.write(to: fixture.folder + "/Assets/Model", imageSize: 32)
            }
            try FileManager.default.createDirectory(
                atPath: fixture.folder + "/Assets/Data", withIntermediateDirectories: true)
            for place in ["Assets/Data/line-drawings", "photos"] {
                try FileManager.default.copyItem(
                    atPath: fixture.folder + "/data", toPath: fixture.folder + "/" + place)
            }
            try Fixture.write(
                Fixture.picture(label: 0, index: 0).pngData(), to: fixture.folder + "/photos/001.png")
            try fixture.cacheModel("openai/clip-vit-base-patch16")
            try fixture.write("step\n", to: "setup.zl")
            try fixture.write("# names\ncat\ndog\nbird\n", to: "names.txt")
            let notebook = try fixture.notebook(
                "model load\ndata load data\nprompt new\nstep 2\ncheckpoint before-clipping\nstep\nstep\nstep"
            )
            let lines = try #require(try notebook.run("help " + topic).last).lines
            let text = try #require(lines.firstIndex(of: "") ?? lines.firstIndex { $0.hasPrefix("  ") })
            let examples = lines[text...].filter { $0.hasPrefix("  ") && !$0.hasPrefix("    plot") }
            #expect(!examples.isEmpty, "\(topic)")
            let script = lines[text...].filter { $0.hasPrefix("  ") }.joined(separator: "\n")
            for report in try notebook.evaluate(script, name: topic, keepGoing: true) {
                #expect(report.word == "ok", "\(report.failure ?? "")")
            }
        }
    }

    struct Completed: Sendable, CustomTestStringConvertible {
        /// The cursor stands at `^`.
        var line: String
        /// The line with the only or first candidate put in.
        var result: String
        var candidates: Int
        var testDescription: String { line }
    }

    @Test(arguments: [
        Completed(line: "mod^", result: "model", candidates: 1),
        Completed(line: "re^", result: "redo", candidates: 4),
        Completed(line: "model ^", result: "model load", candidates: 3),
        Completed(line: "model l^", result: "model load", candidates: 1),
        Completed(line: "prompt new --tok^", result: "prompt new --tokens", candidates: 1),
        Completed(
            line: "prompt new --perturbation r^", result: "prompt new --perturbation rademacher",
            candidates: 1),
        Completed(line: "anch^", result: "anchors", candidates: 1),
        Completed(line: "anchors --c^", result: "anchors --contexts", candidates: 1),
        Completed(line: "anchors --split v^", result: "anchors --split val", candidates: 1),
        Completed(line: "prompt new --view p^", result: "prompt new --view probabilities", candidates: 1),
        Completed(
            line: "prompt new --method bias --dec^", result: "prompt new --method bias --decimals",
            candidates: 1),
        Completed(line: "eval --split=t^", result: "eval --split=train", candidates: 2),
        Completed(line: "data load da^ --shots 4", result: "data load data/ --shots 4", candidates: 1),
        Completed(line: "data load data/f^", result: "data load data/fire_truck/", candidates: 1),
        Completed(line: "data load 'my^", result: "data load 'my photos/", candidates: 1),
        Completed(line: "source .h^", result: "source .hidden", candidates: 1),
        Completed(line: "restore st^", result: "restore start", candidates: 1),
        Completed(line: "step $co^", result: "step $count", candidates: 1),
        Completed(line: "step $(le^", result: "step $(len", candidates: 1),
        Completed(line: "help zer^", result: "help zeroshot", candidates: 1),
        Completed(line: "repeat 3 { ste^", result: "repeat 3 { step", candidates: 1),
        Completed(line: "plot accuracy --l^", result: "plot accuracy --log-x", candidates: 2),
        Completed(line: "plot accu^ --out x.png", result: "plot accuracy --out x.png", candidates: 1),
        Completed(line: "frob ^", result: "frob ", candidates: 0),
        Completed(line: "step # mod^", result: "step # mod", candidates: 0),
    ])
    func completion(_ sample: Completed) throws {
        let fixture = try Fixture()
        try fixture.write("", to: ".hidden")
        try FileManager.default.createDirectory(
            atPath: fixture.folder + "/my photos", withIntermediateDirectories: true)
        let notebook = try fixture.notebook("let count = 3\n" + smallPrompt + "\ncheckpoint start")
        let before = try notebook.standing()
        let parts = sample.line.split(separator: "^", omittingEmptySubsequences: false).map(String.init)
        let answer = Completer(notebook).complete(parts.joined(), cursor: parts[0].utf8.count)
        #expect(answer.candidates.count == sample.candidates, "\(answer.candidates)")
        var bytes = Array(parts.joined().utf8)
        if let first = answer.candidates.first { bytes.replaceSubrange(answer.replaced, with: first.utf8) }
        #expect(String(decoding: bytes, as: UTF8.self) == sample.result)
        #expect(try notebook.standing() == before)
    }
}
