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
    public static let first = "ziplab> "
    public static let further = "   ...> "
}

private func typedStatements(_ lines: [String]) -> String? {
    guard lines.contains(where: { $0.hasPrefix(TerminalPrompt.first) }) else { return nil }
    var kept: [String] = []
    var isOpen = false
    for line in lines {
        if line.hasPrefix(TerminalPrompt.first) {
            kept.append(String(line.dropFirst(TerminalPrompt.first.count)))
            isOpen = true
        } else if isOpen, line.hasPrefix(TerminalPrompt.further) {
            kept.append(String(line.dropFirst(TerminalPrompt.further.count)))
        } else {
            isOpen = false
        }
    }
    return kept.joined(separator: "\n")
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
