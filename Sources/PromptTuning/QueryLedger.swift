/// The account of oracle calls: what a run may spend, and what it has spent.
///
/// A query is one oracle call on one minibatch under one prompt. Training and evaluation are counted apart; only training
/// is limited.
public struct QueryLedger: Sendable, Equatable {
    public enum Purpose: Sendable {
        case training
        case evaluation
    }

    /// Most training queries.
    public let budget: Int
    public private(set) var training = 0
    public private(set) var evaluation = 0

    public init(budget: Int) {
        precondition(budget >= 0, "expected a budget of 0 or more, got \(budget)")
        self.budget = budget
    }

    /// Training queries left.
    public var remaining: Int { budget - training }

    /// Counts queries before they are made.
    ///
    /// - Throws: `TuningError.budgetUsedUp` when training would exceed the budget; nothing is counted then.
    mutating func charge(_ queries: Int, for purpose: Purpose) throws {
        switch purpose {
        case .training:
            guard queries <= remaining else {
                throw TuningError.budgetUsedUp(budget: budget, needed: queries, left: remaining)
            }
            training += queries
        case .evaluation:
            evaluation += queries
        }
    }
}
