import Foundation
import Notebook
import Testing

/// A person's ^C: what was done stays, and the record says how far it came.
@Suite struct InterruptionTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var statement: String
        var stop: Int
        var step: Int
        var place: String
        var testDescription: String { "\(statement) stopped at \(stop)" }
    }

    @Test(arguments: [
        // A point before each command and behind each step.
        Sample(statement: "step 10", stop: 1, step: 0, place: "statement=0 step=0 pause=1"),
        Sample(statement: "step 10", stop: 5, step: 4, place: "statement=0 step=4 pause=1"),
        Sample(statement: "step 10", stop: 11, step: 10, place: "statement=0 step=10 pause=1"),
        // The second one is behind the encoding of the validation images.
        Sample(statement: "run --eval-every 20", stop: 2, step: 0, place: "statement=0 step=0 pause=2"),
        Sample(statement: "run --eval-every 20", stop: 9, step: 7, place: "statement=0 step=7 pause=1"),
        // Each pass has one, too.
        Sample(statement: "repeat 5 { step 2 }", stop: 7, step: 3, place: "statement=2 step=1 pause=1"),
        // So have the statements of 'every', and one before the first of them.
        Sample(statement: "step 10 every 3 { say x }", stop: 6, step: 3, place: "statement=0 step=3 pause=3"),
        Sample(statement: "step 10 every 3 { say x }", stop: 8, step: 5, place: "statement=2 step=2 pause=1"),
        Sample(statement: "source steps.zl", stop: 3, step: 1, place: "statement=1 step=1 pause=1"),
    ])
    func keepsWhatWasDone(_ sample: Sample) throws {
        let fixture = try Fixture()
        try fixture.write("let a = 1\nstep\nstep\n", to: "steps.zl")
        let notebook = try fixture.notebook(smallPrompt, stop: sample.stop)
        let report = try #require(try notebook.run(sample.statement + "\nstep 3").last)
        guard case .interrupted(let place) = report.status else {
            Issue.record("expected an interrupted cell; got \(report.status)")
            return
        }
        #expect(place.total == sample.stop)
        // What stands behind it on the same input did not run.
        #expect(report.input == sample.statement)
        #expect(try notebook.result("step", of: "show") == .integer(sample.step))

        // It goes on from there with the same numbers as without the interrupt.
        let rest = try notebook.result("parameters", of: "step \(20 - sample.step)")
        #expect(try fixture.notebook(smallPrompt).result("parameters", of: "step 20") == rest)

        let text = notebook.transcript
        #expect(
            text.contains("\n! interrupted; what was done is kept\n@did \(sample.place)\n@end 4 interrupted ")
        )
        let replayed = try Replay(Transcript(text, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty)
        #expect(replayed.cells == 6)
        // First versions counted all chances to stop.
        let old = text.replacing("@did \(sample.place)", with: "@did \(sample.stop)")
        let again = try Replay(Transcript(old, name: "x.zlt"), host: fixture.host()).run()
        #expect(again.mismatches.isEmpty && again.cells == 6)
    }

    @Test func saysWhereItStopped() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt, stop: 4)
        let report = try #require(try notebook.run("step 10").last)
        #expect(report.lines.first == "interrupted after step 3, state kept")
        #expect(report.results.first { $0.key == "queries" }?.value == .integer(30))
    }

    @Test func endlessLoopsStop() throws {
        let fixture = try Fixture()
        try fixture.write("", to: "empty.zl")
        for statement in [
            "repeat 10000000 { let a = 1 }", "repeat 10000000 { repeat 10000000 { } }",
            "for k in 1..10000000 { source empty.zl }",
        ] {
            let notebook = try fixture.notebook(stop: 1000)
            #expect(try notebook.run(statement).last?.word == "interrupted")
        }
    }

    @Test func keepGoingStopsToo() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt, stop: 2)
        let reports = try notebook.evaluate("step 5\nstep 5", name: "input", keepGoing: true)
        #expect(reports.map(\.word) == ["interrupted"])
    }
}
