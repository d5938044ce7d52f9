import Glibc
import LineEditing
import Testing

extension LineEditingTests {
    /// The line editor on a real pseudo-terminal.
    @Suite struct OnTerminal {
        struct Sample: Sendable, CustomTestStringConvertible {
            let name: String
            let keys: String
            let line: String
            var testDescription: String { name }
        }

        @Test(arguments: [
            Sample(name: "plain", keys: "run --queries 5000", line: "run --queries 5000"),
            Sample(name: "empty", keys: "", line: ""),
            Sample(name: "left", keys: "ac\u{1B}[Db", line: "abc"),
            Sample(name: "backspace", keys: "abx\u{7F}c", line: "abc"),
            Sample(name: "delete", keys: "abxc\u{1B}[D\u{1B}[D\u{1B}[3~", line: "abc"),
            Sample(name: "^A", keys: "bc\u{01}a", line: "abc"),
            Sample(name: "home and end", keys: "b\u{1B}[Ha\u{1B}[Fc", line: "abc"),
            Sample(name: "^W", keys: "step 10\u{17}20", line: "step 20"),
            Sample(name: "^U", keys: "step 10\u{15}run", line: "run"),
            Sample(name: "^U keeps the rest", keys: "step 10\u{1B}[D\u{1B}[D\u{15}run ", line: "run 10"),
            Sample(name: "ctrl-left", keys: "a c\u{1B}[1;5Db ", line: "a b c"),
            Sample(name: "ctrl-right", keys: "a b\u{01}\u{1B}[1;5Cx", line: "ax b"),
            Sample(name: "latin", keys: "café", line: "café"),
            Sample(name: "latin edited", keys: "caféx\u{7F}\u{7F}è", line: "cafè"),
            Sample(name: "han", keys: "漢字", line: "漢字"),
            Sample(name: "han edited", keys: "漢字x\u{1B}[D\u{7F}", line: "漢x"),
            Sample(name: "emoji", keys: "a🐈b", line: "a🐈b"),
            Sample(name: "every high latin letter", keys: "ÀÿĀ\u{A1}", line: "ÀÿĀ\u{A1}"),
            Sample(
                name: "longer than a row", keys: String(repeating: "漢z", count: 60) + "\u{7F}",
                line: String(repeating: "漢z", count: 59) + "漢"),
            Sample(
                name: "paste", keys: "\u{1B}[200~one\rtwo\nthr\tee\u{1B}[201~",
                line: "one\ntwo\nthr\tee"),
            Sample(
                name: "paste within", keys: "ad\u{1B}[D\u{1B}[200~b\u{01}c\u{1B}[201~", line: "ab\u{01}cd"),
        ])
        func editing(_ sample: Sample) throws {
            let terminal = try PseudoTerminal()
            try terminal.start()
            #expect(try terminal.result(of: sample.keys + "\r") == "\(Input.line(sample.line))")
            try terminal.finish()
        }

        @Test func historyIsWalkedAndSearched() throws {
            let terminal = try PseudoTerminal()
            try terminal.start()
            for line in ["first one", "second one", " hidden", "second one"] {
                #expect(try terminal.result(of: line + "\r") == "\(Input.line(line))")
            }
            #expect(try terminal.result(of: "\u{1B}[A\r") == "\(Input.line("second one"))")
            #expect(try terminal.result(of: "\u{1B}[A\u{1B}[A\r") == "\(Input.line("first one"))")
            #expect(try terminal.result(of: "typed\u{1B}[A\u{1B}[B!\r") == "\(Input.line("typed!"))")
            #expect(try terminal.result(of: "\u{12}sec\r") == "\(Input.line("second one"))")
            let block = "\(Input.line("a {\n  b\n}"))"
            #expect(try terminal.result(of: "\u{1B}[200~a {\r  b\r}\u{1B}[201~\r") == block)
            #expect(try terminal.result(of: "\u{1B}[A\r") == block)
            try terminal.finish()
        }

        static let words = ["alpha", "alphabet", "beta", "éclair"]

        static func complete(_ line: String, _ cursor: Int) -> Completion {
            let head = Array(line.prefix(cursor))
            let start = head.lastIndex(of: " ").map { $0 + 1 } ?? 0
            let word = String(head[start...])
            return Completion(
                replaced: start..<cursor, candidates: words.filter { $0.hasPrefix(word) }, suffix: " ")
        }

        @Test func tabCompletes() throws {
            let terminal = try PseudoTerminal()
            try terminal.start(assistance: LineAssistance(completion: Self.complete))
            #expect(try terminal.result(of: "be\t.\r") == "\(Input.line("beta ."))")
            #expect(try terminal.result(of: "漢 é\t.\r") == "\(Input.line("漢 éclair ."))")
            #expect(try terminal.result(of: "x be y\u{1B}[D\u{1B}[D\t\r") == "\(Input.line("x beta  y"))")

            try terminal.type("al\t")
            try terminal.expect("pha")
            try terminal.type("\t")
            try terminal.expect("alpha     alphabet\r")
            try terminal.expect("zl4>")
            #expect(try terminal.result(of: "\r") == "\(Input.line("alpha"))")

            try terminal.type("zzz\t")
            try terminal.expect("\u{07}")
            #expect(try terminal.result(of: "\r") == "\(Input.line("zzz"))")
            try terminal.finish()
        }

        /// A block is one text to edit: Enter begins a line until it is whole.
        static let blocks = [
            Sample(name: "goes on", keys: "a {\rb\r}\r", line: "a {\n  b\n}"),
            Sample(name: "indents", keys: "a {\rb {\rc\r}\r}\r", line: "a {\n  b {\n    c\n  }\n}"),
            Sample(name: "brace within a line", keys: "a {\rb }\r", line: "a {\n  b }"),
            Sample(name: "up and end", keys: "a {\rb\r}\u{1B}[A\u{1B}[A\u{1B}[Fx\r", line: "a {x\n  b\n}"),
            Sample(name: "up to a shorter line", keys: "{\rbcdef}\u{1B}[Ax\r", line: "{x\n  bcdef}"),
            Sample(name: "down", keys: "a {\rb}\u{1B}[A\u{1B}[H\u{1B}[By\r", line: "a {\ny  b}"),
            Sample(name: "home", keys: "a {\rb}\u{1}#\r", line: "a {\n#  b}"),
            Sample(name: "joined", keys: "a {\rb\r\u{7F}\u{7F}\u{7F}c}\r", line: "a {\n  bc}"),
            Sample(name: "a line by Alt-Enter", keys: "a\u{1B}\rb\r", line: "a\nb"),
            Sample(name: "accepted in its middle", keys: "ab\u{1B}[D\r", line: "ab"),
            Sample(name: "accepted on its first line", keys: "a {\rb}\u{1B}[A\r", line: "a {\n  b}"),
            Sample(name: "^J as Enter", keys: "a {\nb\n}\n", line: "a {\n  b\n}"),
        ]

        private static func blanks(after text: String) -> String? {
            let depth = text.count { $0 == "{" } - text.count { $0 == "}" }
            return depth > 0 ? String(repeating: "  ", count: depth) : nil
        }

        @Test(arguments: blocks, [false, true])
        func blocksAreEditedAsAWhole(_ sample: Sample, coloured: Bool) throws {
            let terminal = try PseudoTerminal()
            var assistance = LineAssistance(continuation: Self.blanks)
            if coloured { assistance.colours = { [LineColour(0..<min(3, $0.utf8.count), "31")] } }
            try terminal.start(assistance: assistance)
            #expect(try terminal.result(of: sample.keys) == "\(Input.line(sample.line))")
            // It comes back whole, and from its first line one goes further back.
            #expect(try terminal.result(of: "first\r") == "\(Input.line("first"))")
            #expect(try terminal.result(of: "\u{1B}[A\u{1B}[A\r") == "\(Input.line(sample.line))")
            try terminal.finish()
        }

        @Test func candidatesHaveNotes() throws {
            let terminal = try PseudoTerminal()
            try terminal.start(
                assistance: LineAssistance(completion: { _, cursor in
                    Completion(
                        replaced: 0..<cursor, candidates: ["alpha", "al", "é"],
                        notes: ["the first", "", String(repeating: "long ", count: 30)])
                }))
            try terminal.type("\t\t")
            try terminal.expect("alpha  the first\r")
            try terminal.expect("\nal\r")
            try terminal.expect("\né      long long")
            try terminal.expect("…\r")
            try terminal.finish()
        }

        @Test func textIsColoured() throws {
            let terminal = try PseudoTerminal()
            try terminal.start(
                assistance: LineAssistance(colours: { [LineColour(0..<min(2, $0.utf8.count), "1;31")] }))
            try terminal.type("abc")
            // Saved cursor, first column, past the prompt, the text, cursor back.
            try terminal.expect("\u{1B}7\r\u{1B}[5C\u{1B}[1;31mab\u{1B}[0mc\u{1B}8")
            #expect(try terminal.result(of: "\r") == "\(Input.line("abc"))")
            try terminal.finish()
        }

        @Test func placesAreThoseOfTheScreen() throws {
            func place(_ text: String, width: Int, start: Int = 5) -> String? {
                let scalars = Array(text.unicodeScalars)
                guard
                    let layout = LineLayout(
                        scalars, start: start, width: width,
                        columnsOf: { $0.unicodeScalars.first.map { $0.value > 0x2000 ? 2 : 1 } ?? 0 })
                else { return nil }
                return layout.places.map { "\($0.row),\($0.column)" }.joined(separator: " ")
            }
            #expect(place("ab", width: 80) == "0,5 0,6 0,7")
            #expect(place("a\nb", width: 80) == "0,5 0,6 1,0 1,1")
            #expect(place("abc", width: 7) == "0,5 0,6 1,0 1,1")
            #expect(place("漢a", width: 80) == "0,5 0,7 0,8")
            #expect(place("", width: 80) == "0,5")
            // Not certain.
            #expect(place("a漢", width: 7) == nil && place("a\tb", width: 80) == nil)
            #expect(place("a", width: 4) == nil)
        }

        @Test func wrongCompletionIsRefused() throws {
            let terminal = try PseudoTerminal()
            try terminal.start(
                assistance: LineAssistance(completion: { _, _ in
                    Completion(replaced: 1..<99, candidates: ["x"])
                }))
            #expect(try terminal.result(of: "ab\t\r") == "\(Input.line("ab"))")
            try terminal.finish()
        }

        @Test func interruptDropsTheLine() throws {
            _ = signal(SIGINT, SIG_DFL)
            let terminal = try PseudoTerminal()
            try terminal.start()
            // While typing, while searching, and within a key's sequence.
            for keys in ["dropped", "\u{12}dro", "\u{1B}"] {
                try terminal.type("mark" + keys)
                try terminal.expect("mark")
                try terminal.waitUntilTaken()
                kill(getpid(), SIGINT)
                #expect(try terminal.nextResult() == "\(Input.interrupted)")
            }
            #expect(!InterruptSignal.isRaised)
            #expect(try terminal.result(of: "kept\r") == "\(Input.line("kept"))")
            try terminal.finish()
        }

        @Test func controlDEndsTheInput() throws {
            let terminal = try PseudoTerminal()
            try terminal.start()
            #expect(try terminal.result(of: "a\u{04}\r") == "\(Input.line("a"))")
            #expect(try terminal.result(of: "\u{04}") == "\(Input.endOfInput)")
        }

        @Test func resizeDrawsAnew() throws {
            let terminal = try PseudoTerminal()
            try terminal.start()
            try terminal.type("wide")
            try terminal.expect("wide")
            terminal.setSize(columns: 40)
            kill(getpid(), SIGWINCH)
            try terminal.expect("zl1>")
            try terminal.expect("wide")
            #expect(try terminal.result(of: "r\r") == "\(Input.line("wider"))")
            try terminal.finish()
        }

        @Test func settingsOfTheTerminalComeBack() throws {
            let terminal = try PseudoTerminal()
            var before = termios()
            #expect(tcgetattr(terminal.slave, &before) == 0)
            try terminal.start()
            try terminal.type("x")
            try terminal.expect("x")
            var during = termios()
            #expect(tcgetattr(terminal.slave, &during) == 0)
            #expect(during.c_lflag & tcflag_t(ICANON) == 0)
            Terminal.restore()
            var restored = termios()
            #expect(tcgetattr(terminal.slave, &restored) == 0)
            #expect(restored.c_lflag == before.c_lflag && restored.c_iflag == before.c_iflag)
            try terminal.expect("\u{1B}[?2004l")
            #expect(try terminal.result(of: "\n") == "\(Input.line("x"))")
        }

        @Test func historyIsSharedByReaders() throws {
            let path = "/tmp/line-editing-\(getpid())-shared"
            defer { unlink(path) }
            let first = try PseudoTerminal()
            try first.start(historyPath: path)
            #expect(try first.result(of: "from the first\r") == "\(Input.line("from the first"))")

            let second = try PseudoTerminal()
            try second.start(historyPath: path)
            #expect(try second.result(of: "\u{1B}[A\r") == "\(Input.line("from the first"))")
            #expect(try second.result(of: "from the second\r") == "\(Input.line("from the second"))")
            #expect(try first.result(of: "\u{1B}[200~a\rb\u{1B}[201~\r") == "\(Input.line("a\nb"))")
            try second.finish()
            try first.finish()
            #expect(try HistoryFile(path: path).load() == ["from the first", "from the second", "a\nb"])
        }

        @Test func unwritableHistoryStopsNothing() throws {
            let terminal = try PseudoTerminal()
            try terminal.start(historyPath: "/dev/null")
            #expect(try terminal.result(of: "a\r") == "\(Input.line("a"))")
            #expect(try terminal.result(of: "\u{1B}[A\r") == "\(Input.line("a"))")
            try terminal.finish()
            _ = try terminal.nextResult()
            #expect(try terminal.nextResult() == "history '/dev/null' not read: invalid argument")
        }

        @Test func pipesAreNoTerminal() {
            #expect(throws: LineEditingError.notInteractive) {
                var ends: [Int32] = [0, 0]
                #expect(pipe(&ends) == 0)
                defer { ends.forEach { _ = close($0) } }
                #expect(!Terminal.isInteractive(input: ends[0], output: ends[1]))
                _ = try TerminalLineReader(
                    input: ends[0], output: ends[1], terminalType: "xterm", historyPath: nil,
                    assistance: LineAssistance())
            }
        }
    }
}
