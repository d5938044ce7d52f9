import Files

/// The files of a recorded session: `FILE.zlt`, what the box answered beside it, and its pictures.
public enum RecordedSession {
    /// Removes what the box answered, where a session no longer is what it answered to.
    public static func forgetAnswers(of session: String) throws {
        let path = Notebook.journalPath(session)
        if FileKind(path) == .file { Folder.removeFile(path) }
    }

    /// Removes all of them, unless a program is at it.
    static func remove(_ session: String) {
        // The lock goes with the file.
        guard FileLock(session) != nil else { return }
        Folder.removeFile(Notebook.journalPath(session))
        let pictures = RecordedPictures.folder(of: session)
        for name in (try? Folder.list(pictures))?.names ?? [] { Folder.removeFile(pictures + "/" + name) }
        Folder.removeEmpty(pictures)
    }
}
