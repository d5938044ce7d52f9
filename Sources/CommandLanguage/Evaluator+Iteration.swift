extension Evaluator {
    func count(of expression: Expression) throws(Diagnostic) -> Int {
        let count = try whole(expression)
        guard count >= 0 else {
            throw failure(.expected("a count of 0 or more", got: "\(count)"), at: expression.range)
        }
        guard count <= maximumIterations else {
            throw failure(.tooManyIterations(limit: maximumIterations, got: "\(count)"), at: expression.range)
        }
        return count
    }

    /// The whole numbers from `lower` through `upper`; `1..0` is empty, a range that falls further an error.
    func range(from lower: Expression, through upper: Expression) throws(Diagnostic) -> IterationValues {
        let first = try whole(lower)
        let last = try whole(upper)
        let range = lower.range.union(upper.range)
        // Whole numbers stay below 2^53 in magnitude, so the difference cannot overflow.
        let count = last - first + 1
        guard count >= 0 else { throw failure(.fallingRange(lower: first, upper: last), at: range) }
        guard count <= maximumIterations else {
            throw failure(.tooManyIterations(limit: maximumIterations, got: "\(count)"), at: range)
        }
        return IterationValues(lower: first, count: count)
    }

    func elements(of expression: Expression) throws(Diagnostic) -> IterationValues {
        let value = try value(of: expression)
        guard case .list(let elements) = value else {
            throw failure(
                .expected("a range such as 1..3 or a list", got: value.summary), at: expression.range)
        }
        return IterationValues(elements)
    }

    func whole(_ expression: Expression) throws(Diagnostic) -> Int {
        let value = try value(of: expression)
        guard let number = value.number, number.rounded() == number, abs(number) <= Self.largestWhole else {
            throw failure(.expected("a whole number", got: value.summary), at: expression.range)
        }
        return Int(number)
    }
}
