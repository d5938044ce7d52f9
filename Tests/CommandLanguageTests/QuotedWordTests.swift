import CommandLanguage
import Testing

struct QuotedWordTests {
    static let samples: [Sample<String>] = [
        Sample("images/cat.png", "images/cat.png"), Sample("犬", "犬"), Sample("001", "001"),
        Sample("-x", "-x"),
        Sample("", "''"), Sample("a b", "'a b'"), Sample("--x", "'--x'"), Sample("#x", "'#x'"),
        Sample("=", "'='"),
        Sample("a photo of a {}.", "'a photo of a {}.'"), Sample("[1]", "'[1]'"), Sample("a\\b", "'a\\b'"),
        Sample("it's", "\"it's\""), Sample("a\nb\t\"'$\\", "\"a\\nb\\t\\\"'\\$\\\\\""),
        Sample("\u{1b}\u{202e}", "\"\\u{1b}\\u{202e}\""), Sample("a\u{a0}b", "'a\u{a0}b'"),
        Sample("“a”", "'“a”'"),
    ]

    @Test(arguments: samples)
    func quoted(_ sample: Sample<String>) throws {
        #expect(quotedWord(sample.input) == sample.expected)
        #expect(try text(of: sample.expected) == sample.input)
    }

    @Test func randomTextsReadBack() throws {
        let alphabet = Array(
            "ab 1.-=#$\"'\\{}[](),;\n\t\u{1b}\u{202e}\u{301}é犬“\u{a0}👩\u{200d}\u{feff}".unicodeScalars)
        var generator = SplitMix(state: 7)
        for _ in 0..<5_000 {
            var view = String.UnicodeScalarView()
            for _ in 0..<Int(generator.next() % 8) {
                view.append(alphabet[Int(generator.next() % UInt64(alphabet.count))])
            }
            let original = String(view)
            #expect(try text(of: quotedWord(original)) == original)
            let value = Value.list([.string(original), Value(word: original)])
            #expect(try lastValue(of: "show \(value.sourceText)") == value)
        }
    }

    private func text(of word: String) throws -> String? {
        let source = SourceText(name: "test", text: "show \(word)")
        let program = try parse(source)
        guard program.statements.count == 1, case .command(let command) = program.statements[0].kind,
            command.arguments.count == 1, case .positional(let expression) = command.arguments[0].kind
        else { return nil }
        return try evaluateText(expression, in: Environment(), source: source)
    }
}
