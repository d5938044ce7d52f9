/// Where an interrupt took effect in a cell, counted in what was done, so that a replay stops at the same place.
public struct StopPlace: Sendable, Equatable {
    /// Statements of a block or a sourced file that had begun; 0 for a statement on its own.
    public var statement = 0
    /// Steps that the last of them had taken.
    public var step = 0
    /// Chances to stop since: one is behind each step, more are inside long ones and inside evaluations.
    public var pause = 0
    /// All chances to stop in the cell, which is what first versions recorded.
    public internal(set) var total = 0

    /// A place as it is recorded has no total, and a place of a first version has nothing else.
    func isReached(_ now: StopPlace) -> Bool {
        if total > 0 { return now.total >= total }
        return (now.statement, now.step, now.pause) >= (statement, step, pause)
    }

    /// Behind `@did`.
    var words: String { "statement=\(statement) step=\(step) pause=\(pause)" }

    /// Reads what stands behind `@did`; nil where it makes no sense.
    init?(words: [String]) {
        if words.count == 1, let total = Int(words[0]), total >= 0 {
            self.total = total
            return
        }
        let numbers = zip(words, ["statement=", "step=", "pause="]).compactMap { word, name in
            word.hasPrefix(name) ? Int(word.dropFirst(name.count)).flatMap { $0 >= 0 ? $0 : nil } : nil
        }
        guard words.count == 3, numbers.count == 3 else { return nil }
        (statement, step, pause) = (numbers[0], numbers[1], numbers[2])
    }

    init() {}

    /// Equal where a transcript would have the same.
    public static func == (one: StopPlace, other: StopPlace) -> Bool { one.words == other.words }

    mutating func beginStatement() {
        statement += 1
        (step, pause) = (0, 0)
    }

    mutating func finishStep() {
        step += 1
        pause = 0
    }

    mutating func pass() {
        pause += 1
        total += 1
    }
}
