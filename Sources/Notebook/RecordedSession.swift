import Files

/// The files of a recorded session: `FILE.zlt`, what the box answered beside it, and its pictures.
public enum RecordedSession {
    /// Removes what the box answered, where a session no longer is what it answered to.
    ///
    /// - Returns: whether there was something.
    public static func forgetAnswers(of session: String) throws -> Bool {
        let path = Notebook.journalPath(session)
        guard FileKind(path) == .file else { return false }
        Folder.removeFile(path)
        return true
    }

    /// Keeps the plots that cells drew beside a session that has such.
    ///
    /// - Throws: `FileError`.
    public static func keepPictures(of cells: [Cell?], in session: String) throws {
        guard FileKind(RecordedPictures.folder(of: session)) == .folder else { return }
        for plot in cells.compactMap({ $0 }).flatMap(\.plots) { try RecordedPictures.keep(plot, of: session) }
    }

    /// Removes all of them, unless a program is at it.
    static func remove(_ session: String) {
        // The lock goes with the file.
        guard FileLock(session) != nil else { return }
        discard(session)
    }

    /// Removes all of them, also while this program is at it.
    public static func discard(_ session: String) {
        Folder.removeFile(session)
        Folder.removeFile(Notebook.journalPath(session))
        let pictures = RecordedPictures.folder(of: session)
        for name in (try? Folder.list(pictures))?.names ?? [] { Folder.removeFile(pictures + "/" + name) }
        Folder.removeEmpty(pictures)
    }
}
