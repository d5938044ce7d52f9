import CommandLanguage
import Testing

/// The structure of programs, written as text.
struct ParserTests {
    static let programs: [Sample<String>] = [
        Sample("", ""),
        Sample("\u{feff}\n  # only a comment\r\n ; ;", ""),
        Sample("quit", "quit()"),
        Sample("step 5 # five", "step(5)"),
        Sample("step 5; eval;quit", "step(5) eval() quit()"),
        Sample("data load a#b.png", "data(load, a#b.png)"),
        Sample(
            "run --queries 5000 --until \"accuracy >= 80\"", "run(--queries, 5000, --until, 'accuracy >= 80')"
        ),
        Sample("plot loss --out=x-$seed.png -5 -0.5 -x", "plot(loss, --out=<x- $seed .png>, -5, -0.5, -x)"),
        Sample("classify -- --odd.png -- $a", "classify(^--odd.png, ^--, ^$a)"),
        Sample("run --out='a b'c", "run(--out=<'a b' c>')"),
        Sample("zeroshot \"a $x b\\t\\u{e9}\\\"\\$\" '$x\\'", "zeroshot(<'a ' $x ' b\té\"$'>', '$x\\')"),
        Sample("show \"\" ''", "show('', '')"),
        Sample("show \"$(len(\"]\"))\"", "show(<len(']')>')"),
        Sample("show a(b)|c*?<>=,]~!&", "show(a(b)|c*?<>=,]~!&)"),
        Sample("step \\\n  5 \\\r\n --x", "step(5, --x)"),
        Sample("let x = 5\nlet y=a", "let x = 5 let y = a"),
        Sample("let x = [ 1, 'b c', # c\n $d,\n]", "let x = [1, 'b c', $d]"),
        Sample("let x = []", "let x = []"),
        Sample("let x = $(1 + 2 * -n / (3 - $m) % 4)", "let x = {1 + {2 * -n / {3 - $m} % 4}}"),
        Sample("let x = $(\n1 # one\n+ min(1, [2, a],) )", "let x = {1 + min(1, [2, a])}"),
        Sample("let x = $(---1 - --2)", "let x = {-1 - --2}"),
        Sample("repeat 3 { step; eval }\nshow", "repeat 3 {step() eval()} show()"),
        Sample("repeat $n {\n\n# c\n step\n}", "repeat $n {step()}"),
        Sample("repeat 2{repeat 3{}}", "repeat 2 {repeat 3 {}}"),
        Sample("run --a 5 every 10 { eval; step }\nshow", "run(--a, 5) every 10 {eval() step()} show()"),
        Sample("step every $n{}", "step() every $n {}"), Sample("data load every 5", "data(load, every, 5)"),
        Sample("let x = $(a[i + 1] * b.c[-1])", "let x = {a[{i + 1}] * b.c[-1]}"),
        Sample("for x in 1..3 { step $x }", "for x in 1 .. 3 {step($x)}"),
        Sample("for x in $a..$(b+1) {}", "for x in $a .. {b + 1} {}"),
        Sample("for x in 1$a..'2' {}", "for x in <1 $a> .. '2' {}"),
        Sample("for x in [a, b] {}", "for x in [a, b] {}"),
        Sample("for x in $list {}", "for x in $list {}"),
        Sample("for x in '1..3' {}", "for x in '1..3' {}"),
        Sample("if (a < 1) { step }", "if {a < 1} {step()}"),
        Sample(
            "if (a == 1 and not b or c >= 2 * d) { x } else if(e){y}else{ z }; w",
            "if {{{a == 1} & !b} | {c >= {2 * d}}} {x()} else if e {y()} else {z()} w()"),
        Sample("if (a.loss != 'b') {}\nelsewhere", "if {a.loss != 'b'} {} elsewhere()"),
        Sample("let x = $(not not not a and 1 < (2 < 3))", "let x = {!a & {1 < {2 < 3}}}"),
        Sample("for inner in 1..3 {}\nforeach x; Let y", "for inner in 1 .. 3 {} foreach(x) Let(y)"),
    ]

    @Test(arguments: programs)
    func structure(_ sample: Sample<String>) throws {
        let program = try parse(SourceText(name: "test", text: sample.input))
        #expect(describe(program.statements) == sample.expected)
    }

    @Test func rangesOfStatements() throws {
        let source = SourceText(
            name: "test", text: " let x = 1 # c\nrepeat 2 {\n  step $x\n} ; eval --at 3  ")
        let program = try parse(source)
        #expect(
            program.statements.map { format($0, in: source) } == [
                "let x = 1", "repeat 2 {\n  step $x\n}", "eval --at 3",
            ])
    }

    @Test func rangesOfArguments() throws {
        let source = SourceText(name: "test", text: "run a\"b\" --out=$x.png --json $(1 + 2) [1, 2]")
        guard case .command(let command) = try parse(source).statements[0].kind else { return }
        #expect(
            command.arguments.map { source.slice($0.range) } == [
                "a\"b\"", "--out=$x.png", "--json", "$(1 + 2)", "[1, 2]",
            ])
        #expect(source.slice(command.arguments[1].nameRange) == "--out")
        #expect(source.slice(command.verb.range) == "run")
    }

    private func describe(_ statements: [Statement]) -> String {
        statements.map { statement in
            switch statement.kind {
            case .command(let command):
                let arguments = command.arguments.map { argument in
                    let mark = argument.followsTerminator ? "^" : ""
                    switch argument.kind {
                    case .positional(let word): return mark + describe(word)
                    case .option(let name, let value):
                        return "--" + name + (value.map { "=" + describe($0) } ?? "")
                    }
                }
                let every = command.periodic.map { " every \(describe($0.interval)) {\(describe($0.body))}" }
                return "\(command.verb.text)(\(arguments.joined(separator: ", ")))" + (every ?? "")
            case .binding(let name, let value):
                return "let \(name.text) = \(describe(value))"
            case .repetition(let count, let body):
                return "repeat \(describe(count)) {\(describe(body))}"
            case .iteration(let name, .range(let lower, let upper), let body):
                return "for \(name.text) in \(describe(lower)) .. \(describe(upper)) {\(describe(body))}"
            case .iteration(let name, .values(let list), let body):
                return "for \(name.text) in \(describe(list)) {\(describe(body))}"
            case .choice(let branches, let otherwise):
                return branches.map { "if \(describe($0.condition)) {\(describe($0.body))}" }
                    .joined(separator: " else ") + (otherwise.map { " else {\(describe($0))}" } ?? "")
            }
        }.joined(separator: " ")
    }

    private func describe(_ expression: Expression) -> String {
        switch expression.kind {
        case .text(let text, let quoted): return quoted ? "'\(text)'" : text
        case .number(let number): return "\(Value.number(number))"
        // Inside calculations a variable may stand without its dollar sign.
        case .variable(let name): return isInterpolation(expression, name) ? "$\(name)" : name
        case .word(let pieces, let quoted):
            return "<\(pieces.map(describe).joined(separator: " "))>\(quoted ? "'" : "")"
        case .list(let elements): return "[\(elements.map(describe).joined(separator: ", "))]"
        case .negation(let operand): return "-" + describe(operand)
        case .chain(let first, let rest):
            return "{"
                + rest.reduce(describe(first)) { "\($0) \($1.symbol.rawValue) \(describe($1.operand))" } + "}"
        case .call(let function, let arguments):
            return "\(function.text)(\(arguments.map(describe).joined(separator: ", ")))"
        case .element(let list, let index): return "\(describe(list))[\(describe(index))]"
        case .comparison(let left, let symbol, let right):
            return "{\(describe(left)) \(symbol.rawValue) \(describe(right))}"
        case .not(let operand): return "!" + describe(operand)
        case .all(let operands): return "{\(operands.map(describe).joined(separator: " & "))}"
        case .any(let operands): return "{\(operands.map(describe).joined(separator: " | "))}"
        }
    }

    private func isInterpolation(_ expression: Expression, _ name: String) -> Bool {
        expression.range.count == name.utf8.count + 1
    }
}
