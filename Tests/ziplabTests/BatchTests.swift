import Foundation
import Testing

/// The program without a terminal: arguments, pipes, exit codes.
@Suite struct BatchTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var input = ""
        var environment: [String: String] = [:]
        var status: Int32
        var output = ""
        var error = ""
        var testDescription: String { (arguments + [input]).joined(separator: " ") }
    }

    /// Exit code and exact text of both streams.
    @Test(arguments: [
        Sample(arguments: ["-c", "classes set a b"], status: 0, output: "2 class names\n"),
        Sample(
            arguments: ["-c", "let a = 2; classes set x$a y\nclasses"], status: 0,
            output: "2 class names\n0  x2\n1  y\n"),
        Sample(arguments: ["-c", ""], status: 0),
        Sample(
            arguments: ["-c", "classes set a b\nclases"], status: 1, output: "2 class names\n",
            error:
                "command:2:1: error: unknown command 'clases'\nclases\n^~~~~^\nnote: did you mean 'classes'?\n"
        ),
        Sample(
            arguments: ["-c", "classes set a\nlet b = '"], status: 1,
            error:
                "command:2:9: error: expected a closing ' before the end of the line\nlet b = '\n        ^\n"
                + "note: a text that holds ' needs double quotes: \"…\"\n"),
        Sample(
            arguments: ["-c", "undo\nclasses set a", "--keep-going"], status: 1, output: "1 class names\n",
            error: "command:1:1: error: nothing to undo\nundo\n^~~^\n"),
        Sample(arguments: [], input: "", status: 0),
        Sample(
            arguments: [], input: "classes set a b\nrepeat 2 {\n  classes set \\\n    c\n}\nquit\nfrob\n",
            status: 0,
            output: "2 class names\n1 class names\n1 class names\n"),
        Sample(arguments: [], input: "# no line end\nclasses set a b", status: 0, output: "2 class names\n"),
        Sample(
            arguments: [], input: "classes set a\r\nclasses\r\n", status: 0, output: "1 class names\n0  a\n"),
        Sample(
            arguments: [], input: "undo\nclasses set a\n", status: 1,
            error: "input:1:1: error: nothing to undo\nundo\n^~~^\n"),
        Sample(
            arguments: ["--keep-going"], input: "undo\nclasses set a\n", status: 1, output: "1 class names\n",
            error: "input:1:1: error: nothing to undo\nundo\n^~~^\n"),
        Sample(
            arguments: [], input: "repeat 2 {\n", status: 1,
            error: "input:1:10: error: '{' is never closed; expected '}'\nrepeat 2 {\n         ^\n"),
        Sample(arguments: ["run", "script.zl"], status: 0, output: "3 class names\n"),
        Sample(arguments: ["run", "script.zl", "--set", "n=cat"], status: 0, output: "3 class names\n"),
        Sample(
            arguments: ["run", "wrong.zl"], status: 1,
            error:
                "wrong.zl:2:6: error: expected a whole number from 1 to 1000000 for 'n'; got 'x'\nstep x\n     ^\n"
        ),
        Sample(
            arguments: ["run", "nowhere.zl"], status: 1,
            error: "ziplab: error: no such file or folder: 'nowhere.zl'\n"),
        Sample(
            arguments: ["replay", "nowhere.zlt"], status: 1,
            error: "ziplab: error: no such file or folder: 'nowhere.zlt'\n"),
        Sample(
            arguments: ["replay", "script.zl"], status: 1,
            error: "script.zl:1: error: not a transcript: expected '#!ziplab-transcript 1'\n"),
        Sample(arguments: ["--version"], status: 0, output: "ziplab 0.1.0\n"),
        Sample(
            arguments: ["-c", "help", "--record", "no/x.zlt"], status: 1,
            error: "ziplab: error: cannot write 'no/x.zlt': no such folder\n"),
    ])
    func exact(_ sample: Sample) throws {
        let folder = try Folder()
        try folder.write("let n = 2\nclasses set a b $n\n", to: "script.zl")
        try folder.write("let a = 1\nstep x\n", to: "wrong.zl")
        let outcome = try Program.run(
            sample.arguments, in: folder, input: sample.input, environment: sample.environment)
        #expect(outcome.status == sample.status)
        #expect(outcome.output == sample.output)
        #expect(outcome.error == sample.error)
    }

    /// Wrong usage ends with 2, says what is wrong and prints nothing on standard output.
    @Test(arguments: [
        Sample(arguments: ["--frob"], status: 2, error: "Unknown option '--frob'"),
        Sample(arguments: ["frob"], status: 2, error: "frob"),
        Sample(arguments: ["run"], status: 2, error: "file.zl"),
        Sample(arguments: ["replay"], status: 2, error: "file.zlt"),
        Sample(arguments: ["--threads", "0"], status: 2, error: "expected 1 to 1024 for '--threads'; got 0"),
        Sample(arguments: ["--threads", "two"], status: 2, error: "two"),
        Sample(
            arguments: ["--set", "n", "-c", ""], status: 2, error: "expected name=value for '--set'; got 'n'"),
        Sample(
            arguments: ["--set", "1=n", "-c", ""], status: 2,
            error: "expected name=value for '--set'; got '1=n'"),
        Sample(
            arguments: ["-c", "help"], environment: ["ZIPLAB_KERNELS": "fast"], status: 2,
            error: "expected scalar, avx2, avx512 or neon as kernel level; got 'fast'"),
        Sample(
            arguments: ["replay", "x.zlt"], environment: ["ZIPLAB_KERNELS": ""], status: 2,
            error: "expected scalar, avx2, avx512 or neon as kernel level; got ''"),
    ])
    func wrongUsage(_ sample: Sample) throws {
        let outcome = try Program.run(
            sample.arguments, in: try Folder(), environment: sample.environment)
        #expect(outcome.status == sample.status)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains(sample.error), "\(outcome.error)")
    }

    @Test func helpNamesTheExitCodes() throws {
        let outcome = try Program.run(["--help"], in: try Folder())
        #expect(outcome.status == 0 && outcome.error.isEmpty)
        #expect(outcome.output.contains("0 done, 1 a statement failed, 2 wrong usage, 3 replay mismatch"))
    }

    @Test func notText() throws {
        let folder = try Folder()
        let process = try Program.make([], in: folder)
        let (input, error) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardError = error
        try Program.start(process)
        try input.fileHandleForWriting.write(contentsOf: Data([0x68, 0xFF, 0x0A]))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1 && process.terminationReason == .exit)
        #expect(text.hasPrefix("ziplab: error: ") && text.contains("UTF-8"), "\(text)")
    }

    /// A statement's answer comes before the next statement is sent.
    @Test func pipesStream() throws {
        let process = try Program.make(["--json"], in: try Folder())
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try Program.start(process)
        var answers = 0
        for statement in ["classes set a b\n", "repeat 2 {\nclasses\n}\n", "let x = 3\n"] {
            try input.fileHandleForWriting.write(contentsOf: Data(statement.utf8))
            var line = Data()
            while line.last != 0x0A {
                let piece = output.fileHandleForReading.availableData
                guard !piece.isEmpty else { throw Missing(description: "expected an answer to \(statement)") }
                line += piece
            }
            answers += 1
            let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            #expect(object["cell"] as? Int == answers)
            #expect(object["status"] as? String == "ok")
        }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func jsonLines() throws {
        let outcome = try Program.run(
            ["--json", "--keep-going", "-c", "classes set a \"\\u{1b}\"\nundo 7\nhelp\n"], in: try Folder())
        #expect(outcome.status == 1)
        #expect(outcome.error.isEmpty)
        let lines = outcome.output.split(separator: "\n")
        let objects = try lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.map { $0["status"] as? String } == ["ok", "failed", "ok"])
        #expect((objects[0]["results"] as? [String: Any])?["names"] as? [String] == ["a", "\u{1b}"])
        let error = try #require(objects[1]["error"] as? [String: Any])
        #expect(error["message"] as? String == "only 1 statement can be undone; got 7")
        #expect(
            error["file"] as? String == "command" && error["line"] as? Int == 2
                && error["column"] as? Int == 6)
    }

    struct Colour: Sendable, CustomTestStringConvertible {
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var isColoured: Bool
        var testDescription: String { "\(arguments) \(environment)" }
    }

    /// The flag, then NO_COLOR, then CLICOLOR_FORCE, then the terminal.
    @Test(arguments: [
        Colour(isColoured: false),
        Colour(environment: ["CLICOLOR_FORCE": "1"], isColoured: true),
        Colour(environment: ["CLICOLOR_FORCE": "0"], isColoured: false),
        Colour(environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], isColoured: false),
        Colour(environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": ""], isColoured: true),
        Colour(arguments: ["--no-color"], environment: ["CLICOLOR_FORCE": "1"], isColoured: false),
    ])
    func colour(_ sample: Colour) throws {
        let folder = try Folder()
        let outcome = try Program.run(
            sample.arguments + ["--record", "x.zlt", "-c", "classes set a\nfrob"], in: folder,
            environment: sample.environment)
        #expect(outcome.error.contains("\u{1b}") == sample.isColoured)
        #expect(!outcome.output.contains("\u{1b}"))
        #expect(try !folder.read("x.zlt").contains("\u{1b}"))
    }

    /// Errors in a pipe are at the line that they have in it.
    @Test func linesOfAPipe() throws {
        let outcome = try Program.run(
            ["--keep-going"], in: try Folder(),
            input: "classes set a b\n# a word\n\nfoo\nrepeat 1 {\n  classes\n  bar\n}\nclasses set 'x\n")
        #expect(
            outcome.error.split(separator: "\n").filter { $0.contains("error: ") }.map { $0.prefix(10) } == [
                "input:4:1:", "input:7:3:", "input:9:13",
            ], "\(outcome.error)")
        let object = try Program.run(["--json"], in: try Folder(), input: "classes set a b\n\nfoo\n").output
        #expect(object.contains("\"line\":3,"))
    }

    /// What people write in the shell who know the notebook.
    @Test func shellWords() throws {
        let folder = try Folder()
        try folder.write("classes set a b\n", to: "a.zl")
        func run(_ arguments: String...) throws -> (status: Int32, text: String) {
            let outcome = try Program.run(arguments, in: folder)
            return (outcome.status, outcome.output + outcome.error)
        }
        #expect(try run("help", "eval") == run("-c", "help eval"))
        #expect(
            try run("help", "evil").status == 1 && run("help", "evil").text.contains("did you mean 'eval'?"))
        #expect(try run("help", "run").text.contains("USAGE: ziplab run"))
        #expect(
            try run("a.zl").status == 2 && run("a.zl").text.hasSuffix("did you mean 'ziplab run a.zl'?\n"))
        #expect(try run("eval").text.hasSuffix("runs it, 'ziplab' alone is the prompt for it\n"))
        #expect(
            try run("export", "a.zlt", "--to", "notebook").text.contains(
                "got 'notebook': did you mean 'ipynb'?"))
    }

    /// A session is taken up in part as a new one, which says how to where it cannot be taken up whole.
    @Test func resumeUntil() throws {
        let folder = try Folder()
        let state = folder.path + "/.local/state/ziplab/sessions"
        try folder.write("a\nb\n", to: "names.txt")
        try folder.write("classes set x\nclasses load names.txt\nclasses\n", to: "s.zl")
        #expect(try Program.run(["run", "s.zl", "--record", "s.zlt"], in: folder).status == 0)
        try folder.write("a\nc\n", to: "names.txt")
        let refused = try Program.run(["resume", "s.zlt"], in: folder)
        #expect(
            refused.status == 4
                && refused.error.contains("statement 2, 'classes load names.txt', does not come out"))
        #expect(refused.error.hasSuffix("'ziplab resume s.zlt --until 1' takes up what comes before it\n"))
        let before = try folder.read("s.zlt")
        let taken = try Program.run(["resume", "s.zlt", "--until", "1"], in: folder, input: "classes\n")
        #expect(taken.status == 0 && taken.output == "0  x\n")
        #expect(try folder.read("s.zlt") == before)
        let names = try FileManager.default.contentsOfDirectory(atPath: state).filter { $0.hasSuffix(".zlt") }
        let kept = try folder.read(".local/state/ziplab/sessions/" + (names.first ?? ""))
        #expect(names.count == 1 && kept.contains("\n> classes\n") && !kept.contains("names.txt"))
        #expect(try Program.run(["resume", "s.zlt", "--until", "0"], in: folder).status == 2)
        let beyond = try Program.run(["resume", "s.zlt", "--until", "9"], in: folder)
        #expect(beyond.status == 1 && beyond.error.contains("'s.zlt' has 3 whole statements"))
        // What cannot be taken up begins nothing.
        #expect(try Program.run(["resume", "s.zlt", "--until", "2"], in: folder).status == 4)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: state).filter { $0.hasSuffix(".zlt") }
                == names)
    }

    /// A write that the system refuses: the old file stays, the session goes on, the exit code says it.
    @Test func fullDisk() throws {
        let folder = try Folder()
        try folder.write("old", to: "s.zlt")
        let save = try Program.run(
            ["--keep-going", "-c", "classes set a b\nhelp prompt\nsave s.zlt --force\nclasses"], in: folder,
            limit: 2)
        #expect(save.status == 1)
        #expect(save.output.hasSuffix("\n0  a\n1  b\n"))
        #expect(
            save.error == """
                command:3:6: error: cannot write 's.zlt': the file would be larger than allowed
                save s.zlt --force
                     ^~~~^

                """)
        #expect(try folder.read("s.zlt") == "old")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                ".error", ".input", "s.zlt",
            ])
        let record = try Program.run(
            ["--record", "r.zlt", "-c", "help prompt\nhelp step"], in: folder, limit: 2)
        #expect(record.status == 1)
        #expect(
            record.error == "ziplab: error: cannot write 'r.zlt': the file would be larger than allowed\n")
        let output = try Program.run(["-c", "help"], in: folder, toFullDisk: true)
        #expect(output.status == 1)
        #expect(output.error == "ziplab: error: cannot write 'standard output': no space left on the disk\n")
    }
}
