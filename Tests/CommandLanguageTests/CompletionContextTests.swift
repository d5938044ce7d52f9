import CommandLanguage
import Testing

/// The cursor stands at `|`.
struct CompletionContextTests {
    static let samples: [Sample<String>] = [
        Sample("|", "[] verb '' bare 0..<0"),
        Sample("st|ep 5", "[] verb 'st' bare 0..<2"),
        Sample("  st|", "[] verb 'st' bare 2..<4"),
        Sample("step |", "[step] argument '' bare 5..<5"),
        Sample("data lo|", "[data] argument 'lo' bare 5..<7"),
        Sample("data load img|", "[data load] argument 'img' bare 10..<13"),
        Sample("data load 'my di|", "[data load] argument 'my di' single 10..<16"),
        Sample("data load \"my di|", "[data load] argument 'my di' double 10..<16"),
        Sample("data load 'my dir'/a|", "[data load] argument 'my dir/a' bare 10..<20"),
        Sample("data load \"a\\\"b|", "[data load] argument 'a\"b' double 10..<15"),
        Sample("run --qu|", "[run] optionName '--qu' bare 4..<8"),
        Sample("run --|", "[run] optionName '--' bare 4..<6"),
        Sample("run --out=a|", "[run] optionValue(of: \"out\") 'a' bare 10..<11"),
        Sample("run --out='a b|", "[run] optionValue(of: \"out\") 'a b' single 10..<14"),
        Sample("run --out |", "[run --out] optionValue(of: \"out\") '' bare 10..<10"),
        Sample("run --out a |", "[run --out a] argument '' bare 12..<12"),
        Sample("run --out=a |", "[run --out=a] argument '' bare 12..<12"),
        Sample("run -- --x|", "[run --] argument '--x' bare 7..<10"),
        Sample("run -- |", "[run --] argument '' bare 7..<7"),
        Sample("run '--x|", "[run] argument '--x' single 4..<8"),
        Sample("step $n|", "[step] variable 'n' bare 6..<7"),
        Sample("step $|", "[step] variable '' bare 6..<6"),
        Sample("plot a-$se|", "[plot] variable 'se' bare 8..<10"),
        Sample("show \"x $se|", "[show] variable 'se' bare 9..<11"),
        Sample("show \"x $se y|", "[show] argument 'x $se y' double 5..<13"),
        Sample("step $(n + le|", "[step] expressionName 'le' bare 11..<13"),
        Sample("if (lo|", "[if] expressionName 'lo' bare 4..<6"),
        Sample("if (1 < 2) { step } else if (m|", "[else if] expressionName 'm' bare 29..<30"),
        Sample("if (a) { st|", "[] verb 'st' bare 9..<11"),
        Sample("say (a|", "[say] argument '(a' bare 4..<6"),
        Sample("step $(|", "[step] expressionName '' bare 7..<7"),
        Sample("step $(a + (b)) x|", "[step $(a + (b))] argument 'x' bare 16..<17"),
        Sample("let x = [a, b|", "[let x =] argument 'b' bare 12..<13"),
        Sample("for x in $li|", "[for x in] variable 'li' bare 10..<12"),
        Sample("repeat 2 { st|", "[] verb 'st' bare 11..<13"),
        Sample("repeat 2 { step } ; ev|", "[] verb 'ev' bare 20..<22"),
        Sample("step 5\nev|", "[] verb 'ev' bare 7..<9"),
        Sample("step \\\n5|", "[step] argument '5' bare 7..<8"),
        Sample("show 'a\nst|", "[] verb 'st' bare 8..<10"),
        Sample("show \"a\nst|", "[] verb 'st' bare 8..<10"),
        Sample("step 5 # co|", "[step 5] comment '' bare 11..<11"),
        Sample("# co\nst|", "[] verb 'st' bare 5..<7"),
        Sample("data load a#b|", "[data load] argument 'a#b' bare 10..<13"),
        Sample("data load 犬|", "[data load] argument '犬' bare 10..<13"),
    ]

    @Test(arguments: samples)
    func context(_ sample: Sample<String>) {
        let parts = sample.input.split(separator: "|", omittingEmptySubsequences: false)
        let context = completionContext(of: parts.joined(), at: parts[0].utf8.count)
        let words = context.words.joined(separator: " ")
        let range = "\(context.replacement.start)..<\(context.replacement.end)"
        #expect(
            "[\(words)] \(context.target) '\(context.partial)' \(context.quoting) \(range)" == sample.expected
        )
    }

    static let insertions: [Sample<[String]>] = [
        // Final, and with more to come.
        Sample("data load im|", ["images", "images"]),
        Sample("data load my|", ["'my images'", "'my images"]),
        Sample("data load 'my|", ["'my images'", "'my images"]),
        Sample("data load \"my|", ["\"my images\"", "\"my images"]),
        Sample("data load it|", ["\"it's \\$5\"", "\"it's \\$5"]),
        Sample("data load 'it|", ["\"it's \\$5\"", "\"it's \\$5"]),
        Sample("run --qu|", ["--queries", "--queries"]),
        Sample("step $se|", ["seed", "seed"]),
    ]

    @Test(arguments: insertions)
    func insertion(_ sample: Sample<[String]>) {
        let candidates = [
            "im": "images", "my": "my images", "it": "it's $5", "--qu": "--queries", "se": "seed",
        ]
        let line = String(sample.input.dropLast())
        let context = completionContext(of: line, at: line.utf8.count)
        let candidate = candidates[context.partial] ?? ""
        let answer = [true, false].map { context.insertion(of: candidate, final: $0) }
        #expect(answer == sample.expected)
    }

    @Test func offsetsOutsideTheLineAreCut() {
        #expect(completionContext(of: "step", at: 99).partial == "step")
        #expect(completionContext(of: "step", at: -1).partial == "")
        #expect(completionContext(of: "犬", at: 1).target == .verb)
    }
}
