/// A word of a statement, or a part of one, that has a value.
///
/// A bare word keeps its written text beside its value: `001` evaluates to the number 1 and is
/// still `001` where text is wanted, as in a file name.
public struct Expression: Sendable {
    public let kind: Kind
    public let range: SourceRange

    public indirect enum Kind: Sendable {
        /// A bare or quoted word without interpolation; bare numerals evaluate to numbers.
        case text(String, quoted: Bool)
        /// A numeral inside `$( … )`.
        case number(Double)
        /// `$name`, or `name` inside `$( … )`.
        case variable(String)
        /// Pieces side by side, such as `out-$seed.png`; a string if any piece is quoted.
        case word([Expression], quoted: Bool)
        /// `[a, b]`; the elements are not lists.
        case list([Expression])
        /// Unary minus.
        case negation(Expression)
        /// Operators of one precedence, from left to right. A chain and not a tree, so that a long
        /// sum is not a deep one.
        case chain(first: Expression, rest: [Operation])
        /// `x[i]`.
        case element(Expression, index: Expression)
        /// `len(x)` and its like.
        case call(Word, arguments: [Expression])
        /// 1 where it holds, else 0.
        case comparison(Expression, Comparison, Expression)
        case not(Expression)
        /// Operands of `and`, of `or`; chains, as of sums.
        case all([Expression])
        case any([Expression])
    }

    public enum Comparison: String, Sendable, CaseIterable {
        case equal = "=="
        case unequal = "!="
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .equal: left == right
            case .unequal: left != right
            case .atMost: left <= right
            case .atLeast: left >= right
            case .below: left < right
            case .above: left > right
            }
        }
    }

    /// The text of a word without quotes and without '$'; nil for another expression.
    public var bareText: String? {
        if case .text(let text, quoted: false) = kind { text } else { nil }
    }

    /// An operator and its right-hand side.
    public struct Operation: Sendable {
        public let symbol: Operator
        public let operand: Expression
    }

    /// The arithmetic operators.
    public enum Operator: Character, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case remainder = "%"
    }

    /// The text of a bare or quoted word that holds no interpolation; nil for all else.
    public var literalText: String? {
        if case .text(let text, _) = kind { text } else { nil }
    }

    /// Whether quotes make it a string, whatever it looks like.
    public var isQuoted: Bool {
        switch kind {
        case .text(_, let quoted), .word(_, let quoted): quoted
        default: false
        }
    }
}

/// A name as it stands in the source.
public struct Word: Sendable {
    public let text: String
    public let range: SourceRange
}
