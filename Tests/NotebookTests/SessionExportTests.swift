import CommandLanguage
import Foundation
import Notebook
import Raster
import Testing

/// A session as a script, as Markdown, as a page and as a Jupyter notebook.
@Suite struct SessionExportTests {
    private static let statements = """
        # A title & <b>more</b>
        model load
        data load data --shots 4
        prompt new --tokens 2 --dim 20 --rank 2 --budget 60
        step 2
        plot loss --out 'a <b>&.png'
        nonsense '</script><img src=x>'
        classes set "```" 'x' "\\u{1b}[31m"
        repeat 2 {
          classes
        }
        """

    private static func session() throws -> (Fixture, Transcript, ExportedSession) {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(settings: ["n": .number(2)])
        _ = try notebook.evaluate(statements, name: "input", keepGoing: true)
        let transcript = try Transcript(notebook.transcript, name: "s.zlt")
        return (
            fixture, transcript,
            ExportedSession(transcript, path: fixture.folder + "/s<1>.zlt", folders: [fixture.folder])
        )
    }

    private static func export(_ name: String, _ session: ExportedSession) throws -> String {
        try #require(sessionExporters.first { $0.name == name }).export(session)
    }

    @Test func aScriptGivesTheSameResults() throws {
        let (fixture, transcript, session) = try Self.session()
        let script = try Self.export("script", session)
        #expect(script.hasPrefix("let n = 2\n# A title & <b>more</b>\nmodel load\n"))
        #expect(script.contains("\n# failed: nonsense "))
        let again = try fixture.notebook(settings: [:])
        let cells = try again.evaluate(script, name: "s.zl")
        let kept = transcript.cells.filter { $0.status == .ok }
        #expect(cells.dropFirst().map(\.results) == kept.map(\.results))
    }

    @Test func aNotebookRunsAgain() throws {
        let (fixture, transcript, session) = try Self.session()
        let text = try Self.export("ipynb", session)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["nbformat"] as? Int == 4 && object["nbformat_minor"] as? Int == 5)
        let cells = try #require(object["cells"] as? [[String: Any]])
        #expect(Set(cells.compactMap { $0["id"] as? String }).count == cells.count)
        let outputs = cells.flatMap { $0["outputs"] as? [[String: Any]] ?? [] }
        let pictures = outputs.compactMap { ($0["data"] as? [String: Any])?["image/png"] as? String }
        let png = try #require(fixture.bytes("a <b>&.png"))
        #expect(pictures == [Data(png).base64EncodedString() + "\n"])
        #expect(outputs.count { $0["output_type"] as? String == "error" } == 1)
        let script = try notebookScript(text, name: "s.ipynb")
        let again = try fixture.notebook().evaluate(script, name: "s.ipynb", keepGoing: true)
        #expect(again.dropFirst().map(\.results) == transcript.cells.map(\.results))
        #expect(throws: NotebookFileError.self) { try notebookScript("{\"cells\": 3}", name: "x") }
    }

    /// What a session shows cannot become anything else on a page.
    @Test func aPageIsInert() throws {
        let (_, transcript, session) = try Self.session()
        let html = try Self.export("html", session)
        #expect(!html.contains("<b>") && !html.contains("<img src=x") && !html.contains("</script>"))
        #expect(html.contains("&lt;/script&gt;&lt;img src=x&gt;"))
        #expect(html.contains("data:image/png;base64,iVBOR"))
        #expect(
            html.count(of: "<section>") == transcript.cells.count
                && html.count(of: "</section>") == transcript.cells.count)
        #expect(!html.unicodeScalars.contains("\u{1b}"))
        #expect(html.contains("default-src 'none'"))
    }

    /// A script of what counts gives the state that the session ended in.
    @Test func undoneStatementsDoNotCount() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        let statements =
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2\nstep\nstep 2\nshow\n"
            + "step 3\nundo 2\nstep 4\ncheckpoint a\nundo\nundo\nstep 5\n"
        try notebook.run(statements)
        let transcript = try Transcript(notebook.transcript, name: "s.zlt")
        let session = ExportedSession(transcript, path: fixture.folder + "/s.zlt", folders: [])
        let script = try Self.export("script", session)
        #expect(
            script.split(separator: "\n").suffix(10) == [
                "step", "# undone: step 2", "show", "# undone: step 3", "# takes back what is undone: undo 2",
                "# undone: step 4", "# undone: checkpoint a", "# takes back what is undone: undo",
                "# takes back what is undone: undo", "step 5",
            ])
        let other = try fixture.notebook(script)
        #expect(try other.result("parameters", of: "show") == notebook.result("parameters", of: "show"))
    }

    /// What an interrupted or a failed run had done is in the script, and no more.
    @Test func stepsBeforeTheEndCount() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        try notebook.run(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2 --budget 90")
        func interrupt(_ statement: String, at stop: Int) throws {
            notebook.host.takeInterrupt = fixture.host(stop: stop).takeInterrupt
            let end = try notebook.run(statement).last
            #expect(end?.word == "interrupted", "\(statement): \(end.debugDescription)")
            notebook.host.takeInterrupt = { false }
        }
        try interrupt("run --split test --queries 80 --eval-every 1000", at: 5)
        let first = try notebook.result("spent-queries", of: "show run")
        try interrupt("step 4", at: 3)
        let second = try notebook.result("spent-queries", of: "show run")
        #expect(try notebook.run("run every 10 { if (1 == 1) { goto step 1 } }").last?.word == "failed")
        #expect(try notebook.run("repeat 2 { step\nnonsense }").last?.word == "failed")
        let transcript = try Transcript(notebook.transcript, name: "s.zlt")
        let script = try Self.export(
            "script", ExportedSession(transcript, path: fixture.folder + "/s.zlt", folders: []))
        let lines = script.split(separator: "\n").dropFirst(3)
        #expect(
            Array(lines) == [
                "# interrupted: run --split test --queries 80 --eval-every 1000",
                "run --queries \(first) --split test --eval-every 1000",
                "show run",
                "# interrupted: step 4", "run --queries \(second)", "show run",
                "# failed: run every 10 { if (1 == 1) { goto step 1 } }", "run --queries 50",
                "# failed: repeat 2 { step", "# failed: nonsense }",
                "# what it did before is not in this script",
            ])
        let again = try fixture.notebook(script)
        #expect(
            try again.result("parameters", of: "goto step 4")
                == notebook.result("parameters", of: "goto step 4"))
    }

    /// What means something else in a script is written otherwise: numbers of statements, and ends of runs whose budget
    /// undone steps had used.
    @Test func scriptsEndAtTheSameNumbers() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        _ = try notebook.evaluate(
            "model load\nfoo\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2 --budget 150\n"
                + "step 3\nundo\nstep 1\nrerun 5\nrerun 7-8\nrun\nbudget 180\nrun --queries 180 --split test",
            name: "input", keepGoing: true)
        let last = try notebook.run("show").last?.results.filter {
            ["step", "queries", "loss", "parameters"].contains($0.key)
        }
        let transcript = try Transcript(notebook.transcript, name: "s.zlt")
        let script = try Self.export(
            "script", ExportedSession(transcript, path: fixture.folder + "/s.zlt", folders: []))
        let lines = script.split(separator: "\n").map(String.init)
        #expect(
            Array(lines.dropFirst(4)) == [
                "# undone: step 3", "# takes back what is undone: undo", "step 1", "# rerun 5", "step 3",
                "# rerun 7-8",
                "step 1", "# rerun 5", "step 3", "run --queries 120", "budget 180",
                "run --queries 150 --split test",
                "show",
            ], "\(lines)")
        let again = try fixture.notebook(script)
        #expect(
            try again.run("show").last?.results.filter {
                ["step", "queries", "loss", "parameters"].contains($0.key)
            }
                == last)
    }

    /// What looked at a run that is undone would fail in a script.
    @Test func looksAtUndoneRunsAreComments() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2\nstep")
        try notebook.run(
            "branch try\nstep\ndiff main try\nplot loss main try\nundo 2\nbranch other\ndiff main other")
        let transcript = try Transcript(notebook.transcript, name: "s.zlt")
        let script = try Self.export(
            "script", ExportedSession(transcript, path: fixture.folder + "/s.zlt", folders: []))
        #expect(
            script.split(separator: "\n").suffix(7) == [
                "# undone: branch try", "# undone: step", "# looked at what is undone: diff main try",
                "# looked at what is undone: plot loss main try", "# takes back what is undone: undo 2",
                "branch other", "diff main other",
            ])
        _ = try fixture.notebook(script)
    }

    /// A file that somebody made: statements that name each other, and numbers that are none.
    @Test func hostileReruns() throws {
        func script(_ statements: [String]) throws -> [Substring] {
            let text =
                Transcript.head + "\n"
                + statements.enumerated().map { "> \($1)\n@end \($0 + 1) ok 0s\n" }.joined()
            let session = ExportedSession(try Transcript(text, name: "s"), path: "/none/s", folders: [])
            return try Self.export("script", session).split(separator: "\n")
        }
        let many = try script(["step"] + (1...60).map { "rerun 1-\($0)" })
        #expect(many.count < 40_000 && many.contains("# and what is left out here, for it is too much"))
        let deep = try script(["step"] + (1...5000).map { "rerun \($0)" })
        #expect(deep.count > 5000)
        for word in [
            "1-9000000000000000000", "99999999999999999999", "2-1", "0", "-3", "1-2-3", "x", "$n", "'1'", "5",
        ] {
            let lines = try script(["step", "step", "step", "rerun \(word)"])
            #expect(lines.last == "rerun \(word)", "\(lines)")
        }
    }

    @Test func markdownFencesHold() throws {
        let (_, _, session) = try Self.session()
        let text = try Self.export("markdown", session)
        #expect(text.contains("````\n0  ```\n1  x\n"))
        #expect(text.contains("![a \\<b\\>\\&.png](a%20%3Cb%3E&.png)"))
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }

    /// A picture that is not the recorded one is not shown.
    @Test func otherPicturesAreMissing() throws {
        let (fixture, transcript, session) = try Self.session()
        #expect(session.missing.isEmpty)
        try Fixture.write(Fixture.picture(label: 1, index: 1).pngData(), to: fixture.folder + "/a <b>&.png")
        let other = ExportedSession(transcript, path: fixture.folder + "/s", folders: [fixture.folder])
        #expect(other.missing == ["a <b>&.png"])
        #expect(try Self.export("html", other).contains("was not found"))
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
