import CommandLanguage
import PromptTuning

extension Call {
    /// Matches a command's words to one of the verb's forms and checks every value.
    ///
    /// - Throws: `Diagnostic` at the word that does not fit, with a near name where there is one.
    init(
        _ command: Command, range: SourceRange, forms: [CommandForm], environment: Environment,
        methods: MethodTable, source: SourceText
    ) throws {
        let verb = command.verb.text
        var words = try Self.words(command, environment: environment, source: source)
        let form = try Self.choose(forms, verb: command.verb, words: &words, source: source)
        let method = form.methodSettings == nil ? nil : try Self.method(words, methods, source: source)
        let options = form.options(of: method)
        let line = form.usage(verb: verb)
        let usage =
            method.map { "'help \($0.name)' lists the options" }
            ?? (line.count <= 90 ? "usage: " + line : "'help \(verb)' lists the options")
        var values: [String: [Bound]] = [:]
        var positionals: [WrittenWord] = []
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            guard let name = word.option else {
                positionals += word.expanded
                continue
            }
            guard let option = options.first(where: { $0.name == name }) else {
                throw Diagnostic(
                    message: "unknown option '--\(name)' of '\(verb)'"
                        + (method.map { " with method '\($0.name)'" } ?? ""),
                    range: word.range, source: source,
                    notes: Self.notes(unknown: name, options, method, form, methods) + [usage])
            }
            guard values[name] == nil else {
                throw Diagnostic(
                    message: "option '--\(name)' is given twice", range: word.range, source: source)
            }
            guard let kind = option.kind else {
                if let value = word.value {
                    throw Diagnostic(
                        message: "option '--\(name)' takes no value", range: value.range, source: source)
                }
                values[name] = []
                continue
            }
            var value = word.value
            if value == nil, index < words.count, words[index].option == nil, !words[index].terminated {
                value = words[index].value
                index += 1
            }
            guard let value else {
                throw Diagnostic(
                    message: "option '--\(name)' needs a value: \(kind.expectation)", range: word.range,
                    source: source)
            }
            values[name] = [try kind.bind(value, name: "--" + name, source: source)]
        }
        try Self.place(
            positionals, in: form, into: &values, end: range, source: source, usage: usage)
        self.init(verb: verb, form: form, source: source, range: range, values: values)
    }

    /// The method that the words name; the default where they name none.
    private static func method(
        _ words: [WrittenWord], _ methods: MethodTable, source: SourceText
    ) throws -> (any TuningMethod.Type)? {
        guard let place = words.firstIndex(where: { $0.option == methodOption }) else {
            return methods.method(MethodTable.defaultName)
        }
        let next = place + 1 < words.count && words[place + 1].option == nil ? words[place + 1] : nil
        guard let written = words[place].value ?? next?.value else { return nil }
        guard let method = methods.method(written.text) else {
            let near = nearestName(to: written.text, among: methods.names)
            throw Diagnostic(
                message: "\(TuningError.unknownMethod(written.text, known: methods.names))",
                range: written.range, source: source, notes: near.map { ["did you mean '\($0)'?"] } ?? [])
        }
        return method
    }

    static let methodOption = "method"

    /// What may help somebody who wrote an unknown option.
    private static func notes(
        unknown name: String, _ options: [OptionSpecification], _ method: (any TuningMethod.Type)?,
        _ form: CommandForm, _ methods: MethodTable
    ) -> [String] {
        let others =
            method == nil
            ? []
            : methods.all.filter { other in form.options(of: other).contains { $0.name == name } }
                .map { "'\($0.name)'" }
        if !others.isEmpty { return ["it is an option of " + others.joined(separator: ", ")] }
        return nearestName(to: name, among: options.map(\.name)).map { ["did you mean '--\($0)'?"] } ?? []
    }

    /// Fills the form's parameters from left to right.
    private static func place(
        _ positionals: [WrittenWord], in form: CommandForm, into values: inout [String: [Bound]],
        end: SourceRange, source: SourceText, usage: String
    ) throws {
        var rest = positionals[...]
        for parameter in form.parameters {
            let many = parameter.count == .any || parameter.count == .some
            var taken: [Bound] = []
            while let word = rest.first?.value, many || taken.isEmpty {
                taken.append(try parameter.kind.bind(word, name: parameter.name, source: source))
                rest = rest.dropFirst()
            }
            if taken.isEmpty, parameter.count == .one || parameter.count == .some {
                throw Diagnostic(
                    message: "expected \(parameter.kind.expectation) for '\(parameter.name)'; got nothing",
                    range: end, source: source, notes: [usage])
            }
            if !taken.isEmpty { values[parameter.name] = taken }
        }
        if let extra = rest.first {
            throw Diagnostic(
                message: "unexpected argument '\(source.slice(extra.range))'", range: extra.range,
                source: source, notes: meant(extra.value?.text, form) + [usage])
        }
    }

    /// The first option that an argument too many could be the value of: a method's name or a number.
    private static func meant(_ word: String?, _ form: CommandForm) -> [String] {
        guard let word else { return [] }
        if [">=", ">", "<=", "<", "=="].contains(word) {
            return ["a condition with blanks needs quotes, such as --until \"accuracy > 60\""]
        }
        let isMethod = MethodTable.standard.method(word) != nil
        let option = form.options.first { option in
            switch option.kind {
            case .name(.method), .texts: isMethod
            case .integer(let range): Int(word).map(range.contains) ?? false
            default: false
            }
        }
        return option.map { ["did you mean '--\($0.name) \(word)'?"] } ?? []
    }

    /// Picks the form whose object is the first word, or the form without an object.
    private static func choose(
        _ forms: [CommandForm], verb: Word, words: inout [WrittenWord], source: SourceText
    ) throws -> CommandForm {
        let objects = forms.compactMap(\.object)
        if let first = words.first, let text = first.value?.text, first.option == nil,
            let form = forms.first(where: { $0.object == text })
        {
            words.removeFirst()
            return form
        }
        if let plain = forms.first(where: { $0.object == nil }),
            words.first?.option != nil || words.isEmpty || !plain.parameters.isEmpty || objects.isEmpty
        {
            return plain
        }
        guard let first = words.first else {
            throw Diagnostic(
                message: "expected \(list(objects)) after '\(verb.text)'; got nothing", range: verb.range,
                source: source)
        }
        let written = first.value?.text ?? ""
        guard !commandTable.contains(where: { $0.verb == written }) else {
            throw Diagnostic(
                message: "expected \(list(objects)) after '\(verb.text)'; got '\(source.slice(first.range))'",
                range: first.range, source: source, notes: ["'\(written)' is a statement of its own"])
        }
        let near = nearestName(to: written, among: objects)
        let isSessionForm =
            verb.text == ExportCommand.verb && sessionExporters.contains { $0.name == written }
        throw Diagnostic(
            message: "expected \(list(objects)) after '\(verb.text)'; got '\(source.slice(first.range))'",
            range: first.range, source: source,
            notes: isSessionForm
                ? [
                    "'save x.zlt', then 'ziplab export x.zlt --to \(written)' in the shell, write the session so"
                ]
                : near.map { ["did you mean '\($0)'?"] } ?? [])
    }

    private static func list(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Evaluates the words of a command.
    private static func words(
        _ command: Command, environment: Environment, source: SourceText
    ) throws -> [WrittenWord] {
        try command.arguments.map { argument -> WrittenWord in
            switch argument.kind {
            case .positional(let expression):
                if let word = expression.bareText, ["&&", "||", "|"].contains(word),
                    command.verb.text != SayCommand.verb
                {
                    throw Diagnostic(
                        message: "unexpected '\(word)'", range: expression.range, source: source,
                        notes: ["';' or a new line begins the next statement; there are no pipes"])
                }
                let value = try evaluate(expression, in: environment, source: source)
                return WrittenWord(
                    value: try WrittenWord.Written(expression, value, environment, source),
                    range: argument.range, terminated: argument.followsTerminator)
            case .option(let name, let expression):
                let written = try expression.map {
                    try WrittenWord.Written(
                        $0, try evaluate($0, in: environment, source: source), environment, source)
                }
                return WrittenWord(
                    option: name, value: written, range: argument.nameRange, terminated: false)
            }
        }
    }
}

/// A word of a command after evaluation.
struct WrittenWord {
    struct Written {
        var value: Value
        /// As written, so that `001` stays `001` where text is wanted.
        var text: String
        var range: SourceRange
    }
    /// Name without dashes, for an option.
    var option: String?
    var value: Written?
    var range: SourceRange
    /// Stands after `--`.
    var terminated: Bool

    /// A list as one word for each element, as positional arguments take it.
    var expanded: [WrittenWord] {
        guard case .list(let elements)? = value?.value else { return [self] }
        return elements.map { element in
            var word = self
            word.value = Written(value: element, text: element.description, range: range)
            return word
        }
    }
}

extension WrittenWord.Written {
    init(
        _ expression: Expression, _ value: Value, _ environment: Environment, _ source: SourceText
    ) throws {
        self.value = value
        range = expression.range
        if case .list = value {
            text = value.description
        } else {
            text = try evaluateText(expression, in: environment, source: source)
        }
    }
}

extension ArgumentKind {
    /// What may stand there, in words.
    var expectation: String {
        switch self {
        case .text: "text"
        case .path: "a path"
        case .texts: "text or a list of texts"
        case .name(let names):
            switch names {
            case .checkpoint, .run, .method: "a name"
            case .helpTopic: "a topic"
            case .quantity: "'loss', 'accuracy' or what a method measures"
            }
        case .integer(let range): "a whole number \(Self.describe(range))"
        case .number(let range): "a number \(Self.describe(range))"
        case .choice(let words): Self.choice(words)
        case .choiceOrInteger(let words, let range):
            Self.describe(words) + " or a whole number \(Self.describe(range))"
        case .choiceOrNumber(let words, let range):
            Self.describe(words) + " or a number \(Self.describe(range))"
        }
    }

    private static func describe(_ words: [String]) -> String {
        words.map { "'\($0)'" }.joined(separator: ", ")
    }

    private static func choice(_ words: [String]) -> String {
        let last = words.suffix(1).map { "'\($0)'" }
        return ([describe(words.dropLast())].filter { !$0.isEmpty } + last).joined(separator: " or ")
    }

    private static func describe(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    }

    private static func describe(_ range: ClosedRange<Double>) -> String {
        func text(_ bound: Double) -> String { Value.number(bound).description }
        if range.upperBound == .infinity {
            return range.lowerBound == .leastNonzeroMagnitude
                ? "above 0" : "of at least \(text(range.lowerBound))"
        }
        return "from \(text(range.lowerBound)) to \(text(range.upperBound))"
    }

    /// Checks a word against the kind.
    fileprivate func bind(_ word: WrittenWord.Written, name: String, source: SourceText) throws -> Call.Bound
    {
        let number = word.value.number
        let whole = number.flatMap { $0.rounded() == $0 && abs($0) < 0x1p53 ? Int($0) : nil }
        let bound: BoundValue? =
            switch self {
            case .text, .path, .name:
                if case .list = word.value { nil } else { .text(word.text) }
            case .texts:
                if case .list(let values) = word.value {
                    values.isEmpty ? nil : .texts(values.map(\.description))
                } else {
                    .text(word.text)
                }
            case .integer(let range):
                whole.flatMap { range.contains($0) ? .integer($0) : nil }
            case .number(let range):
                number.flatMap { range.contains($0) ? .number($0) : nil }
            case .choice(let words):
                words.contains(word.text) ? .text(word.text) : nil
            case .choiceOrInteger(let words, let range):
                words.contains(word.text)
                    ? .text(word.text) : whole.flatMap { range.contains($0) ? .integer($0) : nil }
            case .choiceOrNumber(let words, let range):
                words.contains(word.text)
                    ? .text(word.text) : number.flatMap { range.contains($0) ? .number($0) : nil }
            }
        guard let bound else {
            var notes: [String] = []
            if case .integer = self, let number, number.rounded() == number, abs(number) >= 0x1p53 {
                notes = ["whole numbers are exact up to 9007199254740991 (2^53 - 1)"]
            }
            if case .choice(let words) = self, let near = nearestName(to: word.text, among: words) {
                notes = ["did you mean '\(near)'?"]
            }
            throw Diagnostic(
                message: "expected \(expectation) for '\(name)'; got '\(word.text)'", range: word.range,
                source: source, notes: notes)
        }
        return Call.Bound(value: bound, range: word.range)
    }
}
