import Foundation
import Notebook

/// The two streams: results on standard output, everything else on standard error.
enum Output {
    /// - Throws: `OutputError` when nobody takes the text, such as a full disk.
    static func write(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw OutputError(reason: systemReason(of: error))
        }
    }

    static func writeError(_ text: String) {
        // There is no further place to say that this one fails.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}

/// Standard output cannot be written.
struct OutputError: Error, CustomStringConvertible {
    let reason: String

    var description: String { "cannot write to standard output: \(reason)" }
}
