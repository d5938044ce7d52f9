import CommandLanguage
import Files
import Foundation
import PromptTuning

/// What an argument may be.
enum ArgumentKind: Sendable {
    case text
    /// A file or folder; completed from the disk.
    case path
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case choice([String])
    /// One of a few words, or a whole number in a range.
    case choiceOrInteger([String], ClosedRange<Int>)
    /// One of a few words, or a number in a range.
    case choiceOrNumber([String], ClosedRange<Double>)
    /// One text, or a list of them.
    case texts
    /// A name of something; known ones are completed.
    case name(Names)

    /// Things that have names.
    enum Names: Sendable {
        case checkpoint, helpTopic, method, quantity, run
    }
}

extension ArgumentKind {
    /// The numbers that it allows, where they are a range that a person would want to know: "1 to 50".
    var range: String? {
        switch self {
        case .integer(let range), .choiceOrInteger(_, let range):
            let isOpen = range.upperBound >= 1_000_000
            if isOpen { return range.lowerBound > 1 ? "at least \(range.lowerBound)" : nil }
            return "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range), .choiceOrNumber(_, let range):
            // From the smallest number above 0, or from 0, on is what one expects.
            guard range.upperBound.isFinite, range.upperBound < 1e6 else { return nil }
            let lower =
                range.lowerBound == .leastNonzeroMagnitude ? "above 0" : "\(Value.number(range.lowerBound))"
            return "\(lower) to \(Value.number(range.upperBound))"
        case .text, .path, .choice, .texts, .name: return nil
        }
    }
}

/// A positional argument of a form.
struct Parameter: Sendable {
    enum Count: Sendable {
        case one
        case optional
        case any
        case some
    }
    var name: String
    var kind: ArgumentKind
    var count = Count.one
}

/// An option of a form.
struct OptionSpecification: Sendable {
    var name: String
    /// Nil for a flag.
    var kind: ArgumentKind?
    /// Shown in help behind the name.
    var valueName = ""
    var help: String
}

extension OptionSpecification {
    /// Of every statement that writes a file.
    static let force = OptionSpecification(
        name: "force", help: "write over a file that is there, whatever it is")

    /// A method's setting as an option.
    init(_ key: SettingKey) {
        let kind: ArgumentKind? =
            switch key.kind {
            case .integer(let range): .integer(range)
            case .number(let range): .number(range)
            case .choice(let words): .choice(words)
            case .choiceOrInteger(let words, let range): .choiceOrInteger(words, range)
            case .choiceOrNumber(let words, let range): .choiceOrNumber(words, range)
            case .text: .text
            case .texts: .texts
            case .path: .path
            case .on: nil
            }
        self.init(name: key.option, kind: kind, valueName: key.placeholder, help: key.help)
    }
}

/// One way to write a command: its object word, arguments and options.
struct CommandForm: Sendable {
    /// "load" in `model load`; nil where there is none.
    var object: String?
    var parameters: [Parameter] = []
    var options: [OptionSpecification] = []
    /// Which settings of the method that `--method` names are options, too; nil for none.
    var methodSettings: (@Sendable (SettingKey) -> Bool)?
    var summary: String

    /// The options with those of a method.
    func options(of method: (any TuningMethod.Type)?) -> [OptionSpecification] {
        guard let methodSettings, let method else { return options }
        let keys = CommonSettings.keys + method.settings
        return options + keys.filter(methodSettings).map { OptionSpecification($0) }
    }

    /// The usage line; options one by one, or as a word where they are many.
    func usage(verb: String, listingOptions: Bool = true) -> String {
        var words = [verb]
        if let object { words.append(object) }
        words += parameters.map { parameter in
            let name = parameter.name.uppercased()
            return switch parameter.count {
            case .one: name
            case .optional: "[\(name)]"
            case .any: "[\(name)…]"
            case .some: "\(name)…"
            }
        }
        if listingOptions {
            words += options.map { $0.kind == nil ? "[--\($0.name)]" : "[--\($0.name) \($0.valueName)]" }
        } else {
            words.append("[--OPTION VALUE…]")
        }
        return words.joined(separator: " ")
    }
}

/// A value as written and checked.
enum BoundValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case number(Double)
    case texts([String])
}

/// Why a statement failed that keeps what it did before: steps that were paid for.
struct KeptFailure: Error {
    var diagnostic: Diagnostic
}

/// A command whose words have been matched to a form: every value is present, checked and has its place in the source.
struct Call {
    struct Bound {
        var value: BoundValue
        var range: SourceRange
    }

    let verb: String
    let form: CommandForm
    let source: SourceText
    /// The whole statement.
    let range: SourceRange
    let values: [String: [Bound]]

    func texts(_ name: String) -> [String] {
        (values[name] ?? []).map { bound in
            switch bound.value {
            case .text(let text): text
            case .integer(let value): "\(value)"
            case .number(let value): "\(value)"
            case .texts(let texts): texts.joined(separator: " ")
            }
        }
    }

    func text(_ name: String) -> String? { texts(name).first }

    func integer(_ name: String) -> Int? {
        if case .integer(let value)? = values[name]?.first?.value { return value }
        return nil
    }

    func number(_ name: String) -> Double? {
        switch values[name]?.first?.value {
        case .number(let value)?: value
        case .integer(let value)?: Double(value)
        default: nil
        }
    }

    /// The elements of a list, or one text; empty where nothing was given.
    func items(_ name: String) -> [String] {
        (values[name] ?? []).flatMap { bound in
            if case .texts(let texts) = bound.value { texts } else { self.texts(name) }
        }
    }

    func flag(_ name: String) -> Bool { values[name] != nil }

    /// Whether a file of any kind is written over.
    var isForced: Bool { flag(OptionSpecification.force.name) }

    /// A diagnostic at an argument, or at the whole statement where it was not given.
    func failure(_ name: String?, _ message: String, at index: Int = 0, notes: [String] = []) -> Diagnostic {
        let bounds = name.flatMap { values[$0] } ?? []
        let place = index < bounds.count ? bounds[index].range : range
        return Diagnostic(message: message, range: place, source: source, notes: notes)
    }

    /// Runs `body`; what it throws points at the argument.
    func locating<Result>(_ name: String, at index: Int = 0, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as Diagnostic {
            throw error
        } catch let error as Interruption {
            throw error
        } catch {
            throw failure(name, "\(error)", at: index, notes: Self.notes(on: error))
        }
    }

    /// What may have been meant where a path leads nowhere.
    ///
    /// - Parameter folder: where relative paths begin.
    static func notes(on error: any Error, in folder: String = ".") -> [String] {
        guard let error = error as? FileError else { return [] }
        if error.cause == .foreign { return ["give it another name, or '--force' writes over it"] }
        guard error.isMissing, error.action == .read else { return [] }
        let parent = (error.path as NSString).deletingLastPathComponent
        let place = parent.hasPrefix("/") ? parent : folder + "/" + parent
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        let name = (error.path as NSString).lastPathComponent
        return nearestName(to: name, among: entries.sorted()).map { near in
            ["did you mean '\((parent as NSString).appendingPathComponent(near))'?"]
        } ?? []
    }
}
