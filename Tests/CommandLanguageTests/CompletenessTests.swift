import CommandLanguage
import Testing

struct CompletenessTests {
    static let samples: [Sample<String>] = [
        Sample("", "complete"),
        Sample("# comment {", "complete"),
        Sample("# comment \\", "complete"),
        Sample("step 5", "complete"),
        Sample("repeat 2 { step }", "complete"),
        Sample("repeat 2 {\nstep\n}", "complete"),
        Sample("show '{' \"[\"", "complete"),
        Sample("show a[", "complete"),
        Sample("repeat 2 {", "}"),
        Sample("repeat 2 { # why", "}"),
        Sample("repeat 2 {\nstep\n", "}"),
        Sample("repeat 2 {\nrepeat 3 {\n}", "}"),
        Sample("for x in [1,", "]"),
        Sample("let x = [", "]"),
        Sample("let x = [1, 2\n", "]"),
        Sample("let x = [$(1", ")"),
        Sample("step $(", ")"),
        Sample("step $(1 +\n", ")"),
        Sample("step $(min(1, 2)", ")"),
        Sample("step $(len([1, 2)", "expected ',' or ']'; got ')'"),
        Sample("step \\", "\\"),
        Sample("step \\\n", "\\"),
        Sample("step \\\r\n", "\\"),
        Sample("step \\\n\n", "complete"),
        Sample("repeat 2 {\nstep \\\n", "\\"),
        Sample("show \"abc", "expected a closing \" before the end of the line"),
        Sample("show 'abc\n", "expected a closing ' before the end of the line"),
        Sample("show \"$(1 +", "expected a closing \" before the end of the line"),
        Sample("repeat 2 {\nlet x =", "expected a value; got the end of the input"),
        Sample("repeat 2 {\nshow \"", "expected a closing \" before the end of the line"),
        Sample("repeat 2", "expected '{'; got the end of the input"),
        Sample("}", "'}' closes nothing"),
    ]

    @Test(arguments: samples)
    func completeness(_ sample: Sample<String>) {
        let source = SourceText(name: "test", text: sample.input)
        let answer =
            switch CommandLanguage.completeness(of: source) {
            case .complete: "complete"
            case .incomplete(let closer): closer.rawValue
            case .invalid(let error): error.message
            }
        #expect(answer == sample.expected)
    }
}
