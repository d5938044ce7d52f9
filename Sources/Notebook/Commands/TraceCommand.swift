import CLIPEngine
import PromptTuning
import Tensors

/// `trace`: the run as an audit trace.
enum TraceCommand: NotebookCommand {
    static let verb = "trace"
    static let summary = "write everything a run drew and computed, for others to check"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "file", kind: .path)], summary: "write the audit trace (safetensors)"
        )
    ]
    static let help = """
        The file has the initial context, the projections and, for each step, parameters, image
        indices, directions, losses, gradient and the next parameters. Python reads it with
        safetensors.numpy.load_file.

          trace run.safetensors
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let bytes = try AuditTrace(run).serialized(
            modelDigest: try context.requireModel().model.weightDigest, version: ziplabVersion)
        let path = call.text("file") ?? ""
        try call.locating("file") { try context.host.write(bytes, to: path) }
        context.say(
            "\(DisplayNumber.count(run.history.steps.count, "step")) written to \(path) (\(bytes.count) bytes)"
        )
        context.set("trace", .text("sha256:" + SHA256Digest.hex(bytes)))
    }
}
