/// What a line source hands over next.
public enum Input: Equatable, Sendable {
    /// A line without its line end. A paste or a recalled block may hold several lines, parted by "\n".
    case line(String)
    /// ^C came while waiting; what was typed is dropped.
    case interrupted
    /// The end of the file, ^D on an empty line, or a terminal that hung up.
    case endOfInput
}

/// A supplier of input lines: a terminal with editing, or a pipe or file.
public protocol LineSource: AnyObject {
    /// Waits for the next line.
    ///
    /// A statement over several lines is read by calling again with a continuation prompt.
    func next(prompt: String) throws -> Input

    /// Keeps a finished statement, all its lines joined with "\n", for later recall.
    func remember(_ entry: String)
}

extension LineSource {
    /// Keeps nothing: only a terminal recalls.
    public func remember(_ entry: String) {}
}
