import Synchronization

extension RunJournal {
    /// How a replay uses what is in the file.
    public struct Check: Sendable {
        /// How far a number may be from the recorded one, relative to the larger of both, absolute below 1.
        public var tolerance: Double
        /// Whether methods are told what is recorded, so that each step begins where the recorded one did.
        public var resyncs: Bool

        public init(tolerance: Double = 0, resyncs: Bool = false) {
            self.tolerance = tolerance
            self.resyncs = resyncs
        }
    }

    /// Something that came out otherwise than it is recorded.
    public struct Difference: Sendable, Equatable {
        /// The step that it belongs to, from 1, or after which the score was taken.
        public var step: Int
        public var message: String
    }

    /// Compares an answer with the next record.
    ///
    /// - Returns: the answer that the run goes on with.
    func compare(_ entry: Entry, key: UInt64, queries: Int, step: Int, _ check: Check) -> Entry {
        state.withLock { state in
            guard let record = state.records.popFirst() else { return entry }
            let message =
                record.key == key && record.queries == queries
                ? Self.difference(record.entry, entry, check.tolerance)
                : "the recorded answers are another run's"
            guard let message else { return check.resyncs ? record.entry : entry }
            state.difference = state.difference ?? Difference(step: step, message: message)
            if check.resyncs, record.key == key, Self.haveOneForm(record.entry, entry) { return record.entry }
            // What comes after it differs for that reason alone.
            state.records = []
            return entry
        }
    }

    private static func haveOneForm(_ one: Entry, _ other: Entry) -> Bool {
        switch (one, other) {
        case (.round(let one), .round(let other)): one.count == other.count
        case (.score(let one, _, _), .score(let other, _, _)): one == other
        default: false
        }
    }

    /// In what an answer differs from the recorded one; nil where it does not.
    private static func difference(_ recorded: Entry, _ now: Entry, _ tolerance: Double) -> String? {
        func differ(_ one: Float, _ other: Float) -> Bool {
            guard one.bitPattern != other.bitPattern, !(one.isNaN && other.isNaN) else { return false }
            guard one.isFinite, other.isFinite else { return true }
            let scale = max(1, abs(Double(one)), abs(Double(other)))
            return !(abs(Double(one) - Double(other)) <= tolerance * scale)
        }
        switch (recorded, now) {
        case (.round(let old), .round(let new)):
            guard old.count == new.count else { return "recorded \(old.count) readings; got \(new.count)" }
            guard let index = old.indices.first(where: { differ(old[$0], new[$0]) }) else { return nil }
            return "reading \(index + 1) of \(old.count) recorded \(old[index]); got \(new[index])"
        case (.score(let images, let correct, let loss), .score(let newImages, let newCorrect, let newLoss)):
            guard
                images != newImages || differ(loss, newLoss)
                    || differ(Float(correct) / Float(images), Float(newCorrect) / Float(newImages))
            else { return nil }
            return "score recorded \(correct) of \(images) right, loss \(loss); "
                + "got \(newCorrect) of \(newImages), loss \(newLoss)"
        case (.lost, .lost): return nil
        default: return "recorded as another kind of answer"
        }
    }
}
