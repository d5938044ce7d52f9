import CommandLanguage
import Testing

struct EvaluationTests {
    static let variables: [String: Value] = [
        "n": .number(7), "seed": .number(3), "name": .string("a b"), "digits": .string("5"),
        "list": .list([.number(1), .string("x y"), .string("2")]),
    ]

    static let values: [Sample<Value>] = [
        Sample("show 5", .number(5)),
        Sample("show -0.5", .number(-0.5)),
        Sample("show 1e-3", .number(0.001)),
        Sample("show .5", .number(0.5)),
        Sample("show 001", .number(1)),
        Sample("show '5'", .string("5")),
        Sample("show \"5\"", .string("5")),
        Sample("show 5.", .string("5.")),
        Sample("show +5", .string("+5")),
        Sample("show 0x10", .string("0x10")),
        Sample("show inf", .string("inf")),
        Sample("show nan", .string("nan")),
        Sample("show -", .string("-")),
        Sample("show 1e", .string("1e")),
        Sample("show 1e999", .string("1e999")),
        Sample("show 1_000", .string("1_000")),
        Sample("show $n", .number(7)),
        Sample("show \"$n\"", .string("7")),
        Sample("show $digits", .string("5")),
        Sample("show out-$seed.png", .string("out-3.png")),
        Sample("show $seed$n", .number(37)),
        Sample("show -$n", .number(-7)),
        Sample("show 1'0'", .string("10")),
        Sample("show \"$name!\"", .string("a b!")),
        Sample("show $name", .string("a b")),
        Sample("show a$(n * 2)b", .string("a14b")),
        Sample("show $list", .list([.number(1), .string("x y"), .string("2")])),
        Sample(
            "show [1, a, '2', $n, $(n + 1), k$n]",
            .list([.number(1), .string("a"), .string("2"), .number(7), .number(8), .string("k7")])),
        Sample("show $(1 + 2 * 3)", .number(7)),
        Sample("show $((1 + 2) * 3)", .number(9)),
        Sample("show $(2 - 3 - 4)", .number(-5)),
        Sample("show $(16 / 4 / 2)", .number(2)),
        Sample("show $(7 % 4 * 2)", .number(6)),
        Sample("show $(-7 % 4)", .number(1)),
        Sample("show $(7 % -4)", .number(-1)),
        Sample("show $(-8 % 4 + 0)", .number(0)),
        Sample("show $(-n + --n)", .number(0)),
        Sample("show $(1.5e1)", .number(15)),
        Sample("show $(n)", .number(7)),
        Sample("show $($n)", .number(7)),
        Sample("show $('n')", .string("n")),
        Sample("show $(\"<$n>\")", .string("<7>")),
        Sample("show $([n, 'a'])", .list([.number(7), .string("a")])),
        Sample("show $(len(list))", .number(3)),
        Sample("show $(len([]))", .number(0)),
        Sample("show $(list[0])", .number(1)), Sample("show $(list[-1])", .string("2")),
        Sample("show $(list[len(list) - 2])", .string("x y")),
        Sample("show $(['a', n][1] + 1)", .number(8)), Sample("show $((list)[0] * 2)", .number(2)),
        Sample("show $(round(2.5) + round(-2.5) + round(0.4))", .number(0)),
        Sample("show $(1 < 2)", .number(1)), Sample("show $(2 <= 1)", .number(0)),
        Sample("show $(n == 7 and seed != 3)", .number(0)), Sample("show $(n == 7 or 1 / 0)", .number(1)),
        Sample("show $(not n > 7 and not not 1)", .number(1)), Sample("show $(not not not 0)", .number(1)),
        Sample("show $(1 + 1 >= 2 * 1)", .number(1)), Sample("show $(name == 'a b')", .number(1)),
        Sample("show $('5' != digits)", .number(0)), Sample("show $((1 < 2) == (3 > 2))", .number(1)),
        Sample("show $(0 and 1 / 0)", .number(0)), Sample("show $(1 or nothing(1))", .number(1)),
        Sample("show $(min(3, 1, 2) + max(3, 1, 2))", .number(4)),
        Sample("show $(max([1, n]))", .number(7)),
        Sample("let x = 2\nlet x = $(x * x)\nlet x = $(x * x)", .number(16)),
        Sample("let k = 0\nrepeat 5 { let k = $(k + 2) }", .number(10)),
        Sample("let k = 0\nfor i in 1..$n { let k = $(k + i) }", .number(28)),
        Sample("let k = ''\nfor i in [a, b, 3] { let k = \"$k$i\" }", .string("ab3")),
        Sample("let k = 1\nfor i in 1..0 { let k = 2 }\nlet k = $k", .number(1)),
        Sample("let k = 1\nfor i in -2..2 { let k = $i }\nlet k = $k", .number(2)),
    ]

    @Test(arguments: values)
    func value(_ sample: Sample<Value>) throws {
        #expect(try lastValue(of: sample.input, variables: Self.variables) == sample.expected)
    }

    static let texts: [Sample<String>] = [
        Sample("001", "001"), Sample("1e3", "1e3"), Sample("-0", "-0"), Sample("$n", "7"),
        Sample("'a b'", "a b"),
        Sample("out-$seed.png", "out-3.png"), Sample("$(1 / 3)", "0.3333333333333333"),
        Sample("$digits", "5"),
    ]

    @Test(arguments: texts)
    func textKeepsWhatIsWritten(_ sample: Sample<String>) throws {
        let source = SourceText(name: "test", text: "show \(sample.input)")
        let environment = Environment(variables: Self.variables)
        guard case .command(let command) = try parse(source).statements[0].kind,
            case .positional(let word) = command.arguments[0].kind
        else { return }
        #expect(try evaluateText(word, in: environment, source: source) == sample.expected)
    }

    @Test func longRangesAreNotExpanded() throws {
        let source = SourceText(name: "test", text: "for x in 1..10000000 { }")
        guard case .iteration(_, let sequence, _) = try parse(source).statements[0].kind else { return }
        let values = try evaluate(sequence, in: Environment(), source: source)
        #expect(values.count == 10_000_000)
        #expect(values.last == .number(10_000_000))
    }

    static let numbers: [Sample<Double>] = [
        Sample("0", 0), Sample("-0", -0.0), Sample("3", 3), Sample("-12", -12), Sample("0.1", 0.1),
        Sample("5e-324", .leastNonzeroMagnitude), Sample("1.7976931348623157e+308", .greatestFiniteMagnitude),
        Sample("9007199254740992", 9_007_199_254_740_992), Sample("1e+16", 1e16),
        Sample("3.4127674", 3.4127674), Sample("nan", .nan), Sample("inf", .infinity),
    ]

    @Test(arguments: numbers)
    func numberText(_ sample: Sample<Double>) {
        #expect(Value.number(sample.expected).description == sample.input)
    }

    @Test func numbersReadBack() {
        var generator = SplitMix(state: 1)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            let back = Value.number(reading: Value.number(number).description)
            #expect(back?.bitPattern == number.bitPattern)
        }
    }
}
