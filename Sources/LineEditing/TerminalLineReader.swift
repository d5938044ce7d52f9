internal import Glibc

/// Lines from a terminal, with editing, history, search and completion (libedit, wide API).
///
/// Create it only where `Terminal.isInteractive()` says so. SIGINT is caught from then on (see
/// `InterruptSignal`). Not to be used from two threads at once.
public final class TerminalLineReader: LineSource {
    /// The longest paste taken in, in scalars.
    package static let pasteLimit = 1 << 20

    /// The last trouble with the history file; the history goes on in memory.
    public private(set) var historyProblem: LineEditingError?

    let editor: WideEditor
    let assistance: LineAssistance
    let input: Int32
    let output: Int32
    /// The line and cursor that the last Tab left behind, if it found several candidates.
    var pendingListing: PendingListing?
    /// Columns of the prompt.
    var promptColumns = 0

    private var assembler = ScalarAssembler()
    private var historyFile: HistoryFile?
    private var lastEntry: String?
    private var isInterrupted = false

    struct PendingListing: Equatable {
        var scalars: [Unicode.Scalar]
        var cursor: Int
    }

    /// Starts editing on standard input and output.
    ///
    /// - Parameters:
    ///   - historyPath: the history file; its folder must exist. Without one the history lasts as long
    ///     as the reader.
    ///   - assistance: what is known of the language.
    /// - Throws: `LineEditingError.notInteractive`, `.noUnicodeLocale`, `.editorFailed`, `.signalFailed`.
    public convenience init(
        historyPath: String?, assistance: LineAssistance
    ) throws(LineEditingError) {
        guard Terminal.isInteractive(), let type = Terminal.environment("TERM") else {
            throw .notInteractive
        }
        guard let usable = TerminalType.usable(type, environment: { Terminal.environment($0) }) else {
            throw .editorFailed(step: "terminal \(type)")
        }
        // libedit looks at TERM itself, and complains of an unknown one.
        if usable != type { _ = unsafe setenv("TERM", usable, 1) }
        try self.init(
            input: STDIN_FILENO, output: STDOUT_FILENO, terminalType: usable, historyPath: historyPath,
            readsUserSettings: true, assistance: assistance)
    }

    /// Starts editing on any two terminal descriptors.
    package init(
        input: Int32, output: Int32, terminalType: String, historyPath: String?,
        readsUserSettings: Bool = false, assistance: LineAssistance
    ) throws(LineEditingError) {
        guard isatty(input) == 1, isatty(output) == 1 else { throw .notInteractive }
        try InterruptSignal.install()
        editor = try WideEditor(
            input: input, output: output, terminalType: terminalType, historySize: HistoryFile.limit,
            readsUserSettings: readsUserSettings)
        self.input = input
        self.output = output
        self.assistance = assistance
        editor.delegate = self
        guard let historyPath else { return }
        let file = HistoryFile(path: historyPath)
        historyFile = file
        do {
            for entry in try file.load() { recall(entry) }
        } catch {
            historyProblem = error
        }
    }

    /// Reads a line; after an interrupt and at the end of the input the cursor is on a new row.
    ///
    /// An interrupt from before the prompt is dropped. The line is not yet in the history: `remember`
    /// takes whole statements.
    public func next(prompt: String) throws -> Input {
        _ = InterruptSignal.take()
        isInterrupted = false
        pendingListing = nil
        // What the program printed before must stand before the prompt.
        _ = fflush(nil)
        let encoded = PromptText.encoded(prompt)
        promptColumns = PromptText.columns(encoded)
        let read = try TerminalGuard.whileEditing(input) {
            editor.bracketPastes(true)
            defer { editor.bracketPastes(false) }
            return editor.readLine(prompt: encoded)
        }
        // Within a search or a key sequence libedit takes a failed read for the end of the input.
        if isInterrupted {
            editor.show("^C\n")
            return .interrupted
        }
        switch read {
        case .line(let line): return .line(line)
        case .endOfInput:
            editor.show("\n")
            return .endOfInput
        case .failed(let code):
            // A terminal that hung up answers EIO.
            if code == 0 || code == EIO { return .endOfInput }
            throw LineEditingError.readFailed(line: 0, code: code)
        }
    }

    /// Adds a finished statement to the history and to its file.
    ///
    /// Blank entries, entries that begin with a space and the last entry again are not kept.
    public func remember(_ entry: String) {
        guard HistoryFile.accepts(entry, after: lastEntry) else { return }
        recall(entry)
        do {
            try historyFile?.append(entry)
        } catch {
            historyProblem = error
        }
    }

    private func recall(_ entry: String) {
        lastEntry = entry
        editor.enterHistory(entry)
    }
}

extension TerminalLineReader: WideEditorDelegate {
    func readScalar() -> ScalarRead {
        paint()
        while true {
            switch SignalWake.wait(for: input) {
            case .interrupted:
                isInterrupted = true
                return .failed(code: EINTR)
            case .resized:
                editor.resize()
                paint()
                continue
            case .resumed:
                editor.bracketPastes(true)
                editor.resume()
                paint()
                continue
            case .failed(let code):
                return .failed(code: code)
            case .readable:
                break
            }
            var byte: UInt8 = 0
            // One byte at a time: what is typed ahead stays with the terminal for whoever reads next.
            let count = unsafe read(input, &byte, 1)
            if count == 0 { return .endOfInput }
            if count < 0 {
                let code = errno
                if code == EINTR || code == EAGAIN { continue }
                return .failed(code: code)
            }
            if let scalar = assembler.push(byte) { return .scalar(scalar) }
        }
    }

    /// Takes in everything up to `ESC [ 201 ~` as text; line ends become "\n".
    func paste() -> EditOutcome {
        let end: [Unicode.Scalar] = ["\u{1B}", "[", "2", "0", "1", "~"]
        var text: [Unicode.Scalar] = []
        var isTooLong = false
        while !text.ends(with: end) {
            // A failed read shows itself again in the read after this one.
            guard case .scalar(let scalar) = readScalar() else { return .refused }
            text.append(scalar)
            if text.count > Self.pasteLimit {
                isTooLong = true
                text.removeFirst(text.count - end.count)
            }
        }
        guard !isTooLong else { return .refused }
        text.removeLast(end.count)
        var clean = ""
        var previous: Unicode.Scalar?
        for scalar in text where scalar != "\0" {
            if scalar == "\r" {
                clean += "\n"
            } else if scalar != "\n" || previous != "\r" {
                clean.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        let cursor = editor.currentLine.cursor
        return editor.replace(cursor..<cursor, with: clean) ? .changed : .refused
    }
}

extension Array where Element == Unicode.Scalar {
    /// Whether the array closes with `tail`.
    fileprivate func ends(with tail: [Unicode.Scalar]) -> Bool {
        count >= tail.count && suffix(tail.count).elementsEqual(tail)
    }
}
