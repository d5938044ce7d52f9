import Foundation
import Testing

/// Recording and replaying with the embedded model.
@Suite struct SessionTests {
    private static let script = """
        # a short session
        let steps = 8
        model load
        data load '\(Program.data)' --shots 2
        prompt new --tokens 4 --dim 60 --rank 2
        step $steps
        eval
        plot loss --out curves.png
        export csv run.csv
        """

    @Test func recordAndReplay() throws {
        let folder = try Folder()
        try folder.write(Self.script, to: "script.zl")
        let run = try Program.run(["run", "script.zl", "--set", "steps=3", "--record", "x.zlt"], in: folder)
        #expect(run.status == 0)
        #expect(run.output.contains("\nstep 3, 30 queries, loss "))
        #expect(run.output.hasSuffix("3 steps and 1 evaluation written to run.csv\n"))
        let text = try folder.read("x.zlt")
        #expect(text.contains("\n@set steps=3\n# a short session\n> let steps = 8\n"))
        for name in ["curves.png", "run.csv"] {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        }
        let replay = try Program.run(["replay", "--strict", "x.zlt"], in: folder)
        #expect(replay.status == 0)
        let values = text.split(separator: "\n").count { $0.hasPrefix("= ") || $0.hasPrefix("@plot ") }
        #expect(replay.output == "x.zlt: 8 statements replayed, \(values) values and plots equal\n")
        // Nothing is written beside the session.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            !$0.hasPrefix(".")
        }
        #expect(left.sorted() == ["script.zl", "x.zlt", "x.zlt.pictures", "x.zlt.run"])
        let kept = try Program.run(["replay", "x.zlt", "--output", "out"], in: folder)
        #expect(kept.status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").sorted() == [
                "curves.png", "run.csv",
            ])

        // Another number, another picture; the worst of several files decides.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        func changed(_ prefix: String) throws -> (text: String, line: Int) {
            let index = try #require(lines.firstIndex { $0.hasPrefix(prefix) })
            var other = lines
            other[index] = other[index].dropLast() + (other[index].hasSuffix("1") ? "2" : "1")
            return (other.joined(separator: "\n"), index + 1)
        }
        for prefix in ["= loss ", "= parameters ", "@plot "] {
            let (text, line) = try changed(prefix)
            try folder.write(text, to: "y.zlt")
            let outcome = try Program.run(["replay", "x.zlt", "y.zlt"], in: folder)
            #expect(outcome.status == 3)
            #expect(outcome.error.contains("y.zlt:\(line): mismatch in statement "), "\(outcome.error)")
            #expect(outcome.output.hasPrefix("x.zlt: 8 statements replayed"))
            #expect(outcome.output.hasSuffix("\n2 sessions: 1 equal, 1 different (y.zlt)\n"))
        }
        let (other, line) = try changed("= data.training ")
        try folder.write(other, to: "z.zlt")
        let outcome = try Program.run(["replay", "y.zlt", "z.zlt", "x.zlt"], in: folder)
        #expect(outcome.status == 4)
        #expect(outcome.error.contains("z.zlt:\(line): mismatch in statement 3: 'data.training' recorded "))
    }

    /// Every result is equal whatever the threads and the kernels.
    @Test func threadsAndKernels() throws {
        let folder = try Folder()
        try folder.write(Self.script, to: "script.zl")
        var expected: [Substring]?
        for kernels in ["scalar", "avx2", "avx512", "neon"] {
            for threads in ["1", "2", "3"] {
                let outcome = try Program.run(
                    ["run", "script.zl", "--threads", threads, "--force", "--record", "x.zlt"], in: folder,
                    environment: ["ZIPLAB_KERNELS": kernels])
                // Not a level of this processor.
                if outcome.status == 2 { continue }
                #expect(outcome.status == 0)
                let text = try folder.read("x.zlt")
                let values = text.split(separator: "\n").filter {
                    $0.hasPrefix("= ") || $0.hasPrefix("@plot ")
                }
                #expect(values == expected ?? values, "\(kernels), \(threads) threads")
                expected = values
            }
        }
        #expect(expected?.isEmpty == false)
    }

    /// ^C in a script: what was done is recorded, the exit code is 130, and the record replays.
    @Test func interrupt() throws {
        let folder = try Folder()
        try folder.write(
            Self.script.replacing("step $steps", with: "run --eval-every 100000")
                .replacing("prompt new", with: "prompt new --budget 60000") + "\nfrob\n", to: "script.zl")
        let process = try Program.make(
            ["run", "script.zl", "--record", "x.zlt", "--keep-going"], in: folder)
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try Program.start(process)
        // The progress of the run is reported on standard error.
        var progress = ""
        while !progress.contains(" of 60000 queries, loss ") {
            let piece = error.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Missing(description: "expected progress; got \(progress)") }
            progress += String(decoding: piece, as: UTF8.self)
        }
        process.interrupt()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(text.contains("\ninterrupted after step ") && text.contains(", state kept\n"))
        #expect(!(text + progress).contains("\u{1b}"))
        let record = try folder.read("x.zlt")
        #expect(record.contains("\n! interrupted; what was done is kept\n@did "))
        #expect(!record.contains("frob"))
        #expect(try Program.run(["replay", "x.zlt"], in: folder).status == 0)
    }

    /// A replay that TERM ends leaves nothing behind and ends by it.
    @Test func terminatedReplayTidiesUp() throws {
        let folder = try Folder()
        let temporary = folder.path + "/tmp"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        try folder.write(
            "#!ziplab-transcript 1\n> model load\n@end 1 ok 0s\n> data load '\(Program.data)' --shots 2\n@end 2 ok 0s\n"
                + "> prompt new --budget 900000\n@end 3 ok 0s\n> prompt save p\n@end 4 ok 0s\n"
                + "> run --eval-every 900000\n@end 5 ok 0s\n", to: "x.zlt")
        let process = try Program.make(["replay", "x.zlt"], in: folder, environment: ["TMPDIR": temporary])
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try Program.start(process)
        func left() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: temporary).filter { $0.hasSuffix("/p") }
        }
        for _ in 0..<3000 where try left().isEmpty { usleep(10_000) }
        #expect(try left().count == 1)
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
    }

    /// A script whose failed statement was corrected goes on; one that is another script changes nothing.
    @Test func resumeWithACorrectedScript() throws {
        let folder = try Folder()
        try folder.write("classes set a b\nclases\n", to: "s.zl")
        #expect(try Program.run(["run", "s.zl", "--record", "s.zlt"], in: folder).status == 1)
        let before = try folder.read("s.zlt")
        try folder.write("classes set a c\nclasses\n", to: "other.zl")
        let refused = try Program.run(["resume", "s.zlt", "other.zl"], in: folder)
        #expect(refused.status == 1 && refused.error.contains("the session has another statement here"))
        #expect(try folder.read("s.zlt") == before)
        try folder.write("classes set a b\nclasses\n", to: "s.zl")
        let outcome = try Program.run(["resume", "s.zlt", "s.zl"], in: folder)
        #expect(outcome.status == 0 && outcome.output == "0  a\n1  b\n", "\(outcome.error)")
        #expect(try Program.run(["replay", "s.zlt"], in: folder).status == 0)
    }

    @Test func interruptAtTheInput() throws {
        let process = try Program.make([], in: try Folder())
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try Program.start(process)
        try input.fileHandleForWriting.write(contentsOf: Data("classes set a b\n".utf8))
        #expect(output.fileHandleForReading.availableData == Data("2 class names\n".utf8))
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    }

    /// The repository's recorded sessions.
    @Test func recordedSessions() throws {
        let folder = Program.root + "/Sessions"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".zlt")
        }
        try #require(!files.isEmpty, "no session in \(folder)")
        let outcome = try Program.run(
            ["replay", "--strict"] + files.sorted().map { folder + "/" + $0 }, in: try Folder())
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.hasSuffix("\n\(files.count) sessions: \(files.count) equal\n"))
    }
}
