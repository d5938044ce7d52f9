import BlackBox
import Files
import Foundation
import Notebook
import Synchronization
import Tensors
import Testing

/// The ways to replay besides strictly.
@Suite struct ReplayModesTests {
    private static let session = """
        model load
        data load data --shots 4
        prompt new --tokens 2 --dim 20 --rank 2 --budget 200
        run --queries 100 --eval-every 50 --split test
        plot loss
        step 2
        eval --split test
        """

    /// A box that is off by a little in one answer.
    private final class Faulty: Oracle {
        private let box: any Oracle
        private let count: Counter
        /// Which query, from 0, is answered otherwise.
        private let fault: Int

        final class Counter: Sendable {
            let queries = Mutex(0)
        }

        init(_ box: any Oracle, _ count: Counter, fault: Int) {
            (self.box, self.count, self.fault) = (box, count, fault)
        }

        var facts: OracleFacts { box.facts }
        func prepare(_ queries: [Query], progress: (Int, Int) throws -> Void) throws {
            try box.prepare(queries, progress: progress)
        }
        func answer(
            _ queries: [Query], paid: consuming QueryAccount.Receipt, pause: () throws -> Void
        ) throws -> [Answer] {
            var answers = try box.answer(queries, paid: paid, pause: pause)
            let first = count.queries.withLock { count in
                defer { count += queries.count }
                return count
            }
            if (first..<(first + queries.count)).contains(fault) {
                var logits = answers[fault - first].logits
                logits[0, 0] += 0.001
                answers[fault - first] = Answer(logits: logits)
            }
            return answers
        }
    }

    /// A recorded session; its file is `s.zlt`.
    private static func recorded() throws -> (Fixture, String) {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        try notebook.record(to: fixture.folder + "/s.zlt")
        for line in session.split(separator: "\n") { try notebook.run(String(line)) }
        return (fixture, notebook.transcript)
    }

    private static func replay(
        _ text: String, _ fixture: Fixture, fault: Int? = nil, _ change: (inout Replay.Options) -> Void
    ) throws -> Replay.Report {
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        if let fault {
            let counter = Faulty.Counter()
            host.oracle = { Faulty($0, counter, fault: fault) }
        }
        var options = Replay.Options()
        options.session = fixture.folder + "/s.zlt"
        change(&options)
        return try Replay(Transcript(text, name: "s.zlt"), host: host, options: options).run()
    }

    /// The first evaluation asks one query for its 12 test images, each step ten: query 37 is of the fourth step.
    @Test func firstStepThatDiffers() throws {
        let (fixture, text) = try Self.recorded()
        let report = try Self.replay(text, fixture, fault: 37) { _ in }
        let first = try #require(report.mismatches.first)
        #expect(first.cell == 4 && first.message.hasPrefix("step 4 differs first: reading 7 of 10 recorded "))
        #expect(report.mismatches.count { $0.message.contains("differs first: reading") } == 1)
        #expect(report.mismatches.contains { $0.cell == 7 && $0.message.hasPrefix("'loss' recorded ") })
        #expect(report.mismatches.contains { $0.message.contains("'curve-accuracy'") } == false)

        // Told what was recorded, the run is back on its way behind that step.
        let synced = try Self.replay(text, fixture, fault: 37) { $0.resyncs = true }
        #expect(synced.mismatches.map(\.message) == [first.message])
    }

    @Test func equalWithItsJournal() throws {
        let (fixture, text) = try Self.recorded()
        for resyncs in [false, true] {
            let report = try Self.replay(text, fixture) { $0.resyncs = resyncs }
            #expect(report.mismatches.isEmpty && report.cells == 7)
        }
        try FileManager.default.removeItem(atPath: fixture.folder + "/s.zlt.run")
        #expect(throws: (any Error).self) { try Self.replay(text, fixture) { $0.resyncs = true } }
    }

    @Test func tolerances() throws {
        let (fixture, text) = try Self.recorded()
        func mismatches(_ old: String, _ new: String, _ tolerances: ReplayComparison.Tolerances) throws -> Int
        {
            let range = try #require(text.firstRange(of: try Regex(old)))
            let changed = text.replacingCharacters(in: range, with: new)
            return try Self.replay(changed, fixture) {
                $0.comparison = .tolerant(tolerances)
                $0.session = nil
            }
            .mismatches.count
        }
        // A digest of parameters, of pixels, a count, a number within and without.
        #expect(try mismatches("= parameters sha256:.", "= parameters sha256:x", .init()) == 0)
        #expect(try mismatches("pixels-sha256:.", "pixels-sha256:x", .init()) == 0)
        #expect(try mismatches("= queries 100", "= queries 101", .init()) == 1)
        #expect(try mismatches("= queries 100", "= queries 101", .init(named: ["queries": 1])) == 0)
        #expect(try mismatches("= data.test sha256:.", "= data.test sha256:x", .init()) == 1)
        #expect(try mismatches("= loss [0-9.]+", "= loss 9.5", .init()) == 1)
        #expect(try mismatches("= loss [0-9.]+", "= loss 9.5", .init(standard: 1)) == 0)
        #expect(try mismatches("= loss [0-9.]+", "= loss 9.5", .init(named: ["loss": 9.5])) == 0)
        #expect(try mismatches("= loss [0-9.]+", "= loss nan", .init(standard: 1)) == 1)
    }

    @Test func untilAndRunOnly() throws {
        let (fixture, text) = try Self.recorded()
        let three = try Self.replay(text, fixture) { $0.until = 3 }
        #expect(three.cells == 3 && three.mismatches.isEmpty)
        let other = text.replacing("= loss ", with: "= loss 1").replacing("> step 2", with: "> step 900")
        let report = try Self.replay(other, fixture) { $0.comparison = .none }
        #expect(report.mismatches.isEmpty && report.cells == 7 && report.failed == 1)
        let stopped = try Self.replay(other, fixture) { $0.stopsAtMismatch = true }
        #expect(stopped.cells == 4)
    }

    /// What an update writes is what a new recording would have, and the rest stays to the byte.
    @Test func update() throws {
        let (fixture, text) = try Self.recorded()
        let edited = text.replacing("> step 2\n", with: "> step 3\n")
            .replacing("> plot loss\n", with: "# a remark\n> plot loss\n@later note\n")
        let transcript = try Transcript(edited, name: "s.zlt")
        let report = try Self.replay(edited, fixture) { $0.keepsCells = true }
        let update = TranscriptUpdate(transcript, ran: report.ran)
        #expect(update.changes.map(\.cell) == [6, 7])
        #expect(update.changes[0].lines.contains("- = queries 120"))
        #expect(update.changes[0].lines.contains("+ = queries 130"))
        #expect(
            String(decoding: update.bytes, as: UTF8.self).contains("# a remark\n> plot loss\n@later note\n"))
        let again = try Self.replay(String(decoding: update.bytes, as: UTF8.self), fixture) {
            $0.session = nil
        }
        #expect(again.mismatches.isEmpty && again.cells == 7)
        let whole = TranscriptUpdate(try Transcript(text, name: "s.zlt"), ran: report.ran.dropLast(2))
        #expect(whole.changes.isEmpty && whole.bytes == Array(text.utf8))
    }

    /// Of plots that differ both are written, and where.
    @Test func picturesOfAMismatch() throws {
        let (fixture, text) = try Self.recorded()
        let other = text.replacing("> run --queries 100", with: "> run --queries 60")
        let report = try Self.replay(other, fixture) { $0.session = nil }
        let mismatch = try #require(report.mismatches.first { $0.plots != nil })
        let (recorded, drawn) = try #require(mismatch.plots)
        // The file that the statement names is another by now: the one kept beside the session serves.
        try FileManager.default.removeItem(atPath: fixture.folder + "/loss.png")
        let pictures = try MismatchPictures(
            recorded: recorded, drawn: drawn, of: fixture.folder + "/s.zlt", folders: [fixture.folder],
            to: fixture.folder + "/see")
        #expect(pictures.paths.count == 3)
        #expect(try #require(pictures.difference).pixels > 100)
    }
}
