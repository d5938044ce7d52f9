import CommandLanguage
import Files

/// The statements that count, as a script that `ziplab run` takes; what failed or was undone are comments.
enum ScriptExporter: SessionExporter {
    static let name = "script"
    static let pathExtension = "zl"

    static func export(_ session: ExportedSession) -> String {
        var lines = session.settings.map { "let " + $0.replacing("=", with: " = ", maxReplacements: 1) }
        let undone = undone(in: session.cells)
        // What was undone is on the account of the session and not on the script's, which so could go further.
        var isCharged = false
        let names = { (isUndone: Bool) in
            Set(session.cells.filter { undone.contains($0.number) == isUndone }.flatMap(madeNames))
        }
        let goneNames = names(true).subtracting(names(false))
        var room = mostReruns
        for cell in session.cells {
            defer { isCharged = isCharged || undone.contains(cell.number) || cell.status != .ok }
            lines += cell.comments
            func comment(_ why: String) {
                lines += TranscriptText.lines(of: cell.input).map { "# \(why): " + escapedForDisplay($0) }
            }
            if undone.contains(cell.number) {
                comment("undone")
            } else if !numbers("undone", of: cell).isEmpty {
                comment("takes back what is undone")
            } else if !numbers("redone", of: cell).isEmpty {
                comment("takes up again what was undone")
            } else if cell.status == .ok, looksAt(goneNames, cell) {
                comment("looked at what is undone")
            } else if cell.status == .ok {
                lines += statements(of: cell, isCharged: isCharged, session.cells, room: &room)
            } else {
                comment(cell.status.word)
                lines += stepsBeforeItsEnd(of: cell)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is undone at the end: numbers of the cells that were taken back, and not taken up again.
    private static func undone(in cells: [Cell]) -> Set<Int> {
        cells.reduce(into: []) { undone, cell in
            undone.formUnion(numbers("undone", of: cell))
            undone.subtract(numbers("redone", of: cell))
        }
    }

    /// What a cell took back or up again; empty where it did not, or is of a version that did not record it.
    private static func numbers(_ key: String, of cell: Cell) -> [Int] {
        guard let value = cell.results.first(where: { $0.key == key })?.value.description,
            value.hasPrefix("["), value.hasSuffix("]")
        else { return [] }
        return value.dropFirst().dropLast().split(whereSeparator: { $0 == "," || $0 == " " }).compactMap {
            Int($0)
        }
    }

    /// Statements that all 'rerun' of a session are written out to; one that names another that names another can be many.
    private static let mostReruns = 10_000

    /// A cell that counts: as written, but for what means something else in a script.
    ///
    /// - Parameter room: how many more statements may be written out in place of a 'rerun'.
    private static func statements(
        of cell: Cell, isCharged: Bool, _ cells: [Cell], room: inout Int, depth: Int = 0
    ) -> [String] {
        guard let command = command(of: cell) else { return [cell.input] }
        if command.verb.text == RunCommand.verb, isCharged, command.periodic == nil,
            let queries = queries(of: cell)
        {
            return [run(cell, command, to: queries)]
        }
        guard command.verb.text == RerunCommand.verb, depth < SourceCommand.depthLimit else {
            return [cell.input]
        }
        // Its numbers are those of the session.
        var lines = TranscriptText.lines(of: cell.input).map { "# " + escapedForDisplay($0) }
        for argument in command.arguments {
            guard case .positional(let word) = argument.kind,
                let bounds = word.bareText?.split(separator: "-", omittingEmptySubsequences: false).map({
                    Int($0) ?? 0
                }), bounds.count <= 2,
                let first = bounds.first, let last = bounds.last, first >= 1, first <= last,
                last < cell.number
            else { return ["# the numbers are those of the session:", cell.input] }
            for number in first...last {
                room -= 1
                guard room > 0 else { return lines + ["# and what is left out here, for it is too much"] }
                // Only a file that was cut or made by hand has others at these places.
                guard number <= cells.count, cells[number - 1].number == number else { continue }
                lines += statements(
                    of: cells[number - 1], isCharged: false, cells, room: &room, depth: depth + 1)
            }
        }
        return lines
    }

    /// Names of runs that a cell made.
    private static func madeNames(_ cell: Cell) -> [String] {
        guard let command = command(of: cell), cell.status == .ok else { return [] }
        var names: [String?] = []
        for (argument, next) in zip(command.arguments, command.arguments.dropFirst().map { $0 } + [nil]) {
            guard case .option("name", let value) = argument.kind else { continue }
            if let value { names.append(value.bareText) }
            if value == nil, case .positional(let word)? = next?.kind { names.append(word.bareText) }
        }
        if command.verb.text == BranchCommand.verb,
            case .positional(let word)? = command.arguments.first?.kind
        {
            names.append(word.bareText)
        }
        return names.compactMap { $0 }
    }

    /// Whether a cell that changes nothing names one of some runs.
    private static func looksAt(_ names: Set<String>, _ cell: Cell) -> Bool {
        guard let command = command(of: cell),
            commandTable.first(where: { $0.verb == command.verb.text })?.looksOnly == true
        else { return false }
        return command.arguments.contains { argument in
            guard case .positional(let word) = argument.kind, let text = word.bareText else { return false }
            return names.contains(text)
        }
    }

    /// The command of a cell that is one alone.
    private static func command(of cell: Cell) -> Command? {
        guard let program = try? parse(SourceText(name: "input", text: cell.input)),
            program.statements.count == 1, case .command(let command)? = program.statements.first?.kind
        else { return nil }
        return command
    }

    /// Training queries where a cell ended.
    private static func queries(of cell: Cell) -> Int? {
        // Behind the statements of an 'every' with a number before it.
        cell.results.last { ReplayComparison.plainName($0.key) == "queries" }.flatMap {
            Int($0.value.description)
        }
    }

    /// The statement that takes the steps that a cell had taken when it came to its end.
    private static func stepsBeforeItsEnd(of cell: Cell) -> [String] {
        if case .interrupted(let place) = cell.status, place.step == 0, place.statement == 0 { return [] }
        guard let command = command(of: cell),
            [RunCommand.verb, StepCommand.verb].contains(command.verb.text)
        else {
            // Of a block what came before stands, too; it cannot be told in a statement.
            return cell.results.isEmpty ? [] : ["# what it did before is not in this script"]
        }
        guard let queries = queries(of: cell) else { return [] }
        return [
            command.verb.text == RunCommand.verb
                ? run(cell, command, to: queries) : "run --queries \(queries)"
        ]
    }

    /// The same 'run' with another end.
    private static func run(_ cell: Cell, _ command: Command, to queries: Int) -> String {
        var text = Array(cell.input.utf8)
        if case .failed = cell.status, let every = command.periodic {
            text.removeSubrange((command.arguments.last?.range ?? command.verb.range).end..<every.range.end)
        }
        for (index, argument) in command.arguments.enumerated().reversed() {
            guard case .option("queries", let value) = argument.kind else { continue }
            let next = command.arguments.dropFirst(index + 1).first
            let last = value == nil ? next ?? argument : argument
            let before = index > 0 ? command.arguments[index - 1].range : command.verb.range
            text.removeSubrange(before.end..<last.range.end)
        }
        text.insert(contentsOf: " --queries \(queries)".utf8, at: command.verb.range.end)
        return String(decoding: text, as: UTF8.self)
    }
}
