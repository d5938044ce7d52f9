import CommandLanguage
import Files

/// `source`: runs the statements of a file in this session.
enum SourceCommand: NotebookCommand {
    static let verb = "source"
    static let summary = "run the statements of a file"
    static let forms = [
        CommandForm(parameters: [Parameter(name: "file", kind: .path)], summary: "run FILE here")
    ]
    static let help = """
        Variables are shared. The statements run one by one: one that fails stops the file, and
        those before it stand.

          source setup.zl
        """
    /// How deep files may source each other.
    static let depthLimit = 32

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        _ = try read(call, context)
    }

    /// The file's text and the name that messages call it.
    static func read(_ call: Call, _ context: CommandContext) throws -> (text: String, name: String) {
        guard context.sourceDepth < depthLimit else {
            throw call.failure("file", "\(NotebookError.tooDeep(limit: depthLimit))")
        }
        let path = call.text("file") ?? ""
        let text = try call.locating("file") { try scriptText(path: context.host.input(path)) }
        context.set("data.source", .text("sha256:" + SHA256Digest.hex(Array(text.utf8))))
        return (text, path)
    }
}

/// Largest script that is read: 64 MiB.
private let largestScript = 64 << 20

/// Reads a script.
///
/// - Throws: `FileError`.
public func scriptText(path: String) throws -> String { try ReadOnlyFile.text(path, limit: largestScript) }
