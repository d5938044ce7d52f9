import CommandLanguage
import Files
import PromptTuning

/// `compare`: methods on the same data, seeds and queries.
enum CompareCommand: NotebookCommand {
    static let verb = "compare"
    static let summary = "run several methods on the same data, seeds and queries, and compare them"
    static let options = [
        OptionSpecification(name: "seeds", kind: .texts, valueName: "1..3", help: "seeds: 1..3 or 1,2,5"),
        OptionSpecification(
            name: "queries", kind: .integer(1...1_000_000_000), valueName: "5000",
            help: "training queries of each run"),
        OptionSpecification(
            name: "every", kind: .integer(1...1_000_000_000), valueName: "50",
            help: "queries between evaluations on training and validation images"),
        OptionSpecification(
            name: "target", kind: .number(0...100), valueName: "PERCENT",
            help: "accuracy to reach (the smallest of the methods' best)"),
        OptionSpecification(
            name: "on", kind: .texts, valueName: "PATH",
            help: "data sets, one or a list ['a', 'b'] (the present one)"),
    ]
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "methods", kind: .texts, valueName: "zip,gauss-newton,bias,template",
                    help: "names, or a list of methods with options ['zip', 'zip --rank 3']")
            ] + options, summary: "compare methods")
    ]
    static let help = """
        Each run is an ordinary one with a name such as zip-s1, or flags-zip-s1 where there are several data
        sets: 'runs' lists them, 'use' goes to one and its data, 'plot' draws it. The seed of a run is that of
        its few-shot draw, too. ^C keeps what was done, and the same statement then does the rest; a run that
        was interrupted in a step, whose queries stay charged, begins anew.

        The table has the test accuracy at the end and at a tenth, a fifth and a half of the queries, what a
        method is behind the best with a paired bootstrap interval over seeds and test images, the queries to
        a target on training (and validation) images, and the area under the validation curve. A winner and
        ties are named only as the intervals say. Test images are for the report: choose settings by
        validation. 'plot compare' draws it.

          compare --methods zip,calibrate,template --seeds 1..2 --queries 100
          compare --methods ['zip', 'zip --rank 3'] --seeds 1 --queries 60 --target 50
          plot compare
        """

    /// Methods where none are named: the paper's, the one that needs fewest queries, and what costs next to none.
    private static let standardMethods = ["zip", "gauss-newton", "bias", "template"]

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let texts = listed(call, "methods") ?? standardMethods
        let variants = try call.locating("methods") {
            try texts.map {
                try ComparisonVariant($0, what: "--methods", methods: context.host.methods)
            }
        }
        try context.carryOut(try comparison(variants, "methods", call, context), call)
    }

    /// The comparison that a call's options describe.
    static func comparison(
        _ variants: [ComparisonVariant], _ parameter: String, _ call: Call, _ context: CommandContext
    ) throws -> Comparison {
        var labels: Set<String> = []
        for variant in variants where !labels.insert(variant.label).inserted {
            throw call.failure(parameter, "'\(variant.label)' is given twice")
        }
        let seeds = try (listed(call, "seeds") ?? ["1..3"]).flatMap { text -> [Int] in
            let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0,
                last >= first, last - first < 1000, last < Int(Int32.max)
            else {
                throw call.failure("seeds", "expected seeds such as 1..3 or 1,2,5; got '\(text)'")
            }
            return Array(first...last)
        }
        guard seeds.count <= Comparison.most else {
            throw call.failure("seeds", "expected at most \(Comparison.most) seeds")
        }
        guard Set(seeds).count == seeds.count else { throw call.failure("seeds", "a seed is given twice") }
        let paths = listed(call, "on") ?? []
        if paths.isEmpty { _ = try context.requireData() }
        let tasks = tasks(paths.isEmpty ? [context.state.dataPath ?? ""] : paths)
        guard Set(tasks.map(\.path)).count == tasks.count else {
            throw call.failure("on", "a data set is given twice")
        }
        guard variants.count * seeds.count * tasks.count <= Comparison.most else {
            throw call.failure(nil, "expected at most \(Comparison.most) runs")
        }
        return Comparison(
            variants: variants, tasks: tasks, seeds: seeds, queries: call.integer("queries") ?? 5000,
            every: call.integer("every") ?? 50, target: call.number("target"))
    }

    /// Data sets by the names of their folders or files, or by their paths where a name is not of one alone.
    private static func tasks(_ paths: [String]) -> [Comparison.Task] {
        let names = paths.map { path in
            let name = Folder.name(path)
            let isFile = ["json", "csv", "tsv"].contains(Folder.pathExtension(path))
            return isFile ? Folder.parent(path).map { Folder.name($0) } ?? name : name
        }
        return zip(paths, names).map { path, name in
            Comparison.Task(name: names.count { $0 == name } > 1 ? path : name, path: path)
        }
    }

    /// The items of an option: a list, or words between commas; nil where it is not given.
    private static func listed(_ call: Call, _ option: String) -> [String]? {
        let texts = call.items(option)
        guard !texts.isEmpty else { return nil }
        let items = texts.count > 1 ? texts : texts[0].split(separator: ",").map(String.init)
        return items.map { $0.trimmingPrefix { $0 == " " } }.map(String.init)
    }
}
