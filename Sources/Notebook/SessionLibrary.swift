import Files
import Foundation
import PromptTuning

/// The sessions that were typed, kept below the user's state folder.
///
/// A session's name is the day and a number, `2026-11-27-1`. The newest hundred are kept; older ones go when a new one
/// begins, with their answers and pictures, unless a program is at them.
public struct SessionLibrary: Sendable {
    /// A session that is kept.
    public struct Entry: Sendable {
        public var name: String
        public var path: String
        public var bytes: Int
    }

    public let folder: String
    static let most = 100

    public init(folder: String) {
        self.folder = folder
    }

    /// `$XDG_STATE_HOME/ziplab`, or `~/.local/state/ziplab`; nil where neither is an absolute path.
    public static func stateFolder(environment: [String: String]) -> String? {
        func absolute(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        return (absolute("XDG_STATE_HOME") ?? absolute("HOME").map { $0 + "/.local/state" }).map {
            $0 + "/ziplab"
        }
    }

    /// The library of this user; nil where there is no place for it.
    public static func standard(environment: [String: String]) -> SessionLibrary? {
        stateFolder(environment: environment).map { SessionLibrary(folder: $0 + "/sessions") }
    }

    /// All sessions, the newest first.
    public func entries() -> [Entry] {
        let names = ((try? Folder.list(folder))?.names ?? []).filter { Self.order($0) != nil }
        return names.sorted { (Self.order($0) ?? ("", 0)) > (Self.order($1) ?? ("", 0)) }.compactMap { name in
            let path = folder + "/" + name
            return FileKind.sizeAndTime(path).map {
                Entry(name: String(name.dropLast(4)), path: path, bytes: $0.bytes)
            }
        }
    }

    /// Day and number of a file's name; nil where it is another file.
    private static func order(_ name: String) -> (String, Int)? {
        guard name.hasSuffix(".zlt") else { return nil }
        let parts = name.dropLast(4).split(separator: "-")
        guard parts.count == 4, let number = Int(parts[3]) else { return nil }
        return (parts[..<3].joined(separator: "-"), number)
    }

    /// The file of the session of that name, with or without its ending; nil where there is none.
    public func path(named name: String) -> String? {
        entries().first { $0.name == name || $0.name + ".zlt" == name }?.path
    }

    /// The file of the newest session in which more was done than to look; nil where there is none.
    public var lastOfUse: String? {
        entries().first { entry in
            let cells = (try? Transcript(path: entry.path))?.entries ?? []
            return cells.contains { cell in
                let verb = cell.read().cell.input.split(whereSeparator: \.isWhitespace).first ?? ""
                return !["sessions", "help", "quit"].contains(verb)
            }
        }?.path
    }

    /// Begins to keep a notebook's session under a new name.
    ///
    /// - Parameter day: such as `2026-11-27`.
    /// - Returns: the name.
    /// - Throws: `FileError`.
    public func begin(_ notebook: Notebook, day: String) throws -> String {
        try unused(day: day) { try notebook.record(to: $0) }
    }

    /// Copies the first statements of a session, with the answers and pictures that belong to them, under a new name.
    ///
    /// - Parameter day: such as `2026-11-27`.
    /// - Returns: the name.
    /// - Throws: `FileError`, `TranscriptError`.
    public func copy(_ session: String, statements: Int, day: String) throws -> String {
        let bytes = try ReadOnlyFile.bytes(session, limit: Transcript.largestFile)
        let transcript = try Transcript(bytes, name: session)
        if let problem = transcript.problems.first { throw problem }
        let whole = transcript.entries.count { !$0.isTorn }
        guard statements <= whole else { throw NotebookError.tooFewStatements(session, whole) }
        let journal = Notebook.journalPath(session)
        let answers =
            FileKind(journal) == .file ? try ReadOnlyFile.bytes(journal, limit: RunJournal.largestFile) : []
        return try unused(day: day) { path in
            guard FileKind(path) == nil else {
                throw NotebookError.taken(path: path, isTranscript: true)
            }
            // Answers to what is not taken over serve where the same is asked again.
            try NewFile.write(answers, to: Notebook.journalPath(path))
            try NewFile.write(Array(bytes[..<transcript.length(ofCells: statements)]), to: path)
            for plot in transcript.cells.prefix(statements).flatMap(\.plots) {
                guard let png = RecordedPictures.find(plot, of: session, folders: [])?.png else { continue }
                var kept = plot
                kept.png = png
                try RecordedPictures.keep(kept, of: path)
            }
        }
    }

    /// Gives `begin` the path of a session that is not there yet.
    private func unused(day: String, _ begin: (String) throws -> Void) throws -> String {
        try Folder.create(folder)
        prune()
        let last =
            entries().compactMap { Self.order($0.name + ".zlt") }.filter { $0.0 == day }.map(\.1).max() ?? 0
        var number = last + 1
        while true {
            let name = "\(day)-\(number)"
            do {
                try begin("\(folder)/\(name).zlt")
                return name
            } catch NotebookError.taken where number < last + 1000 {
                // Another program began in the same moment.
                number += 1
            } catch let error as FileError where error.cause == .inUse && number < last + 1000 {
                number += 1
            }
        }
    }

    private func prune() {
        for entry in entries().dropFirst(Self.most - 1) {
            RecordedSession.remove(entry.path)
        }
    }
}
