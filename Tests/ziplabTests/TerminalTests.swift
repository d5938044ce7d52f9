import Foundation
import Testing

/// A conversation on a terminal.
@Suite struct TerminalTests {
    @Test func conversation() throws {
        let folder = try Folder()
        let terminal = try PseudoTerminal(["--record", "x.zlt"], in: folder)
        try terminal.expect("ziplab 0.1.0: ")
        try terminal.expect("ziplab> ")
        try terminal.type("classes set a b\r")
        try terminal.expect("2 class names")
        try terminal.expect("ziplab> ")
        // A failed statement does not end it; errors are red here.
        try terminal.type("clases\r")
        try terminal.expect("\u{1b}[31minput:1:1: error: unknown command 'clases'")
        try terminal.expect("ziplab> ")
        // A block over several lines.
        try terminal.type("repeat 2 {\r")
        try terminal.expect("...> ")
        try terminal.type("classes set c\r")
        try terminal.expect("...> ")
        try terminal.type("}\r")
        try terminal.expect("1 class names\r\n1 class names\r\n")
        try terminal.expect("ziplab> ")
        // ^C at the prompt drops what was typed.
        try terminal.type("repeat 2 {\r")
        try terminal.expect("...> ")
        try terminal.type("frob\u{3}")
        try terminal.expect("ziplab> ")
        // Tab.
        try terminal.type("mod\t")
        try terminal.expect("el ")
        try terminal.type("lo\t\r")
        try terminal.expect("CLIP with ")
        try terminal.expect("ziplab> ")
        try terminal.type("data load '\(Program.data)' --shots 2\r")
        try terminal.expect("10 training, 10 validation, ")
        try terminal.expect("ziplab> ")
        try terminal.type("prompt new --tokens 4 --budget 60000\r")
        try terminal.expect("gradients clipped at ")
        try terminal.expect("ziplab> ")
        // A long run with its bar, and ^C in it.
        try terminal.type("run --eval-every 100000\r")
        try terminal.expect("░] ")
        try terminal.expect("/60000 queries, ")
        try terminal.type("\u{3}")
        try terminal.expect("\r\u{1b}[Kinterrupted after step ")
        try terminal.expect(", state kept\r\n")
        try terminal.expect("ziplab> ")
        try terminal.type("show\r")
        try terminal.expect("queries: ")
        try terminal.expect("ziplab> ")
        try terminal.type("\u{4}")
        #expect(try terminal.waitForEnd() == 0)
        let record = try folder.read("x.zlt")
        #expect(!record.contains("\u{1b}") && record.contains("\n@did "))
        #expect(try Program.run(["replay", "x.zlt"], in: folder).status == 0)
        // What was typed is there the next time.
        let next = try PseudoTerminal([], in: folder)
        try next.expect("ziplab> ")
        try next.type("\u{1b}[A")
        try next.expect("show")
        try next.type("\u{15}quit\r")
        #expect(try next.waitForEnd() == 0)
    }

    /// What is typed is kept, listed, gone on with, and replayed by its name.
    @Test func typedSessionsAreKept() throws {
        let folder = try Folder()
        let state = folder.path + "/.local/state/ziplab/sessions"
        func type(_ statements: [String], _ arguments: [String] = []) throws -> String {
            let terminal = try PseudoTerminal(arguments, in: folder)
            try terminal.expect("ziplab> ")
            for statement in statements {
                try terminal.type(statement + "\r")
                try terminal.expect("ziplab> ")
            }
            try terminal.type("\u{4}")
            #expect(try terminal.waitForEnd() == 0)
            return terminal.shown
        }
        // Nothing typed, nothing kept; nor where a person does not want it.
        _ = try type([])
        _ = try type(["classes set a b"], ["--no-log"])
        _ = try type(["classes set a b"], ["--record", "own.zlt"])
        #expect(!FileManager.default.fileExists(atPath: state))
        let end = try type(["model load", "classes set a b", "plot loss"])
        let start = try #require(end.range(of: "kept as ")).upperBound
        let name = String(end[start...].prefix { $0 != ":" })
        #expect(name.count == 12 && name.hasSuffix("-1"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: state).sorted() == [
                "\(name).zlt", "\(name).zlt.run",
            ])
        _ = try type(["classes"], ["resume", name])
        let second = try type(["classes set x"])
        #expect(second.contains("-2: 'ziplab resume "))
        let list = try Program.run(["-c", "sessions"], in: folder)
        #expect(
            list.output.split(separator: "\n").map { $0.dropFirst(name.count - 1) } == [
                "2  1 statement, the last 'classes set x'", "1  4 statements, the last 'classes'",
                "\(list.output.split(separator: "\n")[2].dropFirst(name.count - 1))",
            ])
        #expect(list.output.hasSuffix("2 sessions in \(state)\n"))
        let replay = try Program.run(["replay", name], in: folder)
        #expect(replay.status == 0 && replay.output.contains("4 statements replayed"))
        #expect(try Program.run(["export", name, "--to", "script"], in: folder).status == 0)
        #expect(try folder.read("\(name).zl").contains("\n# failed: plot loss\n"))
        // A hundred stay.
        for number in 3...130 {
            try folder.write(
                "#!ziplab-transcript 1\n", to: ".local/state/ziplab/sessions/2020-01-01-\(number).zlt")
        }
        _ = try type(["classes set y"])
        let left = try FileManager.default.contentsOfDirectory(atPath: state).filter { $0.hasSuffix(".zlt") }
        #expect(
            left.count == 100 && left.contains("\(name.dropLast(1))3.zlt")
                && !left.contains("2020-01-01-3.zlt"))
        // No place to keep it: said once, and the session goes on.
        let refused = try PseudoTerminal([], in: folder, environment: ["XDG_STATE_HOME": "/proc/none"])
        try refused.expect("ziplab> ")
        try refused.type("classes set a b\r")
        try refused.expect("this session is not kept: ")
        try refused.expect("2 class names")
        try refused.type("classes\r")
        try refused.expect("ziplab> ")
        try refused.type("\u{4}")
        #expect(try refused.waitForEnd() == 0)
    }

    /// A prompt, mistakes are told, and the session goes on.
    @Test func simpleTerminal() throws {
        let terminal = try PseudoTerminal([], in: try Folder(), environment: ["TERM": "dumb"])
        try terminal.expect("ziplab> ")
        try terminal.type("clases\n")
        try terminal.expect("unknown command 'clases'")
        try terminal.expect("ziplab> ")
        try terminal.type("classes set a b\n")
        try terminal.expect("2 class names")
        try terminal.expect("ziplab> ")
        try terminal.type("\u{4}")
        #expect(try terminal.waitForEnd() == 0)
        #expect(!terminal.shown.contains("\u{1b}"))
    }

    /// A terminal that this machine has no entry for.
    @Test(arguments: ["xterm-kitty", "foot", "no-such-terminal"]) func unknownTerminal(_ type: String) throws
    {
        let terminal = try PseudoTerminal([], in: try Folder(), environment: ["TERM": type])
        try terminal.expect("Tab completes")
        try terminal.expect("ziplab> ")
        try terminal.type("mod\t")
        try terminal.expect("el ")
        try terminal.type("\u{15}quit\r")
        #expect(try terminal.waitForEnd() == 0)
        #expect(!terminal.shown.contains("No entry"))
    }

    /// ^\ ends by the signal, at the prompt and in a run, with no report of a crash.
    @Test(arguments: [false, true]) func quitSignal(_ inRun: Bool) throws {
        let terminal = try PseudoTerminal([], in: try Folder())
        try terminal.expect("ziplab> ")
        if inRun {
            try terminal.type("model load\r")
            try terminal.expect("ziplab> ")
            try terminal.type("data load '\(Program.data)' --shots 2\r")
            try terminal.expect("ziplab> ")
            try terminal.type("prompt new --tokens 4 --budget 60000\r")
            try terminal.expect("ziplab> ")
            try terminal.type("run --eval-every 100000\r")
            try terminal.expect("░] ")
        }
        try terminal.type("\u{1c}")
        #expect(try terminal.waitForEnd() != 0)
        #expect(!terminal.shown.contains("Crash") && !terminal.shown.contains("💣"))
    }
}
