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
        The file is safetensors; Python reads it with safetensors.numpy.load_file. Tensors, for m
        tokens of width d, δ parameters, K directions, b images and L the next power of two from d:

        - ctx0 [m, d]               the context before any step
        - fastfood.i.B, P, G [L]    signs, permutation and Gaussian of token i
        - step.k.w [δ]              parameters before step k, from 1
        - step.k.batch [b]          places in the list 'train_images' of the metadata
        - step.k.z [K, δ]           directions
        - step.k.loss_plus [K]      losses at w + c_k z
        - step.k.loss_minus [K]     losses at w - c_k z
        - step.k.gradient [δ]       the averaged estimate before clipping
        - step.k.w_next [δ]         parameters after the step

        c_k = c/k^γ and a_k = a/(k + o)^α. The gradient is the mean over the directions of
        (loss_plus - loss_minus)/(2 c_k z); where its length reaches √δ it is scaled to √δ; then
        w_next = w - a_k gradient. The metadata has method, settings, classes, train_images,
        model_sha256 and ziplab_version. Examples/check_trace.py checks a trace in this way.

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
