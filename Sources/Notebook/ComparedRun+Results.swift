import PromptTuning

extension ComparedRun {
    /// Most queries of a run that is read.
    private static let mostQueries = 1_000_000_000_000

    /// Everything but the time, so that a table can be computed from records.
    var results: [CellResult] {
        func curve(_ name: String, _ marks: [Mark]) -> [CellResult] {
            [
                CellResult(key: name + "-queries", value: .list(marks.map { .integer($0.queries) })),
                CellResult(key: name, value: .list(marks.map { .double($0.accuracy) })),
            ]
        }
        return [
            CellResult(key: "variant", value: .text(variant)), CellResult(key: "task", value: .text(task)),
            CellResult(key: "seed", value: .integer(seed)),
            CellResult(key: "training-images", value: .integer(shown)),
            CellResult(key: "budget", value: .integer(budget)),
            CellResult(key: "queries", value: .integer(queries)),
            CellResult(key: "tunes", value: .boolean(tunes)),
            CellResult(key: "images", value: .integer(hits.count)),
            CellResult(key: "hits", value: .text(Self.hexadecimal(hits))),
        ] + curve("training", training) + curve("validation", validation) + curve("test", test)
            + curve("loss", losses)
    }

    /// Reads what `results` gave, as a transcript has it; nil where something is missing.
    ///
    /// - Parameter values: by key.
    init?(_ values: [String: ResultValue], seconds: Double) {
        func text(_ key: String) -> String? { values[key].map { JSONText.unquoted($0.description) } }
        func integer(_ key: String) -> Int? { text(key).flatMap { Int($0) } }
        func list(_ key: String) -> [Double]? {
            guard let text = values[key]?.description, text.hasPrefix("["), text.hasSuffix("]") else {
                return nil
            }
            let items = text.dropFirst().dropLast().split { $0 == "," || $0 == " " }
            let numbers = items.compactMap { Double($0) }
            return numbers.count == items.count ? numbers : nil
        }
        func curve(_ key: String) -> [Mark]? {
            guard let queries = list(key + "-queries"), let accuracies = list(key),
                queries.count == accuracies.count, accuracies.allSatisfy({ !$0.isInfinite }),
                queries.allSatisfy({ Int(exactly: $0).map { (0...Self.mostQueries).contains($0) } ?? false }),
                zip(queries, queries.dropFirst()).allSatisfy({ $0 <= $1 })
            else { return nil }
            return zip(queries, accuracies).map { Mark(queries: Int($0), accuracy: $1) }
        }
        guard let variant = text("variant"), let task = text("task"), let seed = integer("seed"),
            let shown = integer("training-images"), let budget = integer("budget"),
            let queries = integer("queries"), let tunes = text("tunes"),
            let images = integer("images"), let digits = text("hits"),
            let hits = Self.hits(hexadecimal: digits, count: images), let training = curve("training"),
            let validation = curve("validation"), let test = curve("test"), let losses = curve("loss"),
            (0...Self.mostQueries).contains(budget), (0...Self.mostQueries).contains(queries), seed >= 0
        else { return nil }
        self.init(
            variant: variant, task: task, seed: seed, shown: shown, budget: budget, queries: queries,
            tunes: tunes == "true", training: training, validation: validation, test: test, losses: losses,
            hits: hits, seconds: seconds)
    }

    /// Four images a digit, the first in the highest bit.
    private static func hexadecimal(_ hits: [Bool]) -> String {
        var digits = "0x"
        for start in stride(from: 0, to: hits.count, by: 4) {
            var bits = 0
            for index in start..<(start + 4) {
                let isHit = index < hits.count && hits[index]
                bits = bits << 1 | (isHit ? 1 : 0)
            }
            digits += String(bits, radix: 16)
        }
        return digits
    }

    private static func hits(hexadecimal text: String, count: Int) -> [Bool]? {
        let digits = text.dropFirst(2).compactMap(\.hexDigitValue)
        guard text.hasPrefix("0x"), (0...10_000_000).contains(count), digits.count == text.count - 2 else {
            return nil
        }
        guard digits.count == (count + 3) / 4 else { return nil }
        return (0..<count).map { index in
            let shift = 3 - index % 4
            return (digits[index / 4] >> shift) & 1 == 1
        }
    }
}
