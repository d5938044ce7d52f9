import CommandLanguage

/// `rerun`: statements of the session once more.
enum RerunCommand: NotebookCommand {
    static let verb = "rerun"
    static let summary = "run earlier statements of the session again"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "numbers", kind: .text, count: .some)],
            summary: "those of these numbers, such as 3 or 3-5, in this order")
    ]
    static let help = """
        The number of a statement stands in its prompt. They run as a block does: one after the other until
        one fails, and 'undo' takes all of them back.

          prompt new --seed 2
          step 3
          rerun 1-2
        """

    /// Numbers that a statement may name.
    private static let most = 100_000

    static func run(_ call: Call, _ context: inout CommandContext) throws {}

    /// The numbers of the statements, each before `next`.
    ///
    /// - Throws: a diagnostic at a word that names none.
    static func numbers(_ call: Call, next: Int) throws -> [Int] {
        var numbers: [Int] = []
        for (index, word) in call.texts("numbers").enumerated() {
            let parts = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1],
                first >= 1, first <= last
            else {
                throw call.failure(
                    "numbers", "expected a number such as 3, or a range such as 3-5; got '\(word)'", at: index
                )
            }
            guard last < next else {
                throw call.failure(
                    "numbers",
                    next == 1
                        ? "there is no statement before this one"
                        : "expected numbers of statements before this one, 1 to \(next - 1); got '\(word)'",
                    at: index)
            }
            guard numbers.count + last - first < most else {
                throw call.failure("numbers", "more than \(most) statements", at: index)
            }
            numbers += first...last
        }
        return numbers
    }
}
