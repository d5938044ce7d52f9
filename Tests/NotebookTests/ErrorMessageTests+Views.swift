import Testing

/// Views of the box that cannot be had.
extension ErrorMessageTests {
    private static func sample(
        _ options: String, _ message: String, note: String? = nil, at place: String
    ) -> Sample {
        let statement = "prompt new " + options
        let before = statement.prefix(
            upTo: statement.firstRange(of: place)?.lowerBound ?? statement.startIndex)
        let marks =
            place.count == 1 ? "^" : "^" + String(repeating: "~", count: place.count - 2) + "^"
        return Sample(
            name: options, setup: smallPrompt, statement: statement,
            expected: """
                input:1:\(before.count + 1): error: \(message)
                \(statement)
                \(String(repeating: " ", count: before.count) + marks)
                """ + (note.map { "\nnote: " + $0 } ?? ""))
    }

    private static let labels = "no method can tune on labels: they alone give neither a loss nor differences"

    static let views =
        ["bar", "bias", "blackvip", "bptvlm", "calibrate", "gauss-newton", "template", "zip"].map {
            sample("--method \($0) --view labels", labels, at: "labels")
        } + [
            sample("--view=labels", labels, at: "labels"),
            sample(
                "--view label",
                "expected 'logits', 'log-probabilities', 'probabilities' or 'labels' for '--view'; got 'label'",
                note: "did you mean 'labels'?", at: "label"),
            sample(
                "--top 0", "expected a whole number of at least 1 for '--top'; got '0'", at: "0"),
            sample(
                "--top 4", "expected at most 3, as many as there are classes, for '--top'; got 4", at: "4"),
            sample(
                "--view probabilities --top 4",
                "expected at most 3, as many as there are classes, for '--top'; got 4", at: "4"),
            sample(
                "--top 1", "expected at least 2, since one logit makes no difference, for '--top'; got 1",
                at: "1"),
            sample(
                "--decimals 13", "expected a whole number from 0 to 12 for '--decimals'; got '13'", at: "13"),
            sample(
                "--decimals 1.5", "expected a whole number from 0 to 12 for '--decimals'; got '1.5'",
                at: "1.5"),
            sample("--noise -1", "expected a number of at least 0 for '--noise'; got '-1'", at: "-1"),
            sample("--noise nan", "expected a number of at least 0 for '--noise'; got 'nan'", at: "nan"),
            sample("--noise inf", "expected a number of at least 0 for '--noise'; got 'inf'", at: "inf"),
        ]
}
