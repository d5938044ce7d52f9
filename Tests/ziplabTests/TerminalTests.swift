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
