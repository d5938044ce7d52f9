import BlackBox
import CLIPEngine
import Files
import PromptTuning
import Tensors

/// `trace`: the run as an audit trace.
enum TraceCommand: NotebookCommand {
    static let verb = "trace"
    static let looksOnly = true
    static let summary = "write everything a run drew and computed, for others to check"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "file", kind: .path)],
            options: [
                OptionSpecification(
                    name: "last", kind: .integer(1...1_000_000_000), valueName: "N",
                    help: "the last N steps only (all)"),
                .force,
            ], summary: "write the audit trace (safetensors)")
    ]
    static let help = """
        The file is safetensors; Python reads it with safetensors.numpy.load_file. What a method drew
        before its first step stands under names of its own, what step k drew and computed under
        'step.k.'; 'help METHOD' lists them with the formulas, 'help zip' those of zip. The metadata has
        method, settings, classes, train_images, model_sha256 and ziplab_version.
        Examples/check_trace.py recomputes every step of a trace of
        zip or gauss-newton.

          trace run.safetensors
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let trace = AuditTrace(try context.requireRun(), last: call.integer("last"))
        let cell = context.cell
        let bytes = try trace.serialized(
            modelDigest: try context.requireModel().model.weightDigest, version: ziplabVersion,
            pause: { try cell.interruptionPoint() })
        let path = call.text("file") ?? ""
        try call.locating("file") { try context.host.write(bytes, to: path, force: call.isForced) }
        context.say("\(DisplayNumber.count(trace.steps, "step")) written to \(path) (\(bytes.count) bytes)")
        context.set("trace", .text("sha256:" + SHA256Digest.hex(bytes)))
    }
}
