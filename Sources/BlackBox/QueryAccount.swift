import Synchronization

/// The account of oracle calls: what may be spent, and what has been.
///
/// A query is one oracle call on one minibatch under one prompt. Training and evaluation are counted apart; only training is
/// limited. A query is charged before it is made, one that fails, too, and never comes back: neither an error nor an
/// interrupt nor going back in time refunds it, which is why the account is an object that all copies of a run share.
public final class QueryAccount: Sendable {
    public enum Purpose: Sendable {
        case training
        case evaluation
    }

    /// What was charged.
    public struct Spent: Sendable, Equatable {
        public var training: Int
        public var evaluation: Int
        /// Of both, those that failed and were asked again.
        public var failed: Int

        public init(training: Int = 0, evaluation: Int = 0, failed: Int = 0) {
            self.training = training
            self.evaluation = evaluation
            self.failed = failed
        }
    }

    /// Shows the box that queries are paid for; only an account makes one, and it serves once.
    public struct Receipt: ~Copyable, Sendable {
        public let queries: Int
        fileprivate init(queries: Int) { self.queries = queries }
    }

    /// Most training queries; nil where nothing limits them.
    public let budget: Int?
    /// Sums up several accounts.
    private let total: QueryAccount?
    private let charged = Mutex(Spent())

    /// - Parameter total: an account that is charged, too.
    public init(budget: Int?, total: QueryAccount? = nil) {
        precondition((budget ?? 0) >= 0, "expected a budget of 0 or more, got \(budget ?? 0)")
        self.budget = budget
        self.total = total
    }

    public var spent: Spent { charged.withLock { $0 } }
    /// Training queries left.
    public var remaining: Int { budget.map { $0 - spent.training } ?? .max }

    /// Asks the box; the only way to.
    ///
    /// - Parameters:
    ///   - raised: a budget in place of the account's own, for who was allowed more since.
    ///   - pause: called now and then during long work; what it throws ends the work, which stays charged.
    /// - Throws: `BlackBoxError.budgetUsedUp` when training would exceed the budget; nothing is charged or asked then.
    public func ask(
        _ oracle: any Oracle, _ queries: [Query], for purpose: Purpose, raised: Int? = nil,
        pause: () throws -> Void = {}
    ) throws -> [Answer] {
        try charge(
            queries.count, failed: try oracle.failures(of: queries), for: purpose, within: raised ?? budget)
        let answers = try oracle.answer(queries, paid: Receipt(queries: queries.count), pause: pause)
        precondition(answers.count == queries.count, "\(answers.count) answers to \(queries.count) queries")
        return answers
    }

    /// Charges queries that were asked before, by a program that was ended: their answers are known.
    ///
    /// - Throws: `BlackBoxError.budgetUsedUp`, as `ask`.
    package func chargeAgain(
        _ oracle: any Oracle, _ queries: [Query], for purpose: Purpose, raised: Int? = nil
    ) throws {
        try charge(
            queries.count, failed: try oracle.failures(of: queries), for: purpose, within: raised ?? budget)
    }

    private func charge(_ answered: Int, failed: Int, for purpose: Purpose, within budget: Int?) throws {
        let queries = answered + failed
        try charged.withLock { spent in
            switch purpose {
            case .training:
                if let budget, queries > budget - spent.training {
                    throw BlackBoxError.budgetUsedUp(
                        budget: budget, needed: queries, left: budget - spent.training)
                }
                spent.training += queries
            case .evaluation:
                spent.evaluation += queries
            }
            spent.failed += failed
        }
        if let total { try total.charge(answered, failed: failed, for: purpose, within: total.budget) }
    }
}
