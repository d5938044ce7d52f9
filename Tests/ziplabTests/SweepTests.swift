import Foundation
import Testing

/// `ziplab sweep --on local` and `ziplab gather`.
@Suite struct SweepProgramTests {
    private static let script = """
        model load
        data load "$data" --shots 2
        compare --methods [$method] --seeds $seed --queries 60
        plot compare --of loss --out curve.png
        """
    private static let grid = [
        "--grid", "data=\(Program.data)", "--grid", "method=zip,gauss-newton", "--grid", "seed=1..2", "--out",
        "out",
    ]

    @Test func jobsAreDoneOnceAndGathered() throws {
        let folder = try Folder()
        try folder.write(Self.script, to: "c.zl")
        let first = try Program.run(["sweep", "c.zl"] + Self.grid, in: folder)
        #expect(
            first.status == 0 && first.output == "4 points, 0 done before\n4 points: 4 done\n",
            "\(first.error)")
        let jobs = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").filter {
            $0 != "sweep.json"
        }
        #expect(jobs.count == 4)
        for job in jobs {
            #expect(FileManager.default.fileExists(atPath: folder.path + "/out/\(job)/curve.png"))
        }
        let again = try Program.run(["sweep", "c.zl"] + Self.grid, in: folder)
        #expect(again.output == "4 points, 4 done before\n4 points: 4 done\n")

        // The table is the one of a single comparison.
        let gathered = try Program.run(["gather", "out", "--out", "table"], in: folder)
        #expect(gathered.status == 0, "\(gathered.error)")
        let one = try Program.run(
            [
                "-c",
                "model load; data load '\(Program.data)' --shots 2; compare --methods zip,gauss-newton --seeds 1..2 --queries 60",
            ], in: folder)
        // All but the loading before it and the speed behind it.
        let lines = one.output.split(separator: "\n").drop { !$0.hasPrefix("line-drawings: ") }
        #expect(lines.last?.hasPrefix("queries a second: ") == true)
        #expect(gathered.output.split(separator: "\n") == Array(lines.dropLast()))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path + "/table").sorted() == [
                "curves-line-drawings.png", "runs.tsv", "table.txt", "targets-line-drawings.png", "tasks.png",
            ])
        let other = try Program.run(["sweep", "c.zl", "--grid", "seed=1", "--out", "out"], in: folder)
        #expect(other.status == 1 && other.error.contains("is a sweep of another grid"))
    }

    /// Runs of other shots and budgets are told apart, and runs that contradict each other are told.
    @Test func gatherTellsRunsApart() throws {
        let folder = try Folder()
        try folder.write(
            "model load\ndata load '\(Program.data)' --shots $shots\ncompare --methods zip --seeds 1 --queries $queries",
            to: "s.zl")
        let outcome = try Program.run(
            ["sweep", "s.zl", "--grid", "shots=1,2", "--grid", "queries=20,40", "--out", "o"], in: folder)
        #expect(outcome.status == 0)
        let gathered = try Program.run(["gather", "o", "--out", "t"], in: folder)
        for shots in [1, 2] {
            #expect(gathered.output.contains("line-drawings, \(shots * 5) training images: "))
        }
        #expect(
            gathered.output.contains("  zip, 20 queries  ") && gathered.output.contains("  zip, 40 queries  ")
        )
        #expect(try folder.read("t/runs.tsv").split(separator: "\n").count == 5)
        #expect(gathered.error.isEmpty)
        let session = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/o").first {
            $0.hasSuffix("/session.zlt")
        }
        let text = try folder.read("o/" + (try #require(session)))
        let other = text.replacingOccurrences(of: ".queries 20\n", with: ".queries 18\n")
            .replacingOccurrences(
                of: ".queries 40\n", with: ".queries 38\n")
        try folder.write(other, to: "o/other.zlt")
        #expect(try Program.run(["gather", "o"], in: folder).error.contains("note: 1 runs are left out"))
        // Hostile numbers are no runs.
        try folder.write(
            text.replacingOccurrences(of: ".images 125\n", with: ".images 9223372036854775807\n")
                .replacingOccurrences(
                    of: ".training-queries [0", with: ".training-queries [-9223372036854775808"),
            to: "hostile.zlt")
        #expect(
            try Program.run(["gather", "hostile.zlt"], in: folder).error.contains(
                "no comparison in 1 sessions"))
        // The script of a sweep that uses no such variable.
        try folder.write("classes set a b", to: "t.zl")
        #expect(
            try Program.run(["sweep", "t.zl", "--grid", "sede=1..2", "--out", "p"], in: folder).error
                .contains("note: the script does not use '$sede'"))
        #expect(try Program.run(["sweep", "t.zl", "--grid", "s=1,1", "--out", "q"], in: folder).status == 1)
    }

    /// A job whose statement was interrupted is not taken for done.
    @Test func interruptedJobsBeginAnew() throws {
        let folder = try Folder()
        try folder.write("classes set a b\nclasses", to: "s.zl")
        let sweep = ["sweep", "s.zl", "--out", "o"]
        #expect(try Program.run(sweep, in: folder).status == 0)
        let job = folder.path + "/o/0"
        try FileManager.default.removeItem(atPath: job + "/end")
        try folder.write(
            "#!ziplab-transcript 1\n> classes set a b\n! interrupted\n@did statement=0 step=0 pause=1\n@end 1 interrupted 0s\n",
            to: "o/0/session.zlt")
        #expect(try Program.run(sweep, in: folder).status == 0)
        let text = try folder.read("o/0/session.zlt")
        #expect(text.contains("= classes 2\n") && !text.contains("interrupted"))
    }

    /// A sweep that is ended goes on, and a job that fails is named and tried again.
    @Test func endedAndFailedJobs() throws {
        let folder = try Folder()
        try folder.write(Self.script, to: "c.zl")
        let process = try Program.make(["sweep", "c.zl", "--jobs", "1"] + Self.grid, in: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try Program.start(process)
        func ends() -> Int {
            (FileManager.default.enumerator(atPath: folder.path + "/out")?.allObjects as? [String] ?? [])
                .count { $0.hasSuffix("/end") }
        }
        for _ in 0..<3000 where ends() < 1 { usleep(5000) }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130 && ends() < 4)
        let status = try Program.run(["sweep", "--status", "out"], in: folder)
        #expect(status.output.hasPrefix("4 points: \(ends()) done"))
        #expect(
            try Program.run(["gather", "out"], in: folder).error.contains("points of 'out' are not done"))
        let rest = try Program.run(["sweep", "c.zl"] + Self.grid, in: folder)
        #expect(rest.status == 0 && rest.output.hasSuffix("4 points: 4 done\n"))

        try folder.write("source $name", to: "f.zl")
        let failing = ["sweep", "f.zl", "--grid", "name=first-part.zl,second-part.zl", "--out", "f"]
        try folder.write("classes set x y", to: "first-part.zl")
        let outcome = try Program.run(failing, in: folder)
        #expect(outcome.status == 1 && outcome.output.hasSuffix("2 points: 1 done, 1 failed\n"))
        #expect(outcome.error.contains("1-name-second-part.zl: failed: "))
        try folder.write("classes set x y", to: "second-part.zl")
        #expect(try Program.run(failing, in: folder).output == "2 points, 1 done before\n2 points: 2 done\n")
        #expect(try Program.run(["gather", "f"], in: folder).error.contains("no comparison in 2 sessions"))
        #expect(try Program.run(["gather", "nowhere"], in: folder).status == 1)
        #expect(try Program.run(["sweep", "f.zl"], in: folder).status == 2)
        #expect(try Program.run(["sweep", "--status", "nowhere"], in: folder).error.contains("no sweep in"))
    }
}
