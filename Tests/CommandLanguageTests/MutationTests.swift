import CommandLanguage
import Testing

/// Damaged and oversized scripts: an answer or an error, never a trap, and in bounded time.
struct MutationTests {
    private static let seed = """
        # Few-shot animals
        model load Assets/models/tiny
        data load "my images" --shots 16 --seed=$seed # draw
        let list = [1, 'two', "$seed", $(n + 1)]
        for s in 1..$(2 * n % 5) {
            prompt new --method zip --init "a photo of a \\u{e9} $n\\n"
            repeat 3 { step 10; eval }
            plot loss --out out-$s.png \\
                --smooth -0.5
        }
        if ($n > 1 and not (seed == 2)) { say "$(main.loss)" } else if ('a' <= "b") { goto step 3 } else { undo }
        for x in $list { show $x$(max(1, len(list)))-é犬👩‍👧 }
        run --until "accuracy >= 80" -- --odd
        run --queries $(n * 10) every $n { say "$(list[-1]) $(list[n - 1])"; checkpoint "q$n" }
        """

    @Test func mutatedScripts() {
        let fragments: [[UInt8]] = [
            "{", "}", "[", "]", "(", ")", "$(", "$", "\"", "'", "\\", "\n", "\\\n", "\r\n", "..", "--", "=",
            "#", ";", ",",
            "let ", "for ", " in ", "repeat ", " every 5 {", "[-1]", "1e999", "-", "\0", "\u{1b}", "\u{202e}",
            "\u{feff}", "犬", "%",
            "/0", "\\u{",
        ].map { Array($0.utf8) }
        let seed = Array(Self.seed.utf8)
        var generator = SplitMix(state: 42)
        var parsed = 0
        for _ in 0..<100_000 {
            var bytes = seed
            for _ in 0..<(1 + generator.next() % 6) {
                let at = Int(generator.next() % UInt64(bytes.count + 1))
                switch generator.next() % 5 {
                case 0:
                    bytes.insert(
                        contentsOf: fragments[Int(generator.next() % UInt64(fragments.count))], at: at)
                case 1:
                    let end = min(bytes.count, at + Int(generator.next() % 20))
                    bytes.removeSubrange(at..<end)
                case 2:
                    bytes.removeSubrange(at...)
                case 3:
                    let end = min(bytes.count, at + Int(generator.next() % 40))
                    bytes.insert(
                        contentsOf: bytes[at..<end], at: Int(generator.next() % UInt64(bytes.count + 1)))
                default:
                    if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: generator.next()) }
                }
            }
            if exercise(String(decoding: bytes, as: UTF8.self), cursor: Int(generator.next() % 600)) {
                parsed += 1
            }
        }
        // Enough damage and enough survivors for the test to mean something.
        #expect((2_500...75_000).contains(parsed), "\(parsed) parsed")
    }

    /// Calls everything there is with `text` and returns whether it parsed.
    private func exercise(_ text: String, cursor: Int) -> Bool {
        let source = SourceText(name: "mutated", text: text)
        let context = completionContext(of: text, at: cursor)
        _ = context.insertion(of: context.partial, final: true)
        // Colours lie inside the text, in order.
        let ends = syntaxSpans(of: text).flatMap { [$0.range.start, $0.range.end] }
        #expect(ends == ends.sorted() && ends.last ?? 0 <= text.utf8.count)
        let completeness = completeness(of: source)
        do {
            let program = try parse(source)
            guard case .complete = completeness else {
                Issue.record("parsed, yet not complete: \(text.debugDescription)")
                return true
            }
            let pieces = program.topLevelSlices.map { $0.leading + $0.text + $0.separator }
            #expect(
                (pieces.joined() + program.trailingText).utf8.elementsEqual(
                    source.slice(source.contentRange).utf8))
            let environment = Environment(variables: ["seed": .number(3), "n": .number(2)])
            for statement in program.statements { evaluateAll(statement, in: environment, source: source) }
            return true
        } catch {
            if case .complete = completeness { Issue.record("complete, yet wrong: \(text.debugDescription)") }
            check(error)
            return false
        }
    }

    private func check(_ error: Diagnostic) {
        #expect(error.range.end <= error.source.utf8.count)
        #expect(
            error.rendered().split(separator: "\n", omittingEmptySubsequences: false).count == 3
                + error.notes.count)
    }

    /// Evaluates every expression once; loops run once.
    private func evaluateAll(_ statement: Statement, in environment: Environment, source: SourceText) {
        do {
            switch statement.kind {
            case .command(let command):
                for argument in command.arguments {
                    switch argument.kind {
                    case .positional(let word), .option(_, .some(let word)):
                        _ = try evaluate(word, in: environment, source: source)
                    case .option: break
                    }
                }
                guard let periodic = command.periodic else { break }
                for statement in periodic.body { evaluateAll(statement, in: environment, source: source) }
                _ = try evaluateCount(periodic.interval, in: environment, source: source)
            case .binding(_, let value):
                _ = try evaluate(value, in: environment, source: source)
            case .repetition(let count, let body):
                for statement in body { evaluateAll(statement, in: environment, source: source) }
                _ = try evaluateCount(count, in: environment, source: source)
            case .iteration(_, let sequence, let body):
                for statement in body { evaluateAll(statement, in: environment, source: source) }
                _ = try evaluate(sequence, in: environment, source: source).last
            case .choice(let branches, let otherwise):
                for body in branches.map(\.body) + [otherwise ?? []] {
                    for statement in body { evaluateAll(statement, in: environment, source: source) }
                }
                for branch in branches {
                    _ = try evaluateCondition(branch.condition, in: environment, source: source)
                }
            }
        } catch {
            check(error)
        }
    }

    // MARK: - Size

    static let deep: [Sample<String>] = [
        Sample("repeat 1 {", "}"), Sample("show $(", ")"), Sample("show $((", "))"),
        Sample("show $(len(", "))"), Sample("if (1) {", "}"),
        Sample("show $(not (", "))"), Sample("show $(1 < (", "))"),
        Sample("show \"$(", ")\""), Sample("show $([$(", ")])"), Sample("show $(-(", "))"),
    ]

    @Test(arguments: deep)
    func deepNestingIsRefused(_ sample: Sample<String>) throws {
        let opener = sample.input.hasPrefix("show ") ? String(sample.input.dropFirst(5)) : sample.input
        let depth = 100_000
        let prefix = sample.input.hasPrefix("show ") ? "show " : ""
        for (middle, close) in [("", false), ("1", true)] {
            let text =
                prefix + String(repeating: opener, count: depth) + middle
                + (close ? String(repeating: sample.expected, count: depth) : "")
            #expect {
                _ = try parse(SourceText(name: "deep", text: text))
            } throws: { error in
                (error as? Diagnostic)?.message
                    == "more than 200 blocks, lists and parentheses inside each other"
            }
        }
    }

    @Test func nestingUpToTheLimitWorks() throws {
        let parentheses =
            "show $(" + String(repeating: "(", count: 199) + "1" + String(repeating: ")", count: 200)
        #expect(try lastValue(of: parentheses) == .number(1))
        let blocks =
            String(repeating: "repeat 1 {\n", count: 200) + "show 1\n" + String(repeating: "}\n", count: 200)
        #expect(try lastValue(of: blocks) == .number(1))
        let quotes =
            "show " + String(repeating: "\"$(", count: 200) + "1" + String(repeating: ")\"", count: 200)
        #expect(try lastValue(of: quotes) == .string("1"))
    }

    @Test func longChainsAreNotDeep() throws {
        let sum = "show $(" + String(repeating: "1+", count: 200_000) + "1)"
        #expect(try lastValue(of: sum) == .number(200_001))
        let signs = "show $(" + String(repeating: "-", count: 200_001) + "1)"
        #expect(try lastValue(of: signs) == .number(-1))
        let word = "let n = 1\nshow \"" + String(repeating: "$n", count: 200_000) + "\""
        #expect(try lastValue(of: word) == .string(String(repeating: "1", count: 200_000)))
    }

    @Test(arguments: [
        "step 10 --out a.png\n", "# comment\n", "x ", "\"a\\n\" ", "[1, 2] ", "\nrepeat 2 { step }", "\n",
        ";", "$n ",
    ])
    func timeGrowsWithLength(_ unit: String) throws {
        let clock = ContinuousClock()
        func seconds(count: Int) throws -> Double {
            let source = SourceText(name: "long", text: "x " + String(repeating: unit, count: count))
            let time = try clock.measure { _ = try parse(source) }
            return time / .seconds(1)
        }
        let small = try (0..<3).map { _ in try seconds(count: 100_000 / unit.utf8.count) }.min() ?? 0
        let large =
            try (0..<2).map { _ in try seconds(count: 3_200_000 / unit.utf8.count) }.min() ?? 0
        // Linear is 32; quadratic would be 1024.
        #expect(large < 200 * max(small, 0.005), "\(small) s, then \(large) s")
    }
}

/// A small generator with known state, so that failures come back.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
