import CommandLanguage
import Testing

struct SyntaxSpansTests {
    /// Each span as its kind's first letter and its text.
    private func spans(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return syntaxSpans(of: text).map { span in
            let letter: Character =
                switch span.kind {
                case .verb: "v"
                case .keyword: "k"
                case .option: "o"
                case .string: "s"
                case .interpolation: "i"
                case .comment: "c"
                }
            return "\(letter):" + String(decoding: bytes[span.range.start..<span.range.end], as: UTF8.self)
        }.joined(separator: "|")
    }

    @Test(arguments: [
        Sample("run --queries 500 # all", "v:run|o:--queries|c:# all"),
        Sample("step; eval --split=test", "v:step|v:eval|o:--split"),
        Sample("for x in 1..3 { say \"a $x!\" }", "k:for|k:in|v:say|s:\"a |i:$x|s:!\""),
        Sample("repeat 2 {\n  step\n}\nshow", "k:repeat|v:step|v:show"),
        Sample("run every 5 { eval }", "v:run|k:every|v:eval"),
        Sample("if (a < 1) { step } else { eval }", "k:if|v:step|k:else|v:eval"),
        Sample("let x = $(min(1, ')') * 2)", "k:let|i:$(min(1, ')') * 2)"),
        Sample("say 'it' \"\\\"q\\\"\"", "v:say|s:'it'|s:\"\\\"q\\\"\""),
        Sample("say \"open", "v:say|s:\"open"), Sample("say $(1 + ", "v:say|i:$(1 + "),
        Sample("é ü", "v:é"), Sample("", ""), Sample("\"a", "s:\"a"), Sample("--x", "o:--x"),
        Sample("step \\\n 5", "v:step"),
    ])
    func partsAreFound(_ sample: Sample<String>) {
        #expect(spans(sample.input) == sample.expected)
    }

    /// In order, apart, inside the text, whatever it is.
    @Test func anyTextIsCovered() {
        var seed: UInt64 = 7
        let letters = Array("a-\"'$(){}#;\n\\ =é1.")
        for _ in 0..<20_000 {
            var text = ""
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            for _ in 0..<(seed >> 40) % 24 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.append(letters[Int(seed >> 33) % letters.count])
            }
            var end = 0
            for span in syntaxSpans(of: text) {
                #expect(
                    span.range.start >= end && span.range.end > span.range.start, "\(text.debugDescription)")
                end = span.range.end
            }
            #expect(end <= text.utf8.count)
        }
    }
}
