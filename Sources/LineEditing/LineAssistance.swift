/// What a line editor knows of the language that is typed; none of it may change anything.
public struct LineAssistance {
    /// Answers Tab from the line and the cursor's Character offset.
    public var completion: (_ line: String, _ cursor: Int) -> Completion
    /// What Enter begins the next line with where the text is no whole statement, such as blanks; nil where it is.
    public var continuation: (_ text: String) -> String?
    /// Colours of the text's parts; nil where nothing is coloured.
    public var colours: ((_ text: String) -> [LineColour])?

    public init(
        completion: @escaping (_ line: String, _ cursor: Int) -> Completion = { _, cursor in
            Completion(replaced: cursor..<cursor, candidates: [])
        },
        continuation: @escaping (_ text: String) -> String? = { _ in nil },
        colours: ((_ text: String) -> [LineColour])? = nil
    ) {
        self.completion = completion
        self.continuation = continuation
        self.colours = colours
    }
}

/// A part of a line and how it is shown.
public struct LineColour: Equatable, Sendable {
    /// UTF-8 offsets of the text, in order and apart from those of other parts.
    public var range: Range<Int>
    /// Parameters of SGR, such as "1;34".
    public var code: String

    public init(_ range: Range<Int>, _ code: String) {
        self.range = range
        self.code = code
    }
}
