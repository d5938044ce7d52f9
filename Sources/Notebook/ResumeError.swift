/// A recorded session does not come out as it is recorded.
public struct ResumeError: Error, CustomStringConvertible {
    public var path: String
    /// The statement that came out otherwise.
    public var input: String
    /// Its number in the session, from 1.
    public var number: Int
    public var mismatch: Replay.Mismatch

    public var description: String {
        let statement = input.split(whereSeparator: \.isNewline).first.map { String($0.prefix(100)) } ?? ""
        let isMissing = mismatch.message.contains("no such file or folder")
        // Digests tell a person nothing.
        let what =
            mismatch.isProvenance && !isMissing
            ? "what it reads is another by now" : mismatch.message
        return
            "\(path):\(mismatch.line): statement \(number), '\(statement)', does not come out as it is recorded: \(what)"
            + (isMissing ? "; relative paths count from the folder where the session was recorded" : "")
    }
}
