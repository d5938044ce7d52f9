import Foundation
import Testing

/// A conversation on a terminal.
@Suite struct TerminalTests {
    @Test func conversation() throws {
        let folder = try Folder()
        let terminal = try PseudoTerminal(["--record", "x.zlt"], in: folder)
        try terminal.expect("ziplab 0.1.0: ")
        try terminal.expect("]> ")
        try terminal.type("classes set a b\r")
        try terminal.expect("2 class names")
        try terminal.expect("]> ")
        // A failed statement does not end it; errors are red here.
        try terminal.type("clases\r")
        try terminal.expect("\u{1b}[31minput:1:1: error: unknown command 'clases'")
        try terminal.expect("]> ")
        // A block over several lines.
        try terminal.type("repeat 2 {\r")
        try terminal.type("classes set c\r")
        try terminal.type("}\r")
        try terminal.expect("1 class names\r\n1 class names\r\n")
        try terminal.expect("]> ")
        // ^C at the prompt drops what was typed.
        try terminal.type("repeat 2 {\r")
        try terminal.type("frob")
        try terminal.expect("b")
        try terminal.type("\u{3}")
        try terminal.expect("]> ")
        // Tab.
        try terminal.type("mod\t")
        try terminal.expect("el ")
        try terminal.type("lo\t\r")
        try terminal.expect("CLIP with ")
        try terminal.expect("]> ")
        try terminal.type("data load '\(Program.data)' --shots 2\r")
        try terminal.expect("10 training, 10 validation, ")
        try terminal.expect("]> ")
        try terminal.type("prompt new --tokens 4 --budget 60000\r")
        try terminal.expect("gradients clipped at ")
        try terminal.expect("]> ")
        // A long run with its bar, and ^C in it.
        try terminal.type("run --eval-every 100000\r")
        try terminal.expect("░] ")
        try terminal.expect("/60000 queries, ")
        try terminal.type("\u{3}")
        try terminal.expect("\r\u{1b}[Kinterrupted after step ")
        try terminal.expect(", state kept\r\n")
        try terminal.expect("]> ")
        try terminal.type("show\r")
        try terminal.expect("queries: ")
        try terminal.expect("]> ")
        try terminal.type("\u{4}")
        #expect(try terminal.waitForEnd() == 0)
        let record = try folder.read("x.zlt")
        #expect(!record.contains("\u{1b}") && record.contains("\n@did "))
        #expect(try Program.run(["replay", "x.zlt"], in: folder).status == 0)
        // What was typed is there the next time.
        let next = try PseudoTerminal([], in: folder)
        try next.expect("]> ")
        try next.type("\u{1b}[A")
        try next.expect("show")
        try next.type("\u{15}quit\r")
        #expect(try next.waitForEnd() == 0)
    }

    /// What is longer than the screen goes through the pager; lines break at blanks.
    @Test func pager() throws {
        let folder = try Folder()
        let terminal = try PseudoTerminal([], in: folder, environment: ["PAGER": "cat -n"])
        try terminal.expect("]> ")
        terminal.setSize(columns: 60, rows: 20)
        try terminal.type("help run\r")
        try terminal.expect("     1\trun [--queries N] [--until CONDITION]")
        try terminal.expect("    20\t")
        try terminal.expect("]> ")
        // What fits is shown as it is; so is what a statement shows as it goes.
        try terminal.type("help redo\r")
        try terminal.expect("\u{1b}[?2004lredo [N]\r\n")
        try terminal.expect("]> ")
        try terminal.type("say one two three four five six seven eight nine ten eleven twelve thirteen\r")
        try terminal.expect(
            "\u{1b}[?2004lone two three four five six seven eight nine ten eleven\r\ntwelve thirteen\r\n")
        try terminal.expect("]> ")
        try terminal.type("\u{4}")
        #expect(try terminal.waitForEnd() == 0)
        // The pager's keys are its own, also ^C, and the prompt is as before.
        let less = try PseudoTerminal([], in: folder, environment: ["PAGER": "cat; sleep 30"])
        try less.expect("]> ")
        less.setSize(columns: 60, rows: 20)
        try less.type("help run\r")
        try less.expect("progress end")
        try less.type("\u{3}")
        try less.expect("]> ")
        try less.type("step\r")
        try less.expect("no prompt yet")
        try less.expect("]> ")
        try less.type("\u{4}")
        #expect(try less.waitForEnd() == 0)
        // None is none.
        let none = try PseudoTerminal([], in: folder, environment: ["PAGER": ""])
        try none.expect("]> ")
        none.setSize(columns: 60, rows: 20)
        try none.type("help run\r")
        try none.expect("\u{1b}[?2004lrun [--queries N] ")
        try none.expect("]> ")
        try none.type("\u{4}")
        #expect(try none.waitForEnd() == 0)
    }

    /// What is typed is kept, listed, gone on with, and replayed by its name.
    @Test func typedSessionsAreKept() throws {
        let folder = try Folder()
        let state = folder.path + "/.local/state/ziplab/sessions"
        func type(_ statements: [String], _ arguments: [String] = []) throws -> String {
            let terminal = try PseudoTerminal(arguments, in: folder)
            try terminal.expect("]> ")
            for statement in statements {
                try terminal.type(statement + "\r")
                try terminal.expect("]> ")
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
        try refused.expect("]> ")
        try refused.type("classes set a b\r")
        try refused.expect("this session is not kept: ")
        try refused.expect("2 class names")
        try refused.type("classes\r")
        try refused.expect("]> ")
        try refused.type("\u{4}")
        #expect(try refused.waitForEnd() == 0)
    }

    /// A prompt, mistakes are told, and the session goes on.
    @Test func simpleTerminal() throws {
        let terminal = try PseudoTerminal([], in: try Folder(), environment: ["TERM": "dumb"])
        try terminal.expect("]> ")
        try terminal.type("clases\n")
        try terminal.expect("unknown command 'clases'")
        try terminal.expect("]> ")
        try terminal.type("classes set a b\n")
        try terminal.expect("2 class names")
        try terminal.expect("]> ")
        try terminal.type("\u{4}")
        #expect(try terminal.waitForEnd() == 0)
        #expect(!terminal.shown.contains("\u{1b}"))
    }

    /// A terminal that this machine has no entry for.
    @Test(arguments: ["xterm-kitty", "foot", "no-such-terminal"]) func unknownTerminal(_ type: String) throws
    {
        let terminal = try PseudoTerminal([], in: try Folder(), environment: ["TERM": type])
        try terminal.expect("Tab completes")
        try terminal.expect("]> ")
        try terminal.type("mod\t")
        try terminal.expect("el ")
        try terminal.type("\u{15}quit\r")
        #expect(try terminal.waitForEnd() == 0)
        #expect(!terminal.shown.contains("No entry"))
    }

    /// A run that goes on for long.
    private func startLongRun(_ terminal: PseudoTerminal) throws {
        try terminal.expect("]> ")
        for statement in [
            "model load", "data load '\(Program.data)' --shots 2", "prompt new --tokens 4 --budget 60000",
        ] {
            try terminal.type(statement + "\r")
            try terminal.expect("]> ")
        }
        try terminal.type("run --eval-every 100000\r")
        try terminal.expect("░] ")
    }

    struct Way: Sendable, CustomTestStringConvertible {
        var name: String
        var inRun = false
        var keys = ""
        var signal: Int32?
        /// nil: any but 0.
        var status: Int32?
        var testDescription: String { name + (inRun ? " in a run" : "") }
    }

    static let ways = [
        Way(name: "^D", keys: "\u{4}", status: 0), Way(name: "quit", keys: "quit\r", status: 0),
        Way(name: "^D behind a block given up", keys: "repeat 2 {\r\u{3}\u{4}", status: 0),
        Way(name: "^\\", keys: "\u{1c}"), Way(name: "TERM", signal: SIGTERM),
        Way(name: "HUP", signal: SIGHUP), Way(name: "a trap", signal: SIGTRAP),
        Way(name: "^C, ^D", inRun: true, keys: "\u{3}", status: 0),
        Way(name: "^\\", inRun: true, keys: "\u{1c}"), Way(name: "TERM", inRun: true, signal: SIGTERM),
        Way(name: "HUP", inRun: true, signal: SIGHUP),
        Way(name: "a bad address", inRun: true, signal: SIGSEGV),
    ]

    /// However it is left, the terminal is as it was.
    @Test(arguments: ways) func terminalIsLeftAsItWas(_ way: Way) throws {
        let terminal = try PseudoTerminal(
            [], in: try Folder(), environment: ["SWIFT_BACKTRACE": "enable=no"])
        let before = terminal.settings
        #expect(!before.isEmpty && terminal.echoes)
        if way.inRun { try startLongRun(terminal) } else { try terminal.expect("]> ") }
        #expect(terminal.settings != before)
        try terminal.type(way.keys)
        if way.inRun, way.keys == "\u{3}" {
            try terminal.expect("]> ")
            try terminal.type("\u{4}")
        }
        if let signal = way.signal { terminal.send(signal) }
        let status = try terminal.waitForEnd()
        if let expected = way.status { #expect(status == expected) } else { #expect(status != 0) }
        #expect(terminal.settings == before)
        #expect(!terminal.shown.contains("Crash") && !terminal.shown.contains("💣"))
        // Bracketed paste is off again.
        let modes = terminal.shown.split(separator: "\u{1b}[?2004").dropFirst().map { $0.first }
        #expect(modes.last == "l" || modes.isEmpty)
    }

    /// What is typed during a run is not shown, and is there at the next prompt.
    @Test func typingDuringARunWaits() throws {
        let terminal = try PseudoTerminal([], in: try Folder())
        try startLongRun(terminal)
        #expect(!terminal.echoes)
        try terminal.type("\u{3}")
        try terminal.expect("]> ")
        try terminal.type("run --queries 6000 --eval-every 100000\r")
        try terminal.expect("░] ")
        let shown = terminal.shown
        try terminal.type("say typed")
        try terminal.expect("step 600, ")
        #expect(!terminal.shown.dropFirst(shown.count).contains("say"))
        try terminal.expect("]> ")
        try terminal.type(" ahead\r")
        try terminal.expect("ltyped ahead\r\n")
        try terminal.leave()
    }

    /// Wider and narrower while it is drawn and while a line is edited.
    @Test func resizing() throws {
        let terminal = try PseudoTerminal([], in: try Folder())
        try startLongRun(terminal)
        terminal.setSize(columns: 40, rows: 10)
        terminal.send(SIGWINCH)
        try terminal.expect("/60000 queries")
        let shown = terminal.shown.count
        for _ in 0..<6 { try terminal.expect("/60000 queries") }
        // A bar takes less than the new width.
        let bars = terminal.shown.dropFirst(shown).split(separator: "\r\u{1b}[K").dropFirst().dropLast()
        #expect(!bars.isEmpty && bars.allSatisfy { $0.count < 40 }, "\(bars)")
        try terminal.type("\u{3}")
        try terminal.expect("]> ")
        try terminal.type("classes set aaaa bbbb")
        try terminal.expect("bbbb")
        terminal.setSize(columns: 90, rows: 30)
        terminal.send(SIGWINCH)
        try terminal.expect("bbbb")
        try terminal.type("\r")
        try terminal.expect("expected 5 class names")
        try terminal.expect("]> ")
        try terminal.leave()
    }

    /// ^R finds what was typed; a second program sees it, too; blocks come back whole.
    @Test func historyIsSearched() throws {
        let folder = try Folder()
        let first = try PseudoTerminal([], in: folder)
        try first.expect("]> ")
        try first.type("repeat 2 {\rsay \"found me\"\r}\r")
        try first.expect("found me\r\nfound me\r\n")
        try first.type("classes set a b\r")
        try first.expect("]> ")
        let second = try PseudoTerminal([], in: folder)
        try second.expect("]> ")
        try second.type("\u{12}found")
        try second.expect("bck:found")
        try second.type("\r")
        try second.expect("found me\r\nfound me\r\n")
        for terminal in [first, second] {
            try terminal.leave()
        }
    }

    /// Thirty lines in one paste, and a session with its prompts.
    @Test func pastes() throws {
        let terminal = try PseudoTerminal([], in: try Folder())
        try terminal.expect("]> ")
        let lines = (1...30).map { "say line\($0)" }
        try terminal.type("\u{1b}[200~" + lines.joined(separator: "\r") + "\u{1b}[201~\r")
        try terminal.expect("lline1\r\nline2\r\n")
        try terminal.expect("\nline29\r\nline30\r\n")
        try terminal.expect("ziplab[31]> ")
        let copied = "ziplab[7]> say $(1 + 1)x\r2x\rziplab[8]> repeat 2 {\r  say deep\r}\rdeep\rdeep"
        try terminal.type("\u{1b}[200~" + copied + "\u{1b}[201~\r")
        try terminal.expect("l2x\r\ndeep\r\ndeep\r\n")
        try terminal.expect("ziplab[33]> ")
        try terminal.leave()
    }

    /// A path with a blank, an option, a run's name.
    @Test func completion() throws {
        let folder = try Folder()
        try folder.write("say there\n", to: "my script.zl")
        let terminal = try PseudoTerminal([], in: folder)
        try terminal.expect("]> ")
        try terminal.type("source my\t\r")
        try terminal.expect("lthere\r\n")
        try terminal.type("source 'my\t\r")
        try terminal.expect("lthere\r\n")
        // A folder with a blank: inside its quotes one goes on, and Enter takes it as it stands.
        try FileManager.default.createDirectory(
            atPath: folder.path + "/a folder/inner", withIntermediateDirectories: true)
        try folder.write("say deep\n", to: "a folder/inner/deep.zl")
        try terminal.type("source a\tin\tde\t\r")
        try terminal.expect("ldeep\r\n")
        try terminal.type("data load a\t\r")
        try terminal.expect("'a folder'")
        try terminal.expect("]> ")
        try terminal.type("data load x --sh\t")
        try terminal.expect("ots ")
        try terminal.type("\u{15}prompt new --method gau\t")
        try terminal.expect("ss-newton ")
        try terminal.type("\u{15}s\t\t")
        try terminal.expect("step      take one step, or N")
        try terminal.type("\u{15}\u{4}")
        #expect(try terminal.waitForEnd() == 0)
    }

    /// The keys that ~/.editrc binds.
    @Test func userSettings() throws {
        let folder = try Folder()
        try folder.write("bind ^G ed-move-to-beg\n", to: ".editrc")
        let terminal = try PseudoTerminal([], in: folder)
        try terminal.expect("]> ")
        try terminal.type("ay x\u{7}s\r")
        try terminal.expect("lx\r\n")
        try terminal.leave()
    }
}
