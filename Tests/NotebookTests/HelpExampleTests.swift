import BlackBox
import Foundation
import Notebook
import TestData
import Testing

/// What help shows of statements is what the embedded model and data give: 'make help-examples' records it anew.
@Suite struct HelpExampleTests {
    static let setup = ["model load", "data load Assets/Data/stamps", "prompt new", "step 2"]

    /// Statements behind the setup, by the topic that they are an example of. Topics whose output depends on the machine
    /// have none.
    static let statements: [String: [String]] = [
        "ablate": ["ablate rank 1 5 --seeds 1 --queries 100 --every 100"],
        "anchors": ["anchors --contexts 3"], "apropos": ["apropos momentum"],
        "bar": ["prompt new --method bar --name frame", "show prompt"],
        "bias": ["prompt new --method bias --name shifted", "step", "eval --split test"],
        "blackvip": ["prompt new --method blackvip --name additive"],
        "box": ["box --shows probabilities --digits 2 --price 0.01"],
        "bptvlm": ["prompt new --method bptvlm --name tokens"],
        "branch": ["branch other", "step", "runs"], "budget": ["budget 6000"],
        "calibrate": ["prompt new --method calibrate --name mapped", "step", "eval --split test"],
        "checkpoint": ["checkpoint start", "show"], "classes": ["classes"],
        "classify": ["classify Assets/Data/stamps/images/animal/chimp.png"],
        "compare": ["compare --methods zip,calibrate --seeds 1 --queries 100 --every 100"],
        "data": ["data load Assets/Data/flags --shots 8"],
        "diff": ["branch other", "step 3", "diff main other"], "doctor": ["prompt new --a 1", "doctor"],
        "eval": ["eval --split test"], "export": ["export csv run.csv"],
        "gauss-newton": [
            "prompt new --method gauss-newton --name gn", "run --queries 30", "eval --split test",
        ],
        "goto": ["goto step 1"], "history": ["eval", "history 2"],
        "language": [
            "let ranks = [1, 3]",
            "for rank in $ranks { prompt new --rank $rank --name \"r$rank\"; step 5 }",
            "if (r1.loss < r3.loss) { say \"rank 1\" } else { say \"rank $(ranks[-1])\" }",
        ],
        "mistakes": ["mistakes --split test"], "model": ["model info"],
        "plot": ["run --queries 400", "plot loss"], "probe": ["probe"],
        "prompt": ["prompt info", "prompt save learned.safetensors"], "provenance": ["provenance"],
        "redo": ["undo", "redo"], "restore": ["checkpoint start", "step 3", "restore start"],
        "run": ["run --queries 200 --split test every 100 { say \"$queries: $loss\" }"],
        "runs": ["branch other", "runs"], "save": ["save session.zlt"],
        "say": ["say \"loss $(main.loss) after $(main.queries) queries\""],
        "show": ["show step", "show prompt --words 2"], "step": ["step 3"],
        "template": ["prompt new --method template --name plain", "eval --split test"],
        "trace": ["trace run.safetensors"], "undo": ["undo"], "use": ["branch other", "use main"],
        "zeroshot": ["zeroshot \"a stamp that shows a {}.\""],
        "zip": ["prompt new --rank 3 --seed 2 --name narrow", "run --queries 500 --split test"],
    ]

    /// Lines of an example that help shows.
    private static let longest = 14

    /// Columns of a line.
    private static let widest = 118

    /// Recorded text by topic.
    private static func record(of topic: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "help-example-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var host = NotebookHost(
            workingFolder: folder.path, assetsFolder: Repository.root.appendingPathComponent("Assets").path,
            environment: [:])
        host.featureCache = FeatureCache(folder: cache.path, limit: 1 << 30)
        let notebook = Notebook(host: host)
        for cell in try notebook.evaluate(setup.joined(separator: "\n"), name: "setup") {
            #expect(cell.status == .ok)
        }
        var lines: [String] = []
        for statement in statements[topic] ?? [] {
            for cell in try notebook.evaluate(statement, name: "example") {
                #expect(cell.status == .ok, "\(topic): \(cell.failure ?? "")")
                lines.append("> " + cell.input)
                // The pace is the machine's.
                lines += cell.lines.filter { !$0.hasPrefix("queries a second") }.map { "| " + $0 }
            }
        }
        lines = lines.map { $0.count > widest ? $0.prefix(widest - 1) + "…" : $0 }
        if lines.count > longest { lines = lines.prefix(longest) + ["| …"] }
        return lines.joined(separator: "\n")
    }

    /// Features of the embedded data, for all examples.
    private static let cache = FileManager.default.temporaryDirectory.appendingPathComponent(
        "help-example-features-\(getpid())")

    private static let isRecording = ProcessInfo.processInfo.environment["ZIPLAB_RECORD_HELP"] != nil

    @Test(.enabled(if: isRecording)) func recordAnew() throws {
        var text = """
            /// What statements show, by help's topics: recorded by 'make help-examples', compared by its tests.
            let helpExamples: [String: String] = [

            """
        for topic in Self.statements.keys.sorted() {
            let lines = try Self.record(of: topic).split(separator: "\n", omittingEmptySubsequences: false)
            text += "    \"\(topic)\": #\"\"\"\n" + lines.map { "        \($0)\n" }.joined()
            text += "        \"\"\"#,\n"
        }
        let place = Repository.root.appendingPathComponent("Sources/Notebook/HelpExamples.swift")
        try Data((text + "]\n").utf8).write(to: place)
    }

    @Test(.disabled(if: isRecording), arguments: statements.keys.sorted()) func isAsRecorded(topic: String)
        throws
    {
        let help = try #require(try Fixture().notebook().run("help \(topic)").last).lines
        let start = try #require(help.lastIndex { $0.hasPrefix("As it went behind ") })
        let recorded = try Self.record(of: topic).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            Array(help[(start + 1)...]) == recorded.map(String.init), "'make help-examples' records it anew")
    }
}
