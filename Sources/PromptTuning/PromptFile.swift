public import Tensors

/// A learned context on disk: safetensors with one tensor `context` [m, d] that replaces the embeddings of the tokens
/// behind the start-of-text token.
public enum PromptFile {
    public static func serialized(_ run: TuningRun, modelDigest: String, version: String) throws -> [UInt8] {
        var writer = SafeTensorsWriter()
        let context = run.method.context
        try writer.add("context", shape: [context.rows, context.columns], floats: context.values)
        try writer.add("parameters", shape: [run.method.parameters.count], floats: run.method.parameters)
        writer.metadata = [
            "method": run.settings.method, "model_sha256": modelDigest, "queries": "\(run.ledger.training)",
            "step": "\(run.method.step)", "ziplab_version": version,
        ]
        return try writer.serialized()
    }
}

extension PromptFile {
    /// Reads a context back.
    ///
    /// - Throws: `TuningError.badPrompt` when the file has no `context` of the width d.
    public static func context(path: String, width: Int) throws -> Matrix {
        let file = try SafeTensorsFile(path: path)
        guard let entry = file.entry("context"), entry.shape.count == 2, entry.shape[0] >= 1,
            entry.shape[1] == width
        else {
            throw TuningError.badPrompt(file: path, reason: "expected a tensor 'context' of width \(width)")
        }
        let values = try file.floats("context", shape: entry.shape)
        guard values.allSatisfy(\.isFinite) else {
            throw TuningError.badPrompt(file: path, reason: "its context has values that are not finite")
        }
        return Matrix(rows: entry.shape[0], columns: width, values: values)
    }
}
