/// The grammar inside `$( … )`, loosest first: `or`, `and`, `not`, one comparison, `+ -`, then `* / %`, then unary minus.
extension Parser {
    /// Reads `( … )` or `$( … )`, whose opener has the given length.
    mutating func parseParenthesized(openerLength: Int) throws(Failure) -> Expression {
        let start = position
        try open(range(length: openerLength), closer: .parenthesis)
        position += openerLength
        let inner = try parseCondition()
        guard at(")") else { throw failure(expected: "an operator or ')'") }
        position += 1
        close()
        return Expression(kind: inner.kind, range: range(from: start))
    }

    private mutating func parseCondition() throws(Failure) -> Expression {
        let first = try parseConjunction()
        var all = [first]
        while try skipName("or") { all.append(try parseConjunction()) }
        guard let last = all.last, all.count > 1 else { return first }
        return Expression(kind: .any(all), range: first.range.union(last.range))
    }

    private mutating func parseConjunction() throws(Failure) -> Expression {
        let first = try parseNegated()
        var all = [first]
        while try skipName("and") { all.append(try parseNegated()) }
        guard let last = all.last, all.count > 1 else { return first }
        return Expression(kind: .all(all), range: first.range.union(last.range))
    }

    private mutating func parseNegated() throws(Failure) -> Expression {
        try skipInside()
        let start = position
        var count = 0
        while try skipName("not") { count += 1 }
        let operand = try parseComparison()
        // A row of 'not' is no deep tree: two make one of any number.
        let kept = count > 2 ? 2 - count % 2 : count
        return (0..<kept).reduce(operand) { inner, _ in
            Expression(kind: .not(inner), range: range(from: start))
        }
    }

    private mutating func parseComparison() throws(Failure) -> Expression {
        let left = try parseSum()
        let found = Expression.Comparison.allCases.first { symbol in
            bytes[min(position, bytes.count)...].starts(with: symbol.rawValue.utf8)
        }
        guard let found else { return left }
        position += found.rawValue.utf8.count
        let right = try parseSum()
        return Expression(
            kind: .comparison(left, found, right), range: left.range.union(right.range))
    }

    /// Passes a word of the grammar and the blanks behind it where it comes next.
    private mutating func skipName(_ name: StaticString) throws(Failure) -> Bool {
        guard takeWord(name) else { return false }
        try skipInside()
        return true
    }

    /// Passes a word where it stands here.
    mutating func takeWord(_ word: StaticString) -> Bool {
        let text = Array("\(word)".utf8)
        guard bytes[min(position, bytes.count)...].starts(with: text), !isNamePart(byte(ahead: text.count))
        else { return false }
        position += text.count
        return true
    }

    mutating func parseSum() throws(Failure) -> Expression {
        let first = try parseProduct()
        var rest: [Expression.Operation] = []
        while let symbol = symbolHere(among: [.add, .subtract]) {
            position += 1
            rest.append(Expression.Operation(symbol: symbol, operand: try parseProduct()))
        }
        return chain(first, rest)
    }

    private mutating func parseProduct() throws(Failure) -> Expression {
        let first = try parseUnary()
        var rest: [Expression.Operation] = []
        while let symbol = symbolHere(among: [.multiply, .divide, .remainder]) {
            position += 1
            rest.append(Expression.Operation(symbol: symbol, operand: try parseUnary()))
        }
        return chain(first, rest)
    }

    private func symbolHere(among symbols: [Expression.Operator]) -> Expression.Operator? {
        guard let symbol = Expression.Operator(rawValue: Character(Unicode.Scalar(current))) else {
            return nil
        }
        return symbols.contains(symbol) ? symbol : nil
    }

    private func chain(_ first: Expression, _ rest: [Expression.Operation]) -> Expression {
        guard let last = rest.last else { return first }
        return Expression(
            kind: .chain(first: first, rest: rest), range: first.range.union(last.operand.range))
    }

    /// Reads minus signs and an operand, and passes the blanks behind it.
    private mutating func parseUnary() throws(Failure) -> Expression {
        try skipInside()
        let start = position
        var signs = 0
        while at("-") {
            signs += 1
            position += 1
            try skipInside()
        }
        var operand = try parseElement()
        // Two signs cancel; more are not kept, so that a row of signs is not a deep tree.
        let kept = signs > 2 ? 2 - signs % 2 : signs
        for _ in 0..<kept {
            operand = Expression(kind: .negation(operand), range: range(from: start))
        }
        try skipInside()
        return operand
    }

    /// Reads an operand and an index behind it; lists do not hold lists, so one is enough.
    private mutating func parseElement() throws(Failure) -> Expression {
        let start = position
        let operand = try parseOperand()
        guard at("[") else { return operand }
        try open(range(length: 1), closer: .bracket)
        position += 1
        let index = try parseSum()
        guard at("]") else { throw failure(expected: "']' after the index") }
        position += 1
        close()
        return Expression(kind: .element(operand, index: index), range: range(from: start))
    }

    private mutating func parseOperand() throws(Failure) -> Expression {
        switch current {
        case UInt8(ascii: "("): return try parseParenthesized(openerLength: 1)
        case UInt8(ascii: "["): return try parseList(inExpression: true)
        case UInt8(ascii: "$"): return try parseInterpolation()
        case UInt8(ascii: "\""): return try parseDoubleQuoted()
        case UInt8(ascii: "'"): return try parseSingleQuoted()
        default: break
        }
        if isNameStart(current) { return try parseVariableOrCall() }
        let length = Value.numeralLength(bytes[position...])
        guard length > 0 else { throw failure(expected: "a value") }
        let range = range(length: length)
        let text = source.slice(range)
        guard let number = Value.number(reading: text) else {
            throw Failure(error: .notFinite(of: shortened(text)), range: range)
        }
        position += length
        return Expression(kind: .number(number), range: range)
    }

    private mutating func parseVariableOrCall() throws(Failure) -> Expression {
        let start = position
        while isNamePart(current) || at(".") && isNameStart(byte(ahead: 1)) { position += 1 }
        let name = Word(text: source.slice(range(from: start)), range: range(from: start))
        if reservedWords.contains(name.text) {
            throw Failure(
                error: .expected("a value", got: "the reserved word '\(name.text)'"), range: name.range)
        }
        guard at("(") else { return Expression(kind: .variable(name.text), range: name.range) }
        try open(range(length: 1), closer: .parenthesis)
        position += 1
        var arguments: [Expression] = []
        try skipInside()
        while !at(")") {
            arguments.append(try parseCondition())
            if at(",") {
                position += 1
                try skipInside()
            } else if !at(")") {
                throw failure(expected: "',' or ')'")
            }
        }
        position += 1
        close()
        return Expression(kind: .call(name, arguments: arguments), range: range(from: start))
    }
}
