import CommandLanguage
import Foundation
import Notebook
import Tensors
import Testing

/// Blocks, variables from outside and the session's account of queries.
@Suite struct BlockTests {
    @Test func quitEndsABlockAtOnce() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let report = try #require(try notebook.run("repeat 3 { step; quit }").last)
        #expect(report.results.filter { $0.key.hasSuffix(".step") }.map(\.value) == [.integer(1)])
        #expect(notebook.hasQuit)
    }

    @Test func everyStatementOfABlockKeepsItsResults() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let report = try #require(try notebook.run("repeat 2 { step; eval --split test }").last)
        let keys = report.results.map(\.key)
        for key in ["1.loss", "2.accuracy", "3.loss", "4.accuracy"] { #expect(keys.contains(key), "\(key)") }
        #expect(Set(keys).count == keys.count)
    }

    @Test func loopVariableMayNotBeSetFromOutside() throws {
        let notebook = try Fixture().notebook(settings: ["x": .number(7)])
        guard case .failed(let diagnostic)? = try notebook.run("for x in 1..2 { help }").last?.status else {
            Issue.record("expected a failure")
            return
        }
        #expect(diagnostic.message == "variable 'x' has a value from '--set'")
    }

    @Test func undoStandsAlone() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let report = try #require(try notebook.run("repeat 1 { step; undo }").last)
        guard case .failed = report.status else {
            Issue.record("expected a failure")
            return
        }
        #expect(try notebook.result("step", of: "show") == .integer(1))
    }

    /// Undone steps stay on the session's account; a refused gain asks for no loss.
    @Test func spentQueriesOnlyGrow() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        try notebook.run("step 2\nundo")
        #expect(try notebook.result("queries", of: "show") == .integer(0))
        #expect(try notebook.result("spent-queries", of: "show") == .integer(20))
        try notebook.run("prompt new --tokens 2 --dim 20 --rank 2 --c 1e-46\nstep")
        #expect(try notebook.result("spent-queries", of: "show") == .integer(20))
    }

    @Test func conditionThatHoldsTakesNoStep() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let report = try #require(try notebook.run("run --until \"accuracy >= 0\"").last)
        #expect(report.lines.last == "accuracy >= 0: already so")
        #expect(try notebook.result("queries", of: "show") == .integer(0))
    }

    /// "/" and a combining mark are one character to Swift and two to the file system.
    @Test func outputPathsAreCutByBytes() throws {
        let fixture = try Fixture()
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        let notebook = Notebook(host: host)
        let report = try #require(try notebook.run("save \"../\u{301}escaped.txt\"").last)
        guard case .ok = report.status else {
            Issue.record("\(report.status)")
            return
        }
        let beside = try FileManager.default.contentsOfDirectory(atPath: fixture.folder)
        #expect(!beside.contains { $0.contains("escaped") }, "\(beside)")
    }

    /// Logits that are not finite are an error, not an accuracy.
    @Test(arguments: [("logit_scale", "a number below 88"), ("text_projection.weight", "not finite")])
    func modelWithoutNumbers(_ tensor: String, _ words: String) throws {
        let fixture = try Fixture()
        let path = fixture.folder + "/Assets/Model/model.safetensors"
        let file = try SafeTensorsFile(path: path)
        var writer = SafeTensorsWriter()
        for name in file.names {
            let shape = try #require(file.entry(name)).shape
            var floats = try file.floats(name)
            if name == tensor { floats[0] = .nan }
            try writer.add(name, shape: shape, floats: floats)
        }
        try Fixture.write(try writer.serialized(), to: path)
        let notebook = try fixture.notebook()
        let reports = try notebook.run("model load\ndata load data\nzeroshot")
        guard case .failed(let diagnostic)? = reports.last?.status else {
            Issue.record("expected a failure")
            return
        }
        #expect(diagnostic.message.contains(words), "\(diagnostic.message)")
    }
}
