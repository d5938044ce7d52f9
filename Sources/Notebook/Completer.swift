import CommandLanguage
import Foundation
import PromptTuning

/// Words that could stand at the cursor of a line; looks at names and folders, runs nothing.
public struct Completer {
    /// What could be inserted.
    public struct Answer: Sendable, Equatable {
        /// UTF-8 offsets of the line that a candidate replaces.
        public var replaced: Range<Int>
        /// Texts to insert, quoted as the language needs it.
        public var candidates: [String]
        /// What each of them is, in a line; empty where nothing is known.
        public var notes: [String]
        /// Whether a single candidate ends its word.
        public var isFinal: Bool
    }

    private let variables: [String]
    private let checkpoints: [String]
    private let runs: [String]
    /// What each run is.
    private let descriptions: [String: String]
    private let host: NotebookHost

    public init(_ notebook: Notebook) {
        (variables, checkpoints, runs) = notebook.names
        descriptions = notebook.runDescriptions
        host = notebook.host
    }

    /// - Parameter cursor: UTF-8 offset.
    public func complete(_ line: String, cursor: Int) -> Answer {
        let context = completionContext(of: line, at: cursor)
        let words = candidates(context).filter { $0.hasPrefix(context.partial) }
        let isFinal = !(words.count == 1 && words[0].hasSuffix("/"))
        return Answer(
            replaced: context.replacement.start..<context.replacement.end,
            candidates: words.map { context.insertion(of: $0, final: isFinal && !$0.hasSuffix("/")) },
            notes: words.map { note(on: $0, context) },
            isFinal: isFinal)
    }

    private func candidates(_ context: CompletionContext) -> [String] {
        switch context.target {
        case .comment: return []
        case .verb: return (commandTable.map { $0.verb } + statementWords).sorted()
        case .variable: return variables
        case .expressionName: return (variables + functionNames).sorted()
        case .optionName: return options(context).map { "--" + $0.name }
        case .optionValue(let name):
            let option = options(context).first { $0.name == name }
            guard let kind = option?.kind else { return arguments(context) }
            return values(kind, context.partial)
        case .argument: return arguments(context)
        }
    }

    /// What a candidate is.
    private func note(on word: String, _ context: CompletionContext) -> String {
        switch context.target {
        case .verb: return commandTable.first { $0.verb == word }?.summary ?? ""
        case .optionName: return options(context).first { "--" + $0.name == word }?.help ?? ""
        case .argument, .optionValue:
            let command = commandTable.first { $0.verb == context.words.first }
            if context.words.count == 1, let form = command?.forms.first(where: { $0.object == word }) {
                return form.summary
            }
            if let kind = kind(context), case .name(let names) = kind {
                switch names {
                case .method: return host.methods.method(word)?.summary ?? ""
                case .helpTopic:
                    return commandTable.first { $0.verb == word }?.summary
                        ?? host.methods.method(word)?.summary ?? ""
                case .run: return descriptions[word] ?? ""
                default: return ""
                }
            }
            return ""
        case .comment, .variable, .expressionName: return ""
        }
    }

    /// What kind of value stands at the cursor.
    private func kind(_ context: CompletionContext) -> ArgumentKind? {
        if case .optionValue(let name) = context.target,
            let kind = options(context).first(where: { $0.name == name })?.kind
        {
            return kind
        }
        return forms(context).first.flatMap { parameter(of: $0, context)?.kind }
    }

    private func forms(_ context: CompletionContext) -> [CommandForm] {
        guard let verb = context.words.first, let command = commandTable.first(where: { $0.verb == verb })
        else {
            return []
        }
        let object = context.words.dropFirst().first
        let chosen = command.forms.filter { $0.object != nil && $0.object == object }
        return chosen.isEmpty ? command.forms.filter { $0.object == nil } : chosen
    }

    /// Options of the forms, with those of the method that the words name so far.
    func options(_ context: CompletionContext) -> [OptionSpecification] {
        let option = "--" + Call.methodOption
        let words = context.words
        let named =
            words.firstIndex(of: option).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
            ?? words.first { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)) }
        let method = host.methods.method(named ?? MethodTable.defaultName)
        return forms(context).flatMap { $0.options(of: method) }
    }

    private func arguments(_ context: CompletionContext) -> [String] {
        guard let verb = context.words.first, let command = commandTable.first(where: { $0.verb == verb })
        else {
            return []
        }
        var words = context.words.count == 1 ? command.forms.compactMap(\.object) : []
        if command.takesEvery { words.append("every") }
        for form in forms(context) {
            guard let parameter = parameter(of: form, context) else { continue }
            words += values(parameter.kind, context.partial)
        }
        return words
    }

    /// The parameter of a form that stands at the cursor; nil behind the last.
    private func parameter(of form: CommandForm, _ context: CompletionContext) -> Parameter? {
        let options = options(context)
        var place = 0
        var words = context.words.dropFirst(form.object == nil ? 1 : 2)
        while let word = words.popFirst() {
            guard word.hasPrefix("--") else {
                place += 1
                continue
            }
            let option = options.first { "--" + $0.name == word }
            if option?.kind != nil { _ = words.popFirst() }
        }
        guard place >= form.parameters.count else { return form.parameters[place] }
        let last = form.parameters.last
        return last?.count == .any || last?.count == .some ? last : nil
    }

    private func values(_ kind: ArgumentKind, _ partial: String) -> [String] {
        switch kind {
        case .choice(let words), .choiceOrInteger(let words, _), .choiceOrNumber(let words, _): words
        case .path: paths(partial)
        case .name(let names): self.names(names)
        case .text, .texts, .integer, .number: []
        }
    }

    private func names(_ names: ArgumentKind.Names) -> [String] {
        switch names {
        case .checkpoint: checkpoints
        case .helpTopic: HelpCommand.topics(host.methods)
        case .method: host.methods.names
        case .quantity: PlotCommand.quantities(host.methods)
        case .run: runs
        }
    }

    /// Entries of the folder that the partial path names; folders end in a slash.
    private func paths(_ partial: String) -> [String] {
        let folder = partial.lastIndex(of: "/").map { String(partial[...$0]) } ?? ""
        let place = host.input(folder.isEmpty ? "." : folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        let hidden = partial.dropFirst(folder.count).hasPrefix(".")
        return names.filter { hidden || !$0.hasPrefix(".") }.sorted().map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: place + "/" + name)
            return folder + name + (attributes?[.type] as? FileAttributeType == .typeDirectory ? "/" : "")
        }
    }
}
