/// What stands at the cursor of a line that is being typed.
public struct CompletionContext: Sendable, Equatable {
    /// The words of the statement before the cursor's word, without quotes; `$name` as written.
    public let words: [String]
    /// The text of the cursor's word up to the cursor: without quotes, `$`, or an option's `--name=`.
    /// The name of an option keeps its dashes.
    public let partial: String
    public let target: Target
    /// The quote that is open at the cursor.
    public let quoting: Quoting
    /// UTF-8 offsets of what an insertion replaces: the cursor's word up to the cursor, with its quote.
    public let replacement: SourceRange

    public enum Target: Sendable, Equatable {
        /// The first word of a statement.
        case verb
        /// An object or another positional word.
        case argument
        case optionName
        /// The value in `--name=value`, or a word after `--name`; if that option takes no value,
        /// the word is an argument.
        case optionValue(of: String)
        /// A name after `$`.
        case variable
        /// A variable or function inside `$( … )`.
        case expressionName
        /// A comment, where nothing is completed.
        case comment
    }

    public enum Quoting: Sendable, Equatable {
        case bare, single, double
    }

    /// Returns the text that replaces `replacement` so that the word becomes `candidate`.
    ///
    /// The word keeps the quote that it was begun with and gets one if it needs it. A word that is
    /// not `final`, such as a folder whose files come next, is left open.
    public func insertion(of candidate: String, final: Bool) -> String {
        switch target {
        case .variable, .expressionName, .optionName, .comment: return candidate
        case .verb, .argument, .optionValue: break
        }
        let word =
            switch quoting {
            case .bare: quotedWord(candidate)
            case .single: singleQuoted(candidate) ?? doubleQuoted(candidate)
            case .double: doubleQuoted(candidate)
            }
        let isQuoted = word.hasPrefix("'") || word.hasPrefix("\"")
        return isQuoted && !final ? String(word.dropLast()) : word
    }
}

/// Returns what stands at `offset`, counted in UTF-8 bytes, of `line`.
///
/// The line may be wrong or incomplete and may have several statements or continued lines.
public func completionContext(of line: String, at offset: Int) -> CompletionContext {
    var scanner = CompletionScanner(Array(line.utf8.prefix(max(0, offset))))
    return scanner.scan()
}
