extension Parser {
    /// Reads statements up to the end of the input, or up to the `}` of the innermost open block.
    mutating func parseStatements() throws(Failure) -> [Statement] {
        var statements: [Statement] = []
        while true {
            try skipLines()
            if at(";") {
                position += 1
            } else if isAtEnd {
                if let opener = openers.last { throw unclosed(opener) }
                return statements
            } else if at("}") {
                if openers.isEmpty { throw Failure(error: .strayBrace("}"), range: range(length: 1)) }
                return statements
            } else {
                statements.append(try parseStatement())
                try skipBlanks()
                guard isAtStatementEnd else { throw failure(expected: "the end of the statement") }
            }
        }
    }

    /// Whether the statement ends here; a comment counts, so ask only where a word could start.
    private var isAtStatementEnd: Bool {
        isAtEnd || isLineEnd(current) || at(";") || at("}") || at("#")
    }

    private mutating func parseStatement() throws(Failure) -> Statement {
        let start = position
        let verb = try parseVerb()
        let kind: Statement.Kind
        switch verb.text {
        case "let": kind = try parseBinding()
        case "repeat": kind = try parseRepetition()
        case "for": kind = try parseIteration()
        case "if": kind = try parseChoice()
        case "in", "else":
            throw Failure(
                error: .expected("a command", got: "the reserved word '\(verb.text)'"), range: verb.range)
        default:
            var arguments = try parseArguments()
            let periodic = try parsePeriodic(&arguments)
            if let first = arguments.first, case .positional(let word) = first.kind,
                case .text("=", false) = word.kind
            {
                throw Failure(
                    error: .assignmentWithoutLet(name: verb.text), range: verb.range.union(first.range))
            }
            let end = periodic?.range.end ?? arguments.last?.range.end ?? verb.range.end
            return Statement(
                kind: .command(Command(verb: verb, arguments: arguments, periodic: periodic)),
                range: SourceRange(start: start, end: end))
        }
        return Statement(kind: kind, range: range(from: start))
    }

    private mutating func parseVerb() throws(Failure) -> Word {
        try checkWordStart()
        let start = position
        while !isAtEnd, !endsBareText(current, inList: false) {
            try checkBlank()
            position += 1
        }
        let text = source.slice(range(from: start))
        if text.isEmpty || text.utf8.starts(with: "--".utf8) || text.utf8.first == UInt8(ascii: "[") {
            position = start
            throw failure(expected: "a command")
        }
        if at("\"") || at("'") || at("$") { throw failure(expected: "a blank after '\(shortened(text))'") }
        return Word(text: text, range: range(from: start))
    }

    // MARK: - Arguments

    private mutating func parseArguments() throws(Failure) -> [Argument] {
        var arguments: [Argument] = []
        var terminated = false
        while true {
            try skipBlanks()
            if isAtStatementEnd || at("{") { return arguments }
            let start = position
            if !terminated, at("-"), byte(ahead: 1) == UInt8(ascii: "-") {
                position += 2
                if isAtWordEnd {
                    terminated = true
                    continue
                }
                let kind = try parseOption(from: start)
                arguments.append(Argument(kind: kind, range: range(from: start), followsTerminator: false))
            } else {
                let word = try parseWord()
                arguments.append(
                    Argument(
                        kind: .positional(word), range: range(from: start), followsTerminator: terminated))
            }
        }
    }

    /// Reads the block of `every N { … }`, whose first words are the last of the arguments.
    private mutating func parsePeriodic(_ arguments: inout [Argument]) throws(Failure) -> Periodic? {
        guard at("{") else { return nil }
        guard let interval = arguments.popLast(), let word = arguments.popLast(),
            case .positional(let every) = word.kind, case .text("every", quoted: false) = every.kind,
            case .positional(let count) = interval.kind
        else { throw Failure(error: .strayBrace("{"), range: range(length: 1)) }
        let body = try parseBlock()
        return Periodic(
            interval: count, body: body, range: SourceRange(start: word.range.start, end: position))
    }

    /// Reads the rest of an option whose dashes stand at `start`.
    private mutating func parseOption(from start: Int) throws(Failure) -> Argument.Kind {
        let nameStart = position
        while isNamePart(current) || at("-") { position += 1 }
        let name = source.slice(range(from: nameStart))
        let isName = bytes[nameStart...].first.map(isNameStart) ?? false
        guard isName, isAtWordEnd || at("=") else {
            while !isAtEnd, !endsBareText(current, inList: false) {
                try checkBlank()
                position += 1
            }
            let range = range(from: start)
            throw Failure(error: .badOptionName(shortened(source.slice(range))), range: range)
        }
        guard at("=") else { return .option(name: name, value: nil) }
        position += 1
        if isAtWordEnd { throw Failure(error: .missingOptionValue(name), range: range(from: start)) }
        return .option(name: name, value: try parseWord())
    }

    // MARK: - let, repeat, for, if

    private mutating func parseBinding() throws(Failure) -> Statement.Kind {
        let name = try parseName()
        try skipBlanks()
        guard at("=") else { throw failure(expected: "'=' after the name") }
        position += 1
        try skipBlanks()
        if isAtStatementEnd { throw failure(expected: "a value") }
        // As behind 'if', parentheses are a calculation.
        let value = at("(") ? try parseParenthesized(openerLength: 1) : try parseWord()
        let end = position
        try skipBlanks()
        guard isAtStatementEnd else {
            let more = foundToken().range
            throw Failure(error: .severalValues(name: name.text), range: value.range.union(more))
        }
        position = end
        return .binding(name: name, value: value)
    }

    private mutating func parseRepetition() throws(Failure) -> Statement.Kind {
        try skipBlanks()
        if isAtStatementEnd || at("{") { throw failure(expected: "a count after 'repeat'") }
        let count = try parseWord()
        return .repetition(count: count, body: try parseBlock())
    }

    private mutating func parseIteration() throws(Failure) -> Statement.Kind {
        let name = try parseName()
        try skipBlanks()
        guard at("i"), byte(ahead: 1) == UInt8(ascii: "n"), !isNamePart(byte(ahead: 2)) else {
            throw failure(expected: "'in' after the name")
        }
        position += 2
        try skipBlanks()
        if isAtStatementEnd || at("{") { throw failure(expected: "a range or a list after 'in'") }
        let word = try parseWord()
        let sequence = try splitRange(word) ?? .values(word)
        return .iteration(name: name, sequence: sequence, body: try parseBlock())
    }

    private mutating func parseChoice() throws(Failure) -> Statement.Kind {
        var branches: [Branch] = []
        while true {
            try skipBlanks()
            guard at("(") else { throw failure(expected: "a condition in ( ) after 'if'") }
            let condition = try parseParenthesized(openerLength: 1)
            branches.append(Branch(condition: condition, body: try parseBlock()))
            guard try skipWord("else") else { return .choice(branches: branches, otherwise: nil) }
            guard try skipWord("if") else {
                return .choice(branches: branches, otherwise: try parseBlock())
            }
        }
    }

    /// Passes blanks and a word where it comes next; else stays.
    private mutating func skipWord(_ word: StaticString) throws(Failure) -> Bool {
        let start = position
        try skipBlanks()
        if takeWord(word) { return true }
        position = start
        return false
    }

    /// Reads the name of a new variable.
    private mutating func parseName() throws(Failure) -> Word {
        try skipBlanks()
        let start = position
        guard isNameStart(current) else { throw failure(expected: "a name") }
        while isNamePart(current) { position += 1 }
        let name = Word(text: source.slice(range(from: start)), range: range(from: start))
        if reservedWords.contains(name.text) {
            throw Failure(error: .reservedName(name.text), range: name.range)
        }
        return name
    }

    private mutating func parseBlock() throws(Failure) -> [Statement] {
        try skipBlanks()
        guard at("{") else { throw failure(expected: "'{'") }
        try open(range(length: 1), closer: .brace)
        position += 1
        let body = try parseStatements()
        close()
        position += 1
        return body
    }
}
