import CommandLanguage
import Files
import Testing

/// The picture of an error, compared whole.
struct DiagnosticTests {
    private func rendering(_ marked: String, name: String = "a.zl", notes: [String] = []) throws -> String {
        let marked = MarkedText(marked)
        let source = SourceText(name: name, text: marked.text)
        let range = try #require(marked.range)
        return Diagnostic(message: "no", range: range, source: source, notes: notes).rendered()
    }

    static let pictures: [Sample<String>] = [
        Sample("step «x»", "a.zl:1:6: error: no\nstep x\n     ^"),
        Sample("step «xy» 1", "a.zl:1:6: error: no\nstep xy 1\n     ^^"),
        Sample("step «xyz»", "a.zl:1:6: error: no\nstep xyz\n     ^~^"),
        Sample("«step five»", "a.zl:1:1: error: no\nstep five\n^~~~~~~~^"),
        Sample("step 1\nstep «two»\nstep 3", "a.zl:2:6: error: no\nstep two\n     ^~^"),
        Sample("step 1\r\nstep «two»\r\n", "a.zl:2:6: error: no\nstep two\n     ^~^"),
        Sample("repeat 2 «{\n  step\n}»", "a.zl:1:10: error: no\nrepeat 2 {\n         ^"),
        Sample("step«»", "a.zl:1:5: error: no\nstep\n    ^"),
        Sample("step\n«»", "a.zl:2:1: error: no\n\n^"),
        Sample("«»", "a.zl:1:1: error: no\n\n^"),
        Sample("\u{feff}«step»", "a.zl:1:1: error: no\nstep\n^~~^"),
        // Tabs stay, wide and combining characters take their columns, controls are escaped.
        Sample("\tlet\t«x»", "a.zl:1:6: error: no\n\tlet\tx\n\t   \t^"),
        Sample("show 犬 «猫» x", "a.zl:1:8: error: no\nshow 犬 猫 x\n        ^^"),
        Sample("show e\u{301} «x»", "a.zl:1:8: error: no\nshow e\u{301} x\n       ^"),
        Sample("show 👨‍👩‍👧 «xyz»", "a.zl:1:8: error: no\nshow 👨‍👩‍👧 xyz\n        ^~^"),
        Sample("show ❤️ «x»", "a.zl:1:8: error: no\nshow ❤️ x\n        ^"),
        Sample("a\u{1b}b «x»", "a.zl:1:5: error: no\na\\u{1b}b x\n         ^"),
        Sample("a «\u{1b}»", "a.zl:1:3: error: no\na \\u{1b}\n  ^~~~~^"),
    ]

    @Test(arguments: pictures)
    func picture(_ sample: Sample<String>) throws {
        #expect(try rendering(sample.input) == sample.expected)
    }

    @Test func notesAndNamesAreEscaped() throws {
        let text = try rendering("«x»", name: "a\u{1b}.zl", notes: ["first", "se\ncond"])
        #expect(text == "a\\u{1b}.zl:1:1: error: no\nx\n^\nnote: first\nnote: se\\u{a}cond")
    }

    @Test func messageHasOneLine() {
        let source = SourceText(name: "a", text: "x")
        let range = SourceRange(start: 0, end: 1)
        let error = Diagnostic(message: "got '\u{202e}\n'", range: range, source: source)
        #expect(error.rendered() == "a:1:1: error: got '\\u{202e}\\u{a}'\nx\n^")
    }

    @Test func longLineIsCutAroundTheRange() throws {
        let padding = String(repeating: "a", count: 100_000)
        let lines = try rendering("\(padding)«xyz»\(padding)").split(separator: "\n")
        let sixty = String(repeating: "a", count: 60)
        #expect(lines[0] == "a.zl:1:100001: error: no")
        #expect(lines[1] == "…\(sixty)xyz\(sixty)…")
        #expect(lines[2] == String(repeating: " ", count: 61) + "^~^")
    }

    @Test func rangeBeyondTheTextIsCut() {
        let source = SourceText(name: "a", text: "step")
        let error = Diagnostic(message: "no", range: SourceRange(start: 90, end: 99), source: source)
        #expect(error.rendered() == "a:1:5: error: no\nstep\n    ^")
    }

    static let escapes: [Sample<String>] = [
        Sample("plain é 犬 👨‍👩‍👧", "plain é 犬 👨‍👩‍👧"),
        Sample("a\tb\nc\rd\0", "a\\u{9}b\\u{a}c\\u{d}d\\u{0}"),
        Sample("\u{1b}[31m\u{7f}\u{85}\u{9b}", "\\u{1b}[31m\\u{7f}\\u{85}\\u{9b}"),
        Sample("\u{200e}\u{202e}\u{2066}\u{2028}\u{2029}", "\\u{200e}\\u{202e}\\u{2066}\\u{2028}\\u{2029}"),
    ]

    @Test(arguments: escapes)
    func escaped(_ sample: Sample<String>) {
        #expect(escapedForDisplay(sample.input) == sample.expected)
    }
}
