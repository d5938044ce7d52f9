import Files

/// The two streams: results on standard output, everything else on standard error.
enum Output {
    /// - Throws: `FileError` when nobody takes the text, such as a full disk.
    static func write(_ text: String) throws { try OpenStream.standardOutput.write(Array(text.utf8)) }

    static func writeError(_ text: String) {
        // There is no further place to say that this one fails.
        try? OpenStream.standardError.write(Array(text.utf8))
    }
}
