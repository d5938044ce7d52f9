public import CommandLanguage
import Foundation
public import Notebook

/// A notebook behind Jupyter's messaging protocol: requests of the shell channel, one after another.
public final class Kernel {
    public let notebook: Notebook
    private let channels: KernelChannels
    private let view: KernelView
    /// What was executed before this kernel began, and since, oldest first.
    private var history: [String]
    private let remember: (String) -> Void
    /// Where this kernel's part of the history begins.
    private let firstOfSession: Int
    /// Cells of Jupyter that were executed.
    private var count = 0
    /// Requests that came while others were dropped.
    private var waiting: [WireMessage] = []

    /// Milliseconds in which requests behind one that failed count as sent before it failed.
    private static let abortWindow = 50

    /// Listens at the addresses of a connection.
    ///
    /// - Parameters:
    ///   - host: what the notebook needs; interrupts from Jupyter are added to its own, progress goes to Jupyter.
    ///   - history: inputs of earlier sessions, oldest first.
    ///   - remember: keeps an input for later sessions.
    /// - Throws: `KernelError.socket`.
    public init(
        _ connection: ConnectionFile, host: NotebookHost, settings: [String: Value] = [:],
        history: [String] = [], remember: @escaping (String) -> Void = { _ in }
    ) throws {
        let channels = try KernelChannels(connection)
        let view = KernelView(channels)
        var host = host
        let takeInterrupt = host.takeInterrupt
        // Both are asked: an interrupt that came twice is one.
        host.takeInterrupt = {
            let fromJupyter = channels.takeInterrupt()
            return takeInterrupt() || fromJupyter
        }
        host.show = { view.show($0) }
        // What cannot be told is missed by nobody; what else cannot be sent is thrown there.
        host.notify = { try? view.publish("stream", ["name": "stderr", "text": $0 + "\n"]) }
        notebook = Notebook(host: host, settings: settings)
        notebook.add(view)
        self.channels = channels
        self.view = view
        self.history = history
        self.remember = remember
        firstOfSession = history.count
    }

    /// Answers requests until Jupyter ends the kernel or a statement does.
    ///
    /// - Throws: what ends it before: a transcript or a socket that cannot be written any more.
    public func run() throws {
        channels.start()
        try channels.publish("status", ["execution_state": "starting"], parent: [])
        while !notebook.hasQuit {
            let request: WireMessage
            if !waiting.isEmpty {
                request = waiting.removeFirst()
            } else if let next = try channels.nextRequest() {
                request = next
            } else {
                break
            }
            try channels.publish("status", ["execution_state": "busy"], parent: request.header)
            try answer(request)
            try channels.publish("status", ["execution_state": "idle"], parent: request.header)
        }
        try channels.finish()
    }

    private func answer(_ request: WireMessage) throws {
        let content = request.content
        switch request.type {
        case "kernel_info_request": try channels.reply("kernel_info_reply", kernelInformation, to: request)
        case "execute_request": try execute(request)
        case "complete_request": try channels.reply("complete_reply", completion(content), to: request)
        case "inspect_request": try channels.reply("inspect_reply", inspection(content), to: request)
        case "is_complete_request":
            try channels.reply("is_complete_reply", completeness(content), to: request)
        case "history_request": try channels.reply("history_reply", pastInputs(content), to: request)
        case "comm_info_request":
            try channels.reply(
                "comm_info_reply", ["status": "ok", "comms": [String: String]()], to: request)
        case "comm_open":
            // No target of the other side's is known here.
            try channels.publish(
                "comm_close", ["comm_id": content["comm_id"] as? String ?? "", "data": [String: String]()],
                parent: request.header)
        case "comm_msg", "comm_close": break
        case let type where type.hasSuffix("_request"):
            try channels.reply(
                type.dropLast("_request".count) + "_reply",
                failure("unsupported", "this kernel does not answer '\(type)'", []), to: request)
        default:
            KernelChannels.complain("a message of a type that is not known: '\(request.type.prefix(40))'")
        }
    }

    // MARK: - Execution

    private func execute(_ request: WireMessage) throws {
        let content = request.content
        let given = content["code"] as? String ?? ""
        let code = statements(ofCopied: given) ?? given
        let isSilent = content["silent"] as? Bool ?? false
        let isKept = !isSilent && content["store_history"] as? Bool ?? true
        view.begin(request, isSilent: isSilent)
        // An interrupt that came between two cells is for none.
        _ = notebook.host.takeInterrupt()
        if isKept, !code.allSatisfy(\.isWhitespace) {
            count += 1
            history.append(code)
            remember(code)
        }
        try view.publish("execute_input", ["code": given, "execution_count": count])
        // As a whole: what does not parse in the last line is found before the first one runs.
        let last = try notebook.evaluate(code, name: "input").last
        var reply: [String: Any]
        var isFailure = true
        switch last?.status {
        case .failed(let error)?:
            let lines = error.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            reply = failure("error", error.message, lines)
        case .interrupted?:
            reply = failure("interrupted", "what was done is kept", ["interrupted; what was done is kept"])
        case .ok?, nil:
            isFailure = false
            let expressions = content["user_expressions"] as? [String: Any] ?? [:]
            reply = ["status": "ok", "user_expressions": expressions.mapValues(value)]
        }
        if isFailure {
            try view.publish("error", reply.filter { $0.key != "status" })
        } else {
            reply["payload"] =
                notebook.hasQuit ? [["source": "ask_exit", "keepkernel": false] as [String: Any]] : []
        }
        reply["execution_count"] = count
        let dropped = isFailure && content["stop_on_error"] as? Bool ?? true ? try requestsAlreadySent() : []
        try channels.reply("execute_reply", reply, to: request)
        try drop(dropped)
    }

    /// What was sent before the answer to the present request.
    private func requestsAlreadySent() throws -> [WireMessage] {
        var found = waiting
        waiting = []
        while let next = try channels.nextRequest(milliseconds: Self.abortWindow) { found.append(next) }
        return found
    }

    /// Answers that statements are not run, for one before them failed; other requests stay.
    private func drop(_ requests: [WireMessage]) throws {
        for request in requests {
            guard request.type == "execute_request" else {
                waiting.append(request)
                continue
            }
            try channels.publish("status", ["execution_state": "busy"], parent: request.header)
            var reply = failure("aborted", "a statement before it failed", [])
            reply["status"] = "aborted"
            reply["execution_count"] = count
            try channels.reply("execute_reply", reply, to: request)
            try channels.publish("status", ["execution_state": "idle"], parent: request.header)
        }
    }

    private func failure(_ name: String, _ text: String, _ lines: [String]) -> [String: Any] {
        ["status": "error", "ename": name, "evalue": text, "traceback": lines]
    }

    /// The value of an expression, as a display.
    private func value(_ expression: Any) -> [String: Any] {
        do {
            let value = try notebook.value(of: expression as? String ?? "")
            return ["status": "ok", "data": ["text/plain": value], "metadata": [String: String]()]
        } catch {
            return failure("error", error.message, [])
        }
    }

    // MARK: - Questions

    private func completion(_ content: [String: Any]) -> [String: Any] {
        let (code, cursor) = Self.place(content)
        let answer = Completer(notebook).complete(code, cursor: cursor)
        func scalars(_ offset: Int) -> Int {
            String(decoding: code.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count
        }
        return [
            "status": "ok", "matches": answer.candidates, "metadata": [String: String](),
            "cursor_start": scalars(answer.replaced.lowerBound),
            "cursor_end": scalars(answer.replaced.upperBound),
        ]
    }

    private func inspection(_ content: [String: Any]) -> [String: Any] {
        let (code, cursor) = Self.place(content)
        let text = notebook.explanation(of: code, cursor: cursor)
        return [
            "status": "ok", "found": text != nil, "metadata": [String: String](),
            "data": text.map { ["text/plain": $0] } ?? [:],
        ]
    }

    /// The text of a request and the cursor in it as a UTF-8 offset; Jupyter counts Unicode scalars.
    private static func place(_ content: [String: Any]) -> (code: String, cursor: Int) {
        let code = content["code"] as? String ?? ""
        guard let position = content["cursor_pos"] as? Int else { return (code, code.utf8.count) }
        return (code, String(code.unicodeScalars.prefix(max(0, position))).utf8.count)
    }

    private func completeness(_ content: [String: Any]) -> [String: Any] {
        let code = content["code"] as? String ?? ""
        switch CommandLanguage.completeness(of: SourceText(name: "input", text: code)) {
        case .complete: return ["status": "complete"]
        case .invalid: return ["status": "invalid"]
        case .incomplete(let closer):
            // Within a block one more step to the right.
            let last = code.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
            let opens = closer == .brace && last.reversed().first { !$0.isWhitespace } == "{"
            let indent = last.prefix { $0 == " " } + (opens ? "  " : "")
            return ["status": "incomplete", "indent": String(indent)]
        }
    }

    /// Inputs by number, or those with a pattern in them. Session 0 is what came before this kernel, 1 its own.
    private func pastInputs(_ content: [String: Any]) -> [String: Any] {
        var entries = history.enumerated().map { index, text in
            index < firstOfSession
                ? (session: 0, line: index + 1, text: text)
                : (session: 1, line: index - firstOfSession + 1, text: text)
        }
        func number(_ name: String) -> Int? { content[name] as? Int }
        switch content["hist_access_type"] as? String {
        case "range":
            // A session that is not positive counts back from the present one.
            let asked = number("session") ?? 0
            let session = asked == 0 ? 1 : asked < 0 ? 1 + asked : asked
            let start = number("start") ?? 1
            let stop = number("stop") ?? Int.max
            entries = entries.filter { $0.session == session && $0.line >= start && $0.line < stop }
        case "search":
            let pattern = content["pattern"] as? String ?? "*"
            entries = entries.filter { Self.matches($0.text, pattern) }
            if content["unique"] as? Bool ?? false {
                var seen: Set<String> = []
                entries = entries.reversed().filter { seen.insert($0.text).inserted }.reversed()
            }
            entries = entries.suffix(max(0, number("n") ?? entries.count))
        default: entries = entries.suffix(max(0, number("n") ?? entries.count))
        }
        let hasOutput = content["output"] as? Bool ?? false
        return [
            "status": "ok",
            "history": entries.map { entry -> [Any] in
                [
                    entry.session, entry.line,
                    hasOutput ? [entry.text, NSNull()] as [Any] : entry.text as Any,
                ]
            },
        ]
    }

    /// Whether a pattern with `*` and `?` covers a text.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text), Array(pattern))
        var (at, next) = (0, 0)
        // Where the last star stood, and how much of the text it took.
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if next < pattern.count, pattern[next] == "*" {
                star = (next, at)
                next += 1
            } else if next < pattern.count, pattern[next] == "?" || pattern[next] == text[at] {
                at += 1
                next += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (at, next) = (last.text + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == "*" }
    }
}

/// What `kernel_info_request` is answered with.
var kernelInformation: [String: Any] {
    [
        "status": "ok", "protocol_version": protocolVersion, "implementation": "ziplab",
        "implementation_version": ziplabVersion,
        "language_info": [
            "name": "ziplab", "version": ziplabVersion, "mimetype": "text/x-ziplab", "file_extension": ".zl",
            // Words, quotes, '#' and '$' as there.
            "codemirror_mode": "shell", "pygments_lexer": "bash",
        ],
        "banner": "ziplab \(ziplabVersion): 'help' lists the statements", "debugger": false,
        "help_links": [[String: String]](),
    ]
}
