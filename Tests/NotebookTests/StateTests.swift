import CommandLanguage
import Foundation
import Notebook
import Testing

/// What statements change, and how it comes back.
@Suite struct StateTests {
    @Test func failedStatementChangesNothing() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nlet a = 1\ncheckpoint start\nstep 3")
        let before = try notebook.standing()
        for statement in [
            "step 1000", "run --queries 1000", "prompt new --rank 2 --dim 0", "data load nowhere",
            "data load data --shots 23", "model load nowhere", "classes set a b", "restore end", "undo 100",
            "let a = $b", "let b = $(1 / 0)", "export csv no/where.csv", "eval --split all",
        ] {
            #expect(try notebook.run(statement).last?.word == "failed", "\(statement)")
            #expect(try notebook.standing() == before, "\(statement)")
        }
    }

    @Test func blockKeepsWhatCameBeforeTheFailure() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        let report = try #require(try notebook.run("repeat 3 {\n  step 2\n  step 400\n  step 1\n}").last)
        #expect(report.failure?.hasPrefix("input:3:3: error: the budget of 400 queries") == true)
        #expect(try notebook.result("step", of: "show") == .integer(2))
        // The block is one statement to undo.
        try notebook.run("undo")
        #expect(try notebook.result("step", of: "show") == .integer(0))
    }

    @Test func statementsBehindAFailureDoNotRun() throws {
        let notebook = try Fixture().notebook()
        #expect(try notebook.run("let a = 1\nlet b = $c\nlet d = 2").map(\.word) == ["ok", "failed"])
        #expect(notebook.names.variables == ["a"])
        let reports = try notebook.evaluate("let b = $c\nlet d = 2", name: "input", keepGoing: true)
        #expect(reports.map(\.word) == ["failed", "ok"])
        #expect(notebook.names.variables == ["a", "d"])
        // What cannot be read does not start.
        #expect(try notebook.run("let e = 3\nlet f = \"").map(\.word) == ["failed"])
        #expect(notebook.names.variables == ["a", "d"])
    }

    @Test func tenAndTenStepsAreTwenty() throws {
        let fixture = try Fixture()
        // Enough for what is undone on the way: no query comes back.
        let prompt = smallPrompt.replacing("--budget 400", with: "--budget 600")
        let once = try fixture.notebook(prompt).result("parameters", of: "step 20")
        for text in [
            "step 10\nstep 10", "repeat 4 { step 5 }", "run --queries 100\nrun --queries 200",
            "for k in [1, 2, 7, 10] { step $k }", "step 15\nundo\nstep 20", "step 7\neval\nstep 13",
            "step 5\ncheckpoint five\nstep 30\nrestore five\nstep 15",
        ] {
            let notebook = try fixture.notebook(prompt)
            #expect(try notebook.result("parameters", of: text) == once, "\(text)")
            #expect(try notebook.result("step", of: "show") == .integer(20))
        }
    }

    @Test func undoTakesBackStatementByStatement() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        var standings = [try notebook.standing()]
        for statement in [
            "model load", "data load data", "let a = [1, 2]", "prompt new --budget 50", "step",
            "checkpoint one",
            "repeat 2 { step }", "eval", "zeroshot", "classes set red green blue",
        ] {
            try notebook.run(statement)
            standings.append(try notebook.standing())
        }
        // What changes nothing needs no undo.
        try notebook.run("show\nhelp\nmodel info")
        for standing in standings.dropLast().reversed() {
            #expect(try notebook.run("undo").last?.word == "ok")
            // What undone steps had cost stays on the account.
            #expect(withoutAccount(try notebook.standing()) == withoutAccount(standing))
        }
        #expect(try notebook.run("undo").last?.failure?.contains("nothing to undo") == true)
    }

    @Test func undoSeveral() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nstep 2")
        let digest = try notebook.result("parameters", of: "show")
        try notebook.run("step\nstep\nstep")
        #expect(try notebook.result("parameters", of: "undo 3") == digest)
        #expect(try notebook.result("queries", of: "show") == .integer(20))
        let lines = try #require(try notebook.run("show").last).lines
        #expect(
            lines.contains {
                $0.hasSuffix(
                    "; 30 of them asked by 'doctor', or in steps that failed, were undone or interrupted, or are on a branch"
                )
            })
    }

    @Test func undoIsNoPartOfABlock() throws {
        let fixture = try Fixture()
        try fixture.write("undo\n", to: "undo.zl")
        let notebook = try fixture.notebook(smallPrompt + "\nstep 2")
        let before = try notebook.standing()
        for statement in ["repeat 1 { undo }", "source undo.zl"] {
            let failure = try notebook.run(statement).last?.failure
            #expect(failure?.contains("error: expected 'undo' on its own; got it inside a block") == true)
        }
        #expect(try notebook.standing() == before)
    }

    @Test func checkpointsEndWithTheirPrompt() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nstep\ncheckpoint a\ncheckpoint b")
        #expect(notebook.names.checkpoints == ["a", "b"])
        try notebook.run("prompt new --tokens 2 --dim 20")
        #expect(notebook.names.checkpoints.isEmpty)
        try notebook.run("undo")
        #expect(notebook.names.checkpoints == ["a", "b"])
        #expect(try notebook.result("step", of: "restore a") == .integer(1))
    }

    @Test func variablesAndLoops() throws {
        let notebook = try Fixture().notebook()
        try notebook.run(
            """
            let n = 2
            let names = [cat, "fire truck"]
            for k in 1..4 { let n = $($n * 2) }
            repeat 2 { let n = $($n + 1) }
            repeat 0 { let never = 1 }
            for k in 1..0 { let never = 1 }
            classes set $names $n
            """)
        #expect(
            try notebook.result("names", of: "classes")
                == .list([.text("cat"), .text("fire truck"), .text("34")]))
        #expect(notebook.names.variables == ["k", "n", "names"])
    }

    @Test func settingsWinOverLet() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("let n = 2\nlet m = 3", settings: ["n": .number(7)])
        #expect(try notebook.result("names", of: "classes set $n $m") == .list([.text("7"), .text("3")]))
        let read = try Transcript(notebook.transcript, name: "x.zlt")
        #expect(read.settings == ["n": .number(7)])
    }

    @Test func sourcedFilesShareTheState() throws {
        let fixture = try Fixture()
        try fixture.write("let a = 1\nsource 'in ner.zl'\n", to: "outer.zl")
        try fixture.write("# inner\nlet b = $($a + 1)\n", to: "in ner.zl")
        let notebook = try fixture.notebook()
        let report = try #require(try notebook.run("source outer.zl\nclasses set $a $b").last)
        #expect(report.lines == ["2 class names"])
        let read = try Transcript(notebook.transcript, name: "x.zlt")
        #expect(read.cells[0].results.map(\.key) == ["data.source", "1.data.source"])
        let replayed = try Replay(read, host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty && replayed.compared == 4)
    }

    @Test func errorsInSourcedFilesPointIntoThem() throws {
        let fixture = try Fixture()
        try fixture.write("let a = 1\n  step many\nlet b = 2\n", to: "wrong.zl")
        try fixture.write("let c = 1\nlet d = \"\n", to: "torn.zl")
        try fixture.write("source self.zl\n", to: "self.zl")
        let notebook = try fixture.notebook()
        let wrong = try #require(try notebook.run("source wrong.zl").last?.failure)
        #expect(
            wrong == """
                wrong.zl:2:8: error: expected a whole number from 1 to 1000000 for 'n'; got 'many'
                  step many
                       ^~~^
                """)
        #expect(notebook.names.variables == ["a"])
        let torn = try #require(try notebook.run("source torn.zl").last?.failure)
        #expect(
            torn == """
                torn.zl:2:9: error: expected a closing " before the end of the line
                let d = "
                        ^
                """)
        #expect(notebook.names.variables == ["a"])
        let deep = try #require(try notebook.run("source self.zl").last?.failure)
        #expect(
            deep == """
                self.zl:1:8: error: more than 32 files source each other
                source self.zl
                       ^~~~~~^
                """)
    }

    @Test func quitEndsAtOnce() throws {
        let notebook = try Fixture().notebook()
        #expect(
            try notebook.run("repeat 3 {\n let a = 1\n quit\n let b = 1\n}\nlet c = 1").map(\.word) == ["ok"])
        #expect(notebook.hasQuit && notebook.names.variables == ["a"])
    }
}
