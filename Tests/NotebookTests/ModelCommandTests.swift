import Foundation
import Notebook
import Testing

@Suite struct ModelCommandTests {
    @Test func aRandomModelIsWrittenAndOpens() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        let digest = try notebook.result("digest", of: "model random tiny models --seed 3")
        let loaded = try notebook.run("model load models")
        #expect(loaded.last?.word == "ok")
        #expect(loaded.last?.results.first { $0.key == "model.model.safetensors" }?.value == digest)
        let weights = try notebook.result("weights", of: "model random tiny other")
        #expect(try notebook.result("weights", of: "model load models\nmodel info") == weights)
        #expect(try notebook.result("digest", of: "model random tiny again --seed 3") == digest)
        #expect(try notebook.result("digest", of: "model random tiny next --seed 4") != digest)
        let names = [
            "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json", "vocab.json",
        ]
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/models").sorted() == names)
    }

    @Test func theActivationAndTheTypeAreTheModels() throws {
        let notebook = try Fixture().notebook(
            "model random tiny m --dtype f16 --activation gelu\nmodel load m")
        let lines = try #require(try notebook.run("model info").last).lines
        #expect(lines.filter { $0.hasSuffix(", gelu") }.count == 2)
    }

    @Test func aFolderWithSomethingInItIsLeftAlone() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        let report = try #require(try notebook.run("model random tiny data").last)
        #expect(
            fixture.masked(report.failure ?? "") == """
                input:1:19: error: expected a new or empty folder; 'DIR/data' has something in it
                model random tiny data
                                  ^~~^
                """)
        try FileManager.default.createDirectory(
            atPath: fixture.folder + "/empty", withIntermediateDirectories: false)
        #expect(try notebook.run("model random tiny empty").last?.word == "ok")
        let missing = try #require(try notebook.run("model random tiny none/here").last)
        #expect(
            missing.failure == """
                input:1:19: error: cannot write 'none/here': no such folder
                model random tiny none/here
                                  ^~~~~~~~^
                """)
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder)
        #expect(!left.contains { $0.hasPrefix(".") })
    }

    @Test func aReplayWritesAndReadsItsOwn() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("model random tiny data/m\nmodel load data/m\nmodel load")
        try FileManager.default.removeItem(atPath: fixture.folder + "/data/m")
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/replayed"
        let report = try Replay(Transcript(notebook.transcript, name: "s.zlt"), host: host).run()
        #expect(report.mismatches.isEmpty && report.cells == 3, "\(report.mismatches)")
        #expect(fixture.exists("replayed/data/m/config.json") && !fixture.exists("data/m"))
    }

    @Test func aNameIsLookedUpInTheCache() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        let missing = try #require(try notebook.run("model load org/name").last)
        #expect(
            fixture.masked(missing.failure ?? "") == """
                input:1:12: error: no folder 'org/name', and no model of this name in the Hugging Face cache 'DIR/huggingface/hub'
                model load org/name
                           ^~~~~~~^
                """)
        try fixture.cacheModel("org/name")
        let found = try #require(try notebook.run("model load org/name").last)
        #expect(found.word == "ok")
        #expect(
            fixture.masked(found.lines[0])
                == "found in the Hugging Face cache: DIR/huggingface/hub/models--org--name/snapshots/0a1b")
        // A folder of that name comes first.
        try FileManager.default.createDirectory(
            atPath: fixture.folder + "/org/name", withIntermediateDirectories: true)
        #expect(
            try #require(try notebook.run("model load org/name").last?.failure)
                .contains("no 'config.json' in model folder"))
    }

    @Test func severalSnapshotsAreNamed() throws {
        let fixture = try Fixture()
        for revision in ["b2", "a1", "c3"] {
            try fixture.cacheModel("org/name", revision: revision, isMain: false)
        }
        let refused = try #require(try fixture.notebook().run("model load org/name").last?.failure)
        #expect(refused.contains("no revision 'main' in it; 'org/name@a1' names one of 3"))
        let found = try #require(try fixture.notebook().run("model load org/name@c3").last)
        #expect(found.word == "ok" && fixture.masked(found.lines[0]).hasSuffix("/snapshots/c3"))
    }
}
