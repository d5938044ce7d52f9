public import BlackBox
import Files
import Foundation
public import PromptTuning
import Synchronization

/// What the notebook needs from the world around it: where names lead, progress, interrupts.
public struct NotebookHost: Sendable {
    /// Progress of something long.
    public struct Progress: Sendable, Equatable {
        public var done: Int
        public var total: Int
        /// What is counted: "queries", "images".
        public var unit: String
        /// The latest figures, such as "loss 1.204, accuracy 41.2 %".
        public var detail: String

        public init(done: Int, total: Int, unit: String, detail: String) {
            (self.done, self.total, self.unit, self.detail) = (done, total, unit, detail)
        }
    }

    /// Folders in which relative paths are looked for, first match first.
    public var searchFolders: [String]
    /// Where relative output paths start.
    public var workingFolder: String
    /// Replay: everything is written below this folder, wherever a statement says.
    public var outputFolder: String?
    /// Folder with the embedded model and data sets.
    public var assetsFolder: String?
    /// Environment variables, which say where the Hugging Face cache is.
    public var environment: [String: String]
    /// Whether a replayed session may take what it asks for: large models on disk, loops without end.
    public var isTrusted = false
    /// Whether limits hold that keep a stranger's session from filling the disk or the day.
    var isLimited: Bool { outputFolder != nil && !isTrusted }
    /// Bytes of files that a session wrote whose limits hold.
    private let written = WrittenBytes()
    /// Keeps image features between sessions; nil: not.
    public var featureCache: FeatureCache?
    /// Where sessions that were typed are kept; nil where none are.
    public var sessions: SessionLibrary?
    /// Keeps what the box answers to runs, for a session that is recorded.
    var journal: RunJournal?
    /// What `prompt new --method` knows.
    public var methods = MethodTable.standard
    /// What stands between runs and the model; a test may put itself there.
    package var oracle: @Sendable (CLIPOracle) -> any Oracle = { $0 }
    /// Whether a person asked to stop; asking clears it.
    public var takeInterrupt: @Sendable () -> Bool
    /// Shows progress; nil ends it.
    public var show: @Sendable (Progress?) -> Void
    /// Columns that texts to read are filled to.
    public var columns: @Sendable () -> Int = { HelpCommand.standardColumns }
    /// Tells a person something at once that is no output.
    public var notify: @Sendable (String) -> Void = { _ in }

    /// A host with the program's own environment where none is given.
    public init(
        workingFolder: String, assetsFolder: String? = nil,
        environment: [String: String]? = nil,
        takeInterrupt: @escaping @Sendable () -> Bool = { false },
        show: @escaping @Sendable (Progress?) -> Void = { _ in }
    ) {
        self.workingFolder = workingFolder
        self.assetsFolder = assetsFolder
        self.environment = environment ?? ProcessInfo.processInfo.environment
        self.takeInterrupt = takeInterrupt
        self.show = show
        searchFolders = [workingFolder]
    }

    /// Also looks for relative paths beside a script or transcript and in the folders above it.
    public mutating func search(around file: String) {
        var folder = URL(fileURLWithPath: file).deletingLastPathComponent().standardizedFileURL.path
        while !searchFolders.contains(folder) || folder != "/" {
            if !searchFolders.contains(folder) { searchFolders.append(folder) }
            guard folder != "/" else { break }
            folder = (folder as NSString).deletingLastPathComponent
        }
    }

    /// A path with `~` in front as the shell reads it: HOME, or the home of the user named.
    private func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return (path as NSString).expandingTildeInPath }
        guard let home = environment["HOME"], !home.isEmpty else { return path }
        return home + path.dropFirst()
    }

    /// The place of an existing file or folder; where there is none, the place it was expected at.
    func input(_ path: String) -> String {
        let expanded = self.expanded(path)
        // What a replayed session wrote before it reads.
        if outputFolder != nil, FileKind(output(path)) == .file { return output(path) }
        guard !expanded.hasPrefix("/") else { return expanded }
        // Last, what is embedded: 'Assets/…' is found from any folder.
        let embedded = assetsFolder.map { ($0 as NSString).deletingLastPathComponent }
        let candidates = (searchFolders + [embedded].compactMap { $0 }).map { $0 + "/" + expanded }
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            return expanded
        }
        // The plain path where it serves: shorter in messages.
        return found == workingFolder + "/" + expanded
            && FileManager.default.currentDirectoryPath == workingFolder ? expanded : found
    }

    /// The place to write a file to.
    func output(_ path: String) -> String {
        let expanded = self.expanded(path)
        guard let outputFolder else {
            return expanded.hasPrefix("/") ? expanded : workingFolder + "/" + expanded
        }
        // By bytes: "/" and a combining mark are one character to Swift and two to the file system.
        let parts = expanded.utf8.split(separator: UInt8(ascii: "/")).map {
            String(decoding: $0, as: UTF8.self)
        }
        .filter { $0 != "." && $0 != ".." && $0 != "~" }
        return outputFolder + "/" + (parts.isEmpty ? "unnamed" : parts.joined(separator: "/"))
    }

    /// Writes a file whole or not at all.
    ///
    /// - Parameter force: whether a file of any kind is written over, and not such alone that are of the same form.
    /// - Throws: `FileError` with the path as the statement has it; an old file of that name is then as before.
    func write(_ bytes: [UInt8], to path: String, force: Bool = false) throws {
        if isLimited { try written.add(bytes.count) }
        try writing(path) { place in
            if !force { try OutputForm.check(place, for: bytes) }
            try NewFile.write(bytes, to: place)
        }
    }

    /// Gives `write` the place of a new folder; a `FileError` gets the path as the statement has it.
    func writeFolder<Result>(_ path: String, _ write: (String) throws -> Result) throws -> Result {
        // Its size is not known before; the only one that a stranger's session may write has less.
        if isLimited { try written.add(16 << 20) }
        return try writing(path, write)
    }

    /// How much a stranger's session wrote.
    private final class WrittenBytes: Sendable {
        private static let most = 1 << 30
        private let bytes = Mutex(0)

        /// - Throws: `NotebookError.untrusted` before the file that would lead beyond 1 GiB.
        func add(_ count: Int) throws {
            try bytes.withLock { bytes in
                guard count <= Self.most - bytes else {
                    throw NotebookError.untrusted("more than 1 GiB of files written")
                }
                bytes += count
            }
        }
    }

    private func writing<Result>(_ path: String, _ write: (String) throws -> Result) throws -> Result {
        let place = output(path)
        do {
            if outputFolder != nil { try Folder.create(Folder.parent(place) ?? "/") }
            return try write(place)
        } catch var error as FileError {
            error.path = path
            throw error
        }
    }
}
