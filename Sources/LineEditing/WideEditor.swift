internal import CLibedit
internal import Glibc

/// What the editor asks of its owner while a line is being edited.
protocol WideEditorDelegate: AnyObject {
    /// Waits for and reads one scalar.
    func readScalar() -> ScalarRead
    /// Completes the word at the cursor.
    func complete() -> EditOutcome
    /// Takes in the text of a bracketed paste.
    func paste() -> EditOutcome
    /// Answers a key whose meaning depends on the text.
    func press(_ key: TextKey) -> EditOutcome
}

/// Keys whose meaning depends on the text.
enum TextKey: Int32 {
    /// Runs what is whole, else begins a line.
    case enter
    /// Begins a line.
    case newLine
    /// A line up or down in the text, beyond its ends through the history.
    case up, down
    /// The ends of the line that the cursor is in.
    case lineStart, lineEnd
    /// `}`.
    case close
}

/// The result of reading one scalar.
enum ScalarRead {
    case scalar(Unicode.Scalar)
    case endOfInput
    case failed(code: Int32)
}

/// What the screen needs after an editing function.
enum EditOutcome {
    case unchanged, changed, refused
}

/// How a read ended.
enum LineRead {
    case line(String)
    case endOfInput
    case failed(code: Int32)
}

/// libedit's editor with its history; the only file that sees the C library.
///
/// Not to be used from two threads at once.
@safe final class WideEditor {
    weak var delegate: (any WideEditorDelegate)?

    /// Whether a bracketed paste is understood; not with vi keys, where ESC must not begin a sequence.
    private(set) var takesPastes = false

    private let editor: OpaquePointer
    private let history: OpaquePointer
    private let hooks: UnsafeMutablePointer<zl_hooks>
    private let input: UnsafeMutablePointer<FILE>
    private let output: UnsafeMutablePointer<FILE>
    private var prompt: UnsafeMutablePointer<UInt32>?

    /// Starts the editor on two terminal descriptors, which stay the caller's.
    init(
        input inputDescriptor: Int32, output outputDescriptor: Int32, terminalType: String,
        historySize: Int, readsUserSettings: Bool
    ) throws(LineEditingError) {
        // Before el_init: it decides there which keys are letters.
        guard zl_use_utf8() == 0 else { throw .noUnicodeLocale }
        let input = unsafe try Self.stream(inputDescriptor, mode: "r")
        let output: UnsafeMutablePointer<FILE>
        do {
            unsafe output = unsafe try Self.stream(outputDescriptor, mode: "w")
        } catch {
            _ = unsafe fclose(input)
            throw error
        }
        // The streams live until deinit, longer than the editor.
        let made = unsafe el_init_fd(
            "ziplab", input, output, output, inputDescriptor, outputDescriptor, outputDescriptor)
        let kept = unsafe zl_history_open(Int32(clamping: historySize))
        guard let editor = unsafe made, let history = unsafe kept else {
            if let made = unsafe made { unsafe el_end(made) }
            if let kept = unsafe kept { unsafe history_wend(kept) }
            _ = unsafe fclose(input)
            _ = unsafe fclose(output)
            throw .editorFailed(step: unsafe made == nil ? "el_init" : "history_winit")
        }
        unsafe self.editor = unsafe editor
        unsafe self.history = unsafe history
        unsafe self.input = unsafe input
        unsafe self.output = unsafe output
        unsafe self.hooks = .allocate(capacity: 1)
        unsafe hooks.initialize(to: zl_hooks())
        try connect(terminalType: terminalType, readsUserSettings: readsUserSettings)
    }

    deinit {
        // The editor first: it puts the terminal back through its streams.
        unsafe el_end(editor)
        unsafe history_wend(history)
        unsafe fclose(output)
        unsafe fclose(input)
        unsafe hooks.deallocate()
        unsafe prompt?.deallocate()
    }

    private static func stream(
        _ descriptor: Int32, mode: String
    ) throws(LineEditingError) -> UnsafeMutablePointer<FILE> {
        let copy = dup(descriptor)
        guard copy >= 0 else { throw .editorFailed(step: "dup") }
        guard let stream = unsafe fdopen(copy, mode) else {
            _ = close(copy)
            throw .editorFailed(step: "fdopen")
        }
        return unsafe stream
    }

    private func connect(terminalType: String, readsUserSettings: Bool) throws(LineEditingError) {
        // The editor is this object's own, so the unretained owner is alive in every hook.
        unsafe hooks.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
        unsafe hooks.pointee.read_scalar = { owner, scalar in
            guard let owner = unsafe owner, let scalar = unsafe scalar else { return -1 }
            return unsafe WideEditor.from(owner).readScalar(into: scalar)
        }
        unsafe hooks.pointee.complete = { owner in
            guard let owner = unsafe owner else { return CC_ERROR }
            return unsafe WideEditor.code(WideEditor.from(owner).delegate?.complete())
        }
        unsafe hooks.pointee.paste = { owner in
            guard let owner = unsafe owner else { return CC_ERROR }
            return unsafe WideEditor.code(WideEditor.from(owner).delegate?.paste())
        }
        unsafe hooks.pointee.key = { owner, key in
            guard let owner = unsafe owner else { return CC_ERROR }
            let delegate = unsafe WideEditor.from(owner).delegate
            return WideEditor.code(TextKey(rawValue: key).flatMap { delegate?.press($0) })
        }
        guard unsafe zl_connect(editor, hooks, history) == 0 else { throw .editorFailed(step: "el_wset") }
        guard unsafe zl_terminal(editor, terminalType) == 0 else { throw .editorFailed(step: "terminal") }
        guard unsafe zl_emacs_mode(editor) == 0 else { throw .editorFailed(step: "emacs") }
        for (keys, function) in Self.bindings { try bind(keys, to: function) }
        // A missing or partly wrong file of settings is the user's affair.
        if readsUserSettings { _ = unsafe el_source(editor, nil) }
        // Behind the user's settings: a change to vi keys forgets all bindings.
        try bind("^I", to: "ziplab-complete")
        for key in ["^M", "^J"] { try bind(key, to: "ziplab-enter") }
        for (key, function) in Pushed.allCases.map({ ($0, $0.function) }) {
            try bind(key.rawValue, to: function)
        }
        takesPastes = unsafe zl_is_emacs_mode(editor) != 0
        if takesPastes { try bind("\\e[200~", to: "ziplab-paste") }
    }

    private func bind(_ keys: String, to function: String) throws(LineEditingError) {
        // libedit copies both.
        guard unsafe zl_bind(editor, Self.scalars(keys), Self.scalars(function)) == 0 else {
            throw .editorFailed(step: "bind \(keys) \(function)")
        }
    }

    private static func from(_ owner: UnsafeMutableRawPointer) -> WideEditor {
        unsafe Unmanaged<WideEditor>.fromOpaque(owner).takeUnretainedValue()
    }

    private static func code(_ outcome: EditOutcome?) -> Int32 {
        switch outcome {
        case .changed: CC_REFRESH
        case .unchanged: CC_NORM
        case .refused, nil: CC_ERROR
        }
    }

    /// The text ended by 0, without zeros of its own.
    private static func scalars(_ text: String) -> [UInt32] {
        text.unicodeScalars.map(\.value).filter { $0 != 0 } + [0]
    }

    private func readScalar(into scalar: UnsafeMutablePointer<UInt32>) -> Int32 {
        switch delegate?.readScalar() {
        case .scalar(let value):
            unsafe scalar.pointee = value.value
            return 1
        case .endOfInput, nil:
            return 0
        case .failed(let code):
            errno = code
            return -1
        }
    }
}

extension WideEditor {
    /// Functions of libedit's own, on control characters that no keyboard has a key for.
    enum Pushed: String, CaseIterable {
        case accept = "\u{1C}"
        case back = "\u{1D}"
        case forth = "\u{1E}"

        fileprivate var function: String {
            switch self {
            case .accept: "ed-newline"
            case .back: "ed-prev-history"
            case .forth: "ed-next-history"
            }
        }
    }

    /// Lets libedit do something next.
    func push(_ function: Pushed) { unsafe zl_push(editor, Self.scalars(function.rawValue)) }

    /// Puts the cursor at an offset of the line.
    func moveCursor(to offset: Int) {
        _ = unsafe el_cursor(editor, Int32(offset - currentLine.cursor))
    }

    /// Keys that libedit leaves unbound or binds otherwise than shells do.
    private static let bindings = [
        ("^R", "em-inc-search-prev"),
        ("^W", "ed-delete-prev-word"), ("^A", "ziplab-start"), ("^E", "ziplab-end"), ("}", "ziplab-close"),
        ("^U", "vi-kill-line-prev"),
        ("\\e[1;5C", "em-next-word"),
        ("\\e[1;5D", "ed-prev-word"),
        ("\\e[5C", "em-next-word"),
        ("\\e[5D", "ed-prev-word"),
        ("\\e[1;3C", "em-next-word"),
        ("\\e[1;3D", "ed-prev-word"),
        ("\\e[H", "ziplab-start"),
        ("\\eOH", "ziplab-start"),
        ("\\e[1~", "ziplab-start"),
        ("\\e[F", "ziplab-end"),
        ("\\eOF", "ziplab-end"),
        ("\\e[4~", "ziplab-end"),
        ("\\e[3~", "ed-delete-next-char"),
        ("\\e^M", "ziplab-new-line"), ("\\e^J", "ziplab-new-line"),
        ("\\e[A", "ziplab-up"), ("\\eOA", "ziplab-up"), ("\\e[B", "ziplab-down"), ("\\eOB", "ziplab-down"),
    ]

    /// Adds an entry to the history that the arrow keys and ^R walk through.
    func enterHistory(_ entry: String) {
        // The entry is copied; without memory for it, it is merely not recalled.
        _ = unsafe zl_history_enter(history, Self.scalars(entry))
    }

    /// Reads one line; `prompt` comes from `PromptText.encoded`.
    func readLine(prompt encoded: [UInt32]) -> LineRead {
        let copy = UnsafeMutablePointer<UInt32>.allocate(capacity: encoded.count)
        unsafe copy.initialize(from: encoded, count: encoded.count)
        unsafe prompt?.deallocate()
        unsafe prompt = unsafe copy
        // The prompt stays until the next read replaces it.
        unsafe hooks.pointee.prompt = unsafe UnsafePointer(copy)
        // libedit shows the prompt first; keys typed before it sets the terminal would be echoed twice.
        _ = unsafe zl_prepare_terminal(editor, 1)
        var count: Int32 = 0
        errno = 0
        guard let text = unsafe zl_read_line(editor, &count) else {
            return count == 0 ? .endOfInput : .failed(code: errno)
        }
        // The text is libedit's until the next call; it is copied here.
        var line = unsafe Self.string(text, count: Int(count))
        if line.unicodeScalars.last == "\n" { line.unicodeScalars.removeLast() }
        return .line(line)
    }

    /// The line being edited as scalars, and the cursor's offset in them.
    var currentLine: (scalars: [Unicode.Scalar], cursor: Int) {
        let line = unsafe zl_current_line(editor)
        guard let start = unsafe line.start else { return ([], 0) }
        // The text is libedit's until the line changes; it is copied here.
        let text = unsafe UnsafeBufferPointer(start: start, count: line.count)
        return unsafe (text.map { Unicode.Scalar($0) ?? "\u{FFFD}" }, line.cursor)
    }

    /// Replaces a range of scalars of the line and leaves the cursor behind the new text.
    func replace(_ range: Range<Int>, with text: String) -> Bool {
        let (scalars, cursor) = currentLine
        precondition(
            range.lowerBound >= 0 && range.upperBound <= scalars.count,
            "expected a range within \(scalars.count) scalars; got \(range)")
        _ = unsafe el_cursor(editor, Int32(range.upperBound - cursor))
        unsafe el_deletestr(editor, Int32(range.count))
        let inserted = Self.scalars(text)
        return unsafe inserted.count == 1 || zl_insert(editor, inserted) == 0
    }

    /// Draws prompt and line anew, starting on the row where the cursor is.
    func redraw() {
        show("\r\u{1B}[J")
        _ = unsafe zl_redraw(editor)
    }

    /// Takes over the terminal again after the program was stopped.
    func resume() {
        // libedit still believes that the terminal is set for editing, so it is told to leave first.
        _ = unsafe zl_prepare_terminal(editor, 0)
        _ = unsafe zl_prepare_terminal(editor, 1)
        redraw()
    }

    /// Tells the editor the terminal's new size.
    func resize() {
        unsafe el_resize(editor)
        redraw()
    }

    /// Asks the terminal to bracket pastes, or not to.
    func bracketPastes(_ isOn: Bool) {
        if takesPastes { show(isOn ? "\u{1B}[?2004h" : "\u{1B}[?2004l") }
    }

    /// Writes text to the terminal past the editor.
    func show(_ text: String) {
        // A terminal that cannot be written shows itself at the next read.
        _ = unsafe fputs(text, output)
        _ = unsafe fflush(output)
    }

    /// Columns of a text on the screen.
    static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + max(0, Int(zl_columns($1.value))) }
    }

    private static func string(_ start: UnsafePointer<UInt32>, count: Int) -> String {
        var text = ""
        // libedit keeps the buffer for the length of the callback; it is copied at once.
        let scalars = unsafe Array(UnsafeBufferPointer(start: start, count: count))
        for scalar in scalars {
            text.unicodeScalars.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
        }
        return text
    }
}
