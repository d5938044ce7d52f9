import Files
import Foundation
import Notebook
import Testing

/// A session that was ended anywhere goes on to the bits of one that was not.
@Suite struct ResumeTests {
    private static let statements = [
        "model load", "data load data --shots 4", "prompt new --tokens 2 --dim 20 --rank 2 --budget 200",
        "step 3",
        "run --queries 100 --eval-every 30 --split test", "undo", "step 2",
        "prompt new --method gauss-newton --tokens 2 --budget 40 --name gn", "run", "use main",
        "run --queries 150",
        "eval --split test", "show",
    ]

    private static func results(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix("= ") }
    }

    /// A whole recorded session: its transcript and its journal.
    private static func recorded(_ fixture: Fixture, _ name: String) throws -> (
        text: [UInt8], journal: [UInt8]
    ) {
        let notebook = try fixture.notebook()
        try notebook.record(to: fixture.folder + "/" + name)
        for statement in statements { try notebook.run(statement) }
        return (try #require(fixture.bytes(name)), try #require(fixture.bytes(name + ".run")))
    }

    private func resume(_ fixture: Fixture, _ name: String) throws -> (Notebook.Resumed, [Cell]) {
        let notebook = try fixture.notebook()
        let resumed = try notebook.resume(fixture.folder + "/" + name, scratch: fixture.folder + "/scratch")
        let rest = Self.statements.dropFirst(resumed.cells.count)
        return (resumed, try rest.flatMap { try notebook.run($0) })
    }

    @Test func cutAnywhere() throws {
        let fixture = try Fixture()
        let (text, journal) = try Self.recorded(fixture, "a.zlt")
        let whole = Self.results(String(decoding: text, as: UTF8.self))
        var random = SplitMix(state: 5)
        for round in 0..<24 {
            // The transcript at any byte behind its head; the journal whole, cut, damaged or gone.
            let length = 60 + random.below(text.count - 60)
            try Fixture.write(Array(text[..<length]), to: fixture.folder + "/b.zlt")
            var kept = journal
            switch round % 4 {
            case 0: break
            case 1: kept = Array(journal.prefix(random.below(journal.count)))
            case 2: kept[random.below(kept.count)] ^= 0x10
            default: kept = []
            }
            try Fixture.write(kept, to: fixture.folder + "/b.zlt.run")
            let (resumed, _) = try resume(fixture, "b.zlt")
            #expect(resumed.cells.count < Self.statements.count)
            let now = String(decoding: try #require(fixture.bytes("b.zlt")), as: UTF8.self)
            #expect(Self.results(now) == whole, "round \(round), \(length) bytes")
            // What was resumed is a session like any other.
            let report = try Replay(Transcript(now, name: "b.zlt"), host: fixture.host()).run()
            #expect(report.mismatches.isEmpty && report.cells == Self.statements.count)
        }
    }

    /// Nothing that is in the journal is asked again, and the account is charged all the same.
    @Test func knownAnswersAreNotAsked() throws {
        let fixture = try Fixture()
        _ = try Self.recorded(fixture, "a.zlt")
        let notebook = try fixture.notebook()
        let owner = SessionAccountTests.Counter.Owner()
        notebook.host.oracle = { SessionAccountTests.Counter($0, owner) }
        let resumed = try notebook.resume(fixture.folder + "/a.zlt", scratch: fixture.folder + "/scratch")
        #expect(resumed.torn == nil && resumed.cells.count == Self.statements.count && resumed.queries > 200)
        #expect(owner.asked == 0)
        #expect(try notebook.run("show").last?.results == resumed.cells.last?.results)
    }

    /// An interrupt within a step was charged, and is again.
    @Test func interruptedCells() throws {
        let fixture = try Fixture()
        let second = try fixture.notebook()
        try second.record(to: fixture.folder + "/i.zlt")
        for statement in Self.statements.prefix(3) { try second.run(statement) }
        second.host.takeInterrupt = fixture.host(stop: 7).takeInterrupt
        #expect(try second.run("step 15").last?.word == "interrupted")
        second.host.takeInterrupt = { false }
        let shown = try second.run("show").last?.results
        // The first program still has its lock on the file.
        for end in ["", ".run"] {
            try Fixture.write(#require(fixture.bytes("i.zlt" + end)), to: fixture.folder + "/j.zlt" + end)
        }
        let third = try fixture.notebook()
        _ = try third.resume(fixture.folder + "/j.zlt", scratch: fixture.folder + "/scratch")
        #expect(try third.run("show").last?.results == shown)
    }

    /// The first statements go on as a session of their own; answers behind them serve where the same is asked again.
    @Test func takenUpInPart() throws {
        let fixture = try Fixture()
        let (text, _) = try Self.recorded(fixture, "a.zlt")
        let library = SessionLibrary(folder: fixture.folder + "/kept")
        let name = try library.copy(fixture.folder + "/a.zlt", statements: 4, day: "2026-01-02")
        #expect(name == "2026-01-02-1")
        let path = try #require(library.path(named: name))
        for (statements, isKnown) in [(Self.statements[4...4], true), (["step 3", "eval"], false)] {
            let notebook = try fixture.notebook()
            let owner = SessionAccountTests.Counter.Owner()
            notebook.host.oracle = { SessionAccountTests.Counter($0, owner) }
            let resumed = try notebook.resume(path, scratch: fixture.folder + "/scratch")
            #expect(resumed.torn == nil && owner.asked == 0)
            for statement in statements { try notebook.run(statement) }
            #expect((owner.asked == 0) == isKnown)
        }
        #expect(fixture.bytes("a.zlt") == text)
        // All that was asked since is known again.
        let notebook = try fixture.notebook()
        let owner = SessionAccountTests.Counter.Owner()
        notebook.host.oracle = { SessionAccountTests.Counter($0, owner) }
        let resumed = try notebook.resume(path, scratch: fixture.folder + "/scratch")
        #expect(resumed.cells.count == 7 && owner.asked == 0)
    }

    /// A file that a statement reads is another: it says which statement, and nothing is written.
    @Test func otherFiles() throws {
        let fixture = try Fixture()
        let start = [
            "model load", "data load data --shots 4", "prompt new --tokens 2 --dim 20 --rank 2", "step",
        ]
        let writer = try fixture.notebook(start.joined(separator: "\n"))
        try writer.run("prompt save p\nstep\nprompt save q")
        try fixture.write("red\nblue\ngreen\n", to: "names.txt")
        try fixture.write("say hello\n", to: "s.zl")
        let reading = ["prompt load p --dim 20 --rank 2", "classes load names.txt", "source s.zl"]
        for (statement, changes) in zip(
            reading,
            [
                { try Fixture.write(#require(fixture.bytes("q")), to: fixture.folder + "/p") },
                { try fixture.write("red\nblue\nlime\n", to: "names.txt") },
                { try fixture.write("say bye\n", to: "s.zl") },
            ] as [() throws -> Void])
        {
            let notebook = try fixture.notebook()
            try notebook.record(to: fixture.folder + "/x.zlt", replacing: true)
            for line in start + [statement] { #expect(try notebook.run(line).last?.word == "ok", "\(line)") }
            for end in ["", ".run"] {
                try Fixture.write(#require(fixture.bytes("x.zlt" + end)), to: fixture.folder + "/y.zlt" + end)
            }
            try changes()
            let error = #expect(throws: ResumeError.self) {
                _ = try fixture.notebook().resume(
                    fixture.folder + "/y.zlt", scratch: fixture.folder + "/scratch")
            }
            #expect(error?.number == 5 && error?.mismatch.isProvenance == true)
            #expect(
                error?.description.hasSuffix(
                    "statement 5, '\(statement)', does not come out as it is recorded: what it reads is another by now"
                )
                    == true)
            #expect(fixture.bytes("y.zlt") == fixture.bytes("x.zlt"))
        }
    }

    /// 'quit' ended the session then, and does not end the one that goes on with it.
    @Test func endedByQuit() throws {
        let fixture = try Fixture()
        let first = try fixture.notebook()
        try first.record(to: fixture.folder + "/a.zlt")
        try first.run("classes set a b\nquit")
        #expect(first.hasQuit)
        for end in ["", ".run"] {
            try Fixture.write(#require(fixture.bytes("a.zlt" + end)), to: fixture.folder + "/b.zlt" + end)
        }
        let second = try fixture.notebook()
        #expect(try second.resume(fixture.folder + "/b.zlt", scratch: fixture.folder + "/s").cells.count == 2)
        #expect(!second.hasQuit)
        #expect(try second.run("classes\nclasses set c").count == 2)
    }

    @Test func namesThatAreTaken() throws {
        let fixture = try Fixture()
        let path = fixture.folder + "/a.zlt"
        let first = try fixture.notebook()
        try first.record(to: path)
        try first.run("classes set a b")
        func said(_ replacing: Bool, _ path: String) throws -> String {
            do {
                try fixture.notebook().record(to: path, replacing: replacing)
                return ""
            } catch {
                return fixture.masked("\(error)")
            }
        }
        #expect(
            try said(false, path)
                == "'DIR/a.zlt' is a session already: 'ziplab resume' goes on with it, '--force' begins it anew"
        )
        // Another program is at it.
        #expect(try said(true, path) == "cannot write 'DIR/a.zlt': another program is writing it")
        #expect(
            try first.run("save a.zlt").last?.failure?.contains(
                "is the file that this session is recorded to") == true)
        try first.run("classes set c")
        let text = String(decoding: try #require(fixture.bytes("a.zlt")), as: UTF8.self)
        #expect(try Transcript(text, name: "a").cells.count == 3)
        try fixture.write("model load\n", to: "script.zl")
        for replacing in [false, true] {
            #expect(
                try said(replacing, fixture.folder + "/script.zl")
                    == "'DIR/script.zl' is there already and no transcript: a session is not recorded over it"
            )
        }
        #expect(fixture.bytes("script.zl") == Array("model load\n".utf8))
    }

    /// A session that does not come out as it is recorded is not written on.
    @Test func otherResults() throws {
        let fixture = try Fixture()
        let (text, _) = try Self.recorded(fixture, "a.zlt")
        let changed = String(decoding: text, as: UTF8.self).replacing(
            "= queries 30\n", with: "= queries 31\n")
        try fixture.write(changed, to: "a.zlt")
        let notebook = try fixture.notebook()
        let error = #expect(throws: ResumeError.self) {
            _ = try notebook.resume(fixture.folder + "/a.zlt", scratch: fixture.folder + "/scratch")
        }
        #expect(error?.mismatch.message == "'queries' recorded 31; got 30")
        #expect(fixture.bytes("a.zlt") == Array(changed.utf8))
    }
}
