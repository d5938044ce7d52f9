import CommandLanguage
import LineEditing
import Notebook

/// The language for the line editor: completion, what goes on in the next line, colours.
enum TypedLanguage {
    static func complete(_ line: String, _ cursor: Int, _ completer: Completer) -> Completion {
        let answer = completer.complete(line, cursor: line.prefix(cursor).utf8.count)
        func characters(_ offset: Int) -> Int {
            String(decoding: line.utf8.prefix(offset), as: UTF8.self).count
        }
        // A folder is gone on with inside its quotes.
        let quote = answer.candidates.first?.first.flatMap { $0 == "'" || $0 == "\"" ? String($0) : nil }
        return Completion(
            replaced: characters(answer.replaced.lowerBound)..<characters(answer.replaced.upperBound),
            candidates: answer.candidates, notes: answer.notes, suffix: answer.isFinal ? " " : "",
            closing: answer.isFinal ? "" : quote ?? "")
    }

    /// Blanks for the next line where the statement is not whole: two more behind what opens.
    static func continuation(_ text: String) -> String? {
        let text = statements(ofCopied: text) ?? text
        guard case .incomplete = completeness(of: SourceText(name: "input", text: text)) else { return nil }
        let last = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
        let blanks = String(last.prefix { $0 == " " })
        let opens = ["{", "[", "(", "\\"].contains { last.hasSuffix($0) }
        return blanks + (opens ? "  " : "")
    }

    /// Names of all verbs.
    private static let verbs = Set(Notebook.verbs)

    static func colours(_ text: String) -> [LineColour] {
        syntaxSpans(of: text).map { span in
            let range = span.range.start..<span.range.end
            let code =
                switch span.kind {
                case .verb: isKnown(text, range) ? "1" : "31"
                case .keyword: "35"
                case .option: "36"
                case .string: "32"
                case .interpolation: "33"
                case .comment: "2"
                }
            return LineColour(range, code)
        }
    }

    /// Whether a word is a verb, or may become one where it is being typed.
    private static func isKnown(_ text: String, _ range: Range<Int>) -> Bool {
        let word = String(decoding: Array(text.utf8)[range], as: UTF8.self)
        return verbs.contains(word)
            || range.upperBound == text.utf8.count && verbs.contains { $0.hasPrefix(word) }
    }
}
