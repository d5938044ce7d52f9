import CommandLanguage

/// The statements of a session that was copied from a terminal, with its prompts, or from a transcript.
///
/// Output is left out, and statements of a transcript that failed.
/// - Returns: nil where the text is no such copy, but statements as they are.
public func statements(ofCopied text: String) -> String? {
    let lines = TranscriptText.lines(of: text)
    let typed = typedStatements(lines)
    return typed ?? recordedStatements(lines)
}

/// The prompts of the notebook on a terminal.
public enum TerminalPrompt {
    /// The prompt of a statement, with the number that it gets.
    public static func first(_ number: Int) -> String { "ziplab[\(number)]> " }
    public static let further = "   ...> "

    /// What stands behind a first prompt, with its number or without; nil where there is none.
    static func statement(_ line: String) -> String? {
        guard line.hasPrefix("ziplab") else { return nil }
        var rest = line.dropFirst("ziplab".count)
        if rest.first == "[" {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count + 1)
            guard !digits.isEmpty, rest.first == "]" else { return nil }
            rest = rest.dropFirst()
        }
        // A blank at the end of a line is often lost.
        return rest == ">" ? "" : rest.hasPrefix("> ") ? String(rest.dropFirst(2)) : nil
    }
}

private func typedStatements(_ lines: [String]) -> String? {
    guard lines.contains(where: { TerminalPrompt.statement($0) != nil }) else { return nil }
    var kept: [String] = []
    // The lines of the last statement, while further ones may belong to it.
    var last: String?
    for line in lines {
        if let start = TerminalPrompt.statement(line) {
            kept.append(start)
            last = isIncomplete(start) ? start : nil
        } else if let open = last {
            let more =
                line.hasPrefix(TerminalPrompt.further)
                ? String(line.dropFirst(TerminalPrompt.further.count)) : line
            kept.append(more)
            last = isIncomplete(open + "\n" + more) ? open + "\n" + more : nil
        }
    }
    return kept.filter { !$0.isEmpty }.joined(separator: "\n")
}

private func isIncomplete(_ text: String) -> Bool {
    if case .incomplete = completeness(of: SourceText(name: "input", text: text)) { true } else { false }
}

private func recordedStatements(_ lines: [String]) -> String? {
    let head = "#!ziplab-transcript "
    let isTranscript = lines.allSatisfy { line in
        line.isEmpty || line.hasPrefix("@") || line.hasPrefix("#")
            || ["> ", ">\\ ", ". ", ".\\ ", "| ", "= ", "! "].contains { line.hasPrefix($0) }
            || [">", ".", "|", "!"].contains(line)
    }
    guard isTranscript, lines.contains(where: { $0.hasPrefix("> ") || $0.hasPrefix(">\\ ") }) else {
        return nil
    }
    let whole = (lines.first?.hasPrefix(head) == true ? [] : [head + "1"]) + lines + [""]
    guard let transcript = try? Transcript(Array(whole.joined(separator: "\n").utf8), name: "input") else {
        return nil
    }
    return transcript.entries.compactMap { entry in
        let cell = entry.read().cell
        if case .failed = cell.status { return nil }
        return cell.input
    }
    .joined(separator: "\n")
}
