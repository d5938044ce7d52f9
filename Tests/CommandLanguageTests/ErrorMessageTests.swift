import CommandLanguage
import Testing

/// Exact wording and exact place of every error, one line each.
struct ErrorMessageTests {
    static let syntax: [Sample<String>] = [
        // Characters
        Sample("if «loss» < 1 { step }", "expected a condition in ( ) after 'if'; got 'loss'"),
        Sample("if (loss <«)» { step }", "expected a value; got ')'"),
        Sample("if (1) «step»", "expected '{'; got 'step'"),
        Sample("«else» { step }", "expected a command; got the reserved word 'else'"),
        Sample("let «not» = 1", "expected a name; got the reserved word 'not'"),
        Sample("show $(1 < 2 «<» 3)", "expected an operator or ')'; got '<'"),
        Sample("show $(1 + «and»)", "expected a value; got the reserved word 'and'"),
        Sample("step «\0»", "control character U+0000 in the source"),
        Sample("# «\u{1b}»[2J", "control character U+001B in the source"),
        Sample("step «\r»5", "control character U+000D in the source"),
        Sample("show «\u{9b}»", "control character U+009B in the source"),
        Sample("classes set \"«\u{202e}»abc\"", "control character U+202E in the source"),
        Sample("step «\u{2028}»5", "control character U+2028 in the source"),
        Sample("step «\u{a0}»5", "expected a plain space; got U+00A0"),
        Sample("model«\u{a0}»load", "expected a plain space; got U+00A0"),
        Sample("classes set a«\u{202f}»b 'c\u{a0}d'", "expected a plain space; got U+202F"),
        Sample("data load x«\u{3000}»--shots 4", "expected a plain space; got U+3000"),
        Sample("zeroshot «“»a photo”", "expected a straight quote; got '“'"),
        Sample("data load a«\\»b", "expected the end of the line after '\\'"),
        Sample("step «\\» \n5", "expected the end of the line after '\\'"),
        Sample("step «\\»", "expected another line after '\\'"),
        Sample("step «\\»\n", "expected another line after '\\'"),
        // Quotes
        Sample("zeroshot «\"»a photo of a {}.\nstep", "expected a closing \" before the end of the line"),
        Sample("zeroshot «'»a photo", "expected a closing ' before the end of the line"),
        Sample("zeroshot «\"»a\\", "expected a closing \" before the end of the line"),
        Sample("zeroshot «\"»$(1 +\n1)\"", "expected a closing \" before the end of the line"),
        Sample("show \"a«\\q»\"", "unknown escape '\\q'; expected \\\" \\\\ \\n \\t \\$ or \\u{…}"),
        Sample("show \"a«\\é»\"", "unknown escape '\\é'; expected \\\" \\\\ \\n \\t \\$ or \\u{…}"),
        Sample(
            "show \"«\\u{110000}»\"", "expected a character number from 1 to 10ffff in '\\u{…}'; got '110000'"
        ),
        Sample(
            "show \"«\\u{d800}»\"", "expected a character number from 1 to 10ffff in '\\u{…}'; got 'd800'"),
        Sample("show \"«\\u{0}»\"", "expected a character number from 1 to 10ffff in '\\u{…}'; got '0'"),
        Sample("show \"«\\u{12»\"", "expected a character number from 1 to 10ffff in '\\u{…}'; got '12'"),
        Sample("show «$»5", "expected a name or '(' after '$'"),
        Sample("show \"costs «$»\"", "expected a name or '(' after '$'"),
        Sample("show «$»{n}", "expected a name or '(' after '$'"),
        // Statements
        Sample("«\"»step\" 5", "expected a command; got '\"'"),
        Sample("«$»verb 5", "expected a command; got '$'"),
        Sample("«--json»", "expected a command; got '--json'"),
        Sample("«{» step }", "expected a command; got '{'"),
        Sample("step«\"»5\"", "expected a blank after 'step'; got '\"'"),
        Sample("step «{» 5 }", "expected '{' only after 'repeat', 'for', 'if' or 'every'"),
        Sample("zeroshot a photo of a «{»}.", "expected '{' only after 'repeat', 'for', 'if' or 'every'"),
        Sample("step 5 «}»", "'}' closes nothing"),
        Sample("«in» 5", "expected a command; got the reserved word 'in'"),
        Sample("«steps =» 5", "expected a command; got an assignment to 'steps'"),
        Sample("let«»", "expected a name; got the end of the input"),
        Sample("let «5» = 3", "expected a name; got '5'"),
        Sample("let «for» = 3", "expected a name; got the reserved word 'for'"),
        Sample("let x«»\n", "expected '=' after the name; got the end of the line"),
        Sample("let x «5»", "expected '=' after the name; got '5'"),
        Sample("let x =«»", "expected a value; got the end of the input"),
        Sample("repeat 2 {\n  let x =«»", "expected a value; got the end of the input"),
        Sample("let x = «3 +» 4", "expected one value for 'x'; got more"),
        Sample("let x = «{»", "expected a value; got '{'"),
        Sample("let x = «[»1, 2", "'[' is never closed; expected ']'"),
        Sample("let x = [1 «2»]", "expected ',' or ']'; got '2'"),
        Sample("let x = [«,»]", "expected a value; got ','"),
        Sample("let x = [1, «[»2]]", "a list cannot hold a list"),
        Sample("let x = [1]«b»", "expected the end of the word after ']'; got 'b'"),
        Sample("repeat «{» step }", "expected a count after 'repeat'; got '{'"),
        Sample("repeat«»", "expected a count after 'repeat'; got the end of the input"),
        Sample("repeat 3«»\n{ step }", "expected '{'; got the end of the line"),
        Sample("repeat 3 «step»", "expected '{'; got 'step'"),
        Sample("repeat 3 «{»\n  step\n", "'{' is never closed; expected '}'"),
        Sample("repeat 3 { step } «5»", "expected the end of the statement; got '5'"),
        Sample("for «1» in 1..3 { }", "expected a name; got '1'"),
        Sample("for x «of» 1..3 { }", "expected 'in' after the name; got 'of'"),
        Sample("for x in «{» }", "expected a range or a list after 'in'; got '{'"),
        Sample("for x in «1..» { }", "expected a range such as 1..3; got '1..'"),
        Sample("for x in «..3» { }", "expected a range such as 1..3; got '..3'"),
        Sample("run «--5»", "expected an option such as '--name'; got '--5'"),
        Sample("run «--a.b» 5", "expected an option such as '--name'; got '--a.b'"),
        Sample("run «---» 5", "expected an option such as '--name'; got '---'"),
        Sample("run «--out=»", "expected a value after '--out='"),
        // Expressions
        Sample("step «$(»1 + 2", "'$(' is never closed; expected ')'"),
        Sample("step $(«(»1 + 2", "'(' is never closed; expected ')'"),
        Sample("step $(min«(»1,", "'(' is never closed; expected ')'"),
        Sample("step $(1 + «)»", "expected a value; got ')'"),
        Sample("step $(«)»", "expected a value; got ')'"),
        Sample("step $(1 «2»)", "expected an operator or ')'; got '2'"),
        Sample("step $(2 * «*» 3)", "expected a value; got '*'"),
        Sample("step $(1«..3»)", "expected an operator or ')'; got '..3'"),
        Sample("step $(min(1 «2»))", "expected ',' or ')'; got '2'"),
        Sample("step $(«1e999»)", "'1e999' gives a number that is too large"),
    ]

    @Test(arguments: syntax)
    func syntaxError(_ sample: Sample<String>) {
        let marked = MarkedText(sample.input)
        do {
            _ = try parse(SourceText(name: "test", text: marked.text))
            Issue.record("expected an error")
        } catch {
            #expect(error.message == sample.expected)
            #expect(
                error.range == marked.range,
                "got '\(error.source.slice(error.range))' at \(error.range.start)")
        }
    }

    static let evaluation: [Sample<String>] = [
        Sample("show «$shot»", "unknown variable 'shot'"),
        Sample("show $(1 + «shot»)", "unknown variable 'shot'"),
        Sample("show $(«rund»(1))", "unknown function 'rund'"),
        Sample("show $(1 + «'2'»)", "'+' expected a number; got string '2'"),
        Sample("show $(«list» * 2)", "'*' expected a number; got list of 2"),
        Sample("show $(-«'a'»)", "'-' expected a number; got string 'a'"),
        Sample("show $(1 / «(2 - 2)»)", "'/' by zero"),
        Sample("show $(1 % «0»)", "'%' by zero"),
        Sample("show $(1 + «1e308 * 10» * 2)", "'*' gives a number that is too large"),
        Sample("show $(«len»(1, 2))", "'len' takes one value; got 2"),
        Sample("show $(«7»[0])", "'[ ]' expected a list; got number 7"),
        Sample("show $([1, 2][«2»])", "expected an index from -2 to 1; got 2"),
        Sample("show $([1, 2][«-3»])", "expected an index from -2 to 1; got -3"),
        Sample("show $([][«0»])", "expected a list with elements; got an empty one"),
        Sample("show $([1][«0.5»])", "expected a whole number; got number 0.5"),
        Sample("show $([1][0]«[0»])", "expected an operator or ')'; got '[0'"),
        Sample("show $([1][0 «)»", "expected ']' after the index; got ')'"),
        Sample("run every 5 «}»", "'}' closes nothing"),
        Sample("run --every 5 «{» step }", "expected '{' only after 'repeat', 'for', 'if' or 'every'"),
        Sample("run 'every' 5 «{» step }", "expected '{' only after 'repeat', 'for', 'if' or 'every'"),
        Sample("run every «{» step }", "expected '{' only after 'repeat', 'for', 'if' or 'every'"),
        Sample("run every 5 «{» step", "'{' is never closed; expected '}'"),
        Sample("run every 5 { step } «step»", "expected the end of the statement; got 'step'"),
        Sample("show $(len(«3»))", "'len' expected a list; got number 3"),
        Sample("show $(«max»())", "'max' takes numbers or a list of numbers; got 0"),
        Sample("show $(min(1, «'a'»))", "'min' expected a number; got string 'a'"),
        Sample("show $(min(«['a']»))", "'min' expected numbers; got string 'a'"),
        Sample("show [1, «$list»]", "a list cannot hold a list"),
        Sample("show out-«$list».png", "a list cannot be a part of a word"),
        Sample("repeat «two» { }", "expected a whole number; got string 'two'"),
        Sample("repeat «2.5» { }", "expected a whole number; got number 2.5"),
        Sample("repeat «-1» { }", "expected a count of 0 or more; got -1"),
        Sample("repeat «1e9» { }", "expected at most 10000000 repetitions; got 1000000000"),
        Sample("for x in «1..1e12» { }", "expected at most 10000000 repetitions; got 1000000000000"),
        Sample("for x in 1..«1e300» { }", "expected a whole number; got number 1e+300"),
        Sample("for x in «3..1» { }", "expected a rising range; got 3..1"),
        Sample("for x in 1..«.3» { }", "expected a whole number; got number 0.3"),
        Sample("for x in «abc» { }", "expected a range such as 1..3 or a list; got string 'abc'"),
        Sample(
            "let s = $shots\nfor i in 1..30 { let s = «\"$s$s\"» }",
            "expected a text of at most 1048576 bytes"),
    ]

    @Test(arguments: evaluation)
    func evaluationError(_ sample: Sample<String>) throws {
        let marked = MarkedText(sample.input)
        let variables: [String: Value] = ["shots": .number(16), "list": .list([.number(1), .string("b")])]
        do {
            _ = try lastValue(of: marked.text, variables: variables)
            Issue.record("expected an error")
        } catch let error as Diagnostic {
            #expect(error.message == sample.expected)
            #expect(
                error.range == marked.range,
                "got '\(error.source.slice(error.range))' at \(error.range.start)")
        }
    }

    static let notes: [Sample<[String]>] = [
        Sample("show $shot", ["did you mean 'shots'?"]),
        Sample("show $(rund(1))", ["did you mean 'round'?"]),
        Sample("steps = 5", ["to name a value, write: let steps = …"]),
        Sample("let x = 3 + 4", ["a text with spaces needs quotes; a calculation is written $(…)"]),
        Sample("show a\\b", ["a text that holds '\\' needs quotes: '…'"]),
        Sample("show don't", ["a text that holds ' needs double quotes: \"…\""]),
        Sample("show $5", ["a text that holds '$' is written '…' or \"\\$\""]),
        Sample("show {}", ["a text that holds '{' needs quotes"]),
        Sample("show }", ["a text that holds '}' needs quotes"]),
        Sample("show \u{7}", ["inside double quotes it is written \\u{7}"]),
    ]

    @Test(arguments: notes)
    func note(_ sample: Sample<[String]>) throws {
        do {
            _ = try lastValue(of: sample.input, variables: ["shots": .number(16)])
            Issue.record("expected an error")
        } catch let error as Diagnostic {
            #expect(error.notes == sample.expected)
        }
    }
}
