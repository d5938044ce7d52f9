import Files

/// The files of a recorded session: `FILE.zlt`, what the box answered beside it, and its pictures.
public enum RecordedSession {
    /// Removes what the box answered, where a session no longer is what it answered to.
    public static func forgetAnswers(of session: String) throws {
        let path = Notebook.journalPath(session)
        if FileKind(path) == .file { Folder.removeFile(path) }
    }
}
