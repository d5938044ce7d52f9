import BlackBox
public import Tensors

/// What a run would deploy, on disk: safetensors with the tensors of its prompt and head, and `parameters` [δ].
///
/// `context` [m, d] replaces the embeddings of the tokens behind the start-of-text token.
public enum PromptFile {
    public static func serialized(_ run: TuningRun, modelDigest: String, version: String) throws -> [UInt8] {
        var writer = SafeTensorsWriter()
        let deployed = run.method.deployed
        for tensor in deployed.tensors { try writer.add(tensor) }
        try writer.add(NamedTensor("parameters", run.method.parameters))
        writer.metadata = [
            "method": run.methodName, "model_sha256": modelDigest, "queries": "\(run.queries)",
            "step": "\(run.method.step)", "ziplab_version": version,
        ]
        if case .templates(let templates) = deployed.prompt.text {
            writer.metadata["templates"] = SettingValue.texts(templates).description
        }
        return try writer.serialized()
    }

    /// Names of the tensors that are applied to logits.
    public static func heads(path: String) throws -> [String] {
        try SafeTensorsFile(path: path).names.filter { $0.hasPrefix("head.") }.sorted()
    }

    /// Reads a context back.
    ///
    /// - Throws: `TuningError.badPrompt` when the file has no `context` of the width d.
    public static func context(path: String, width: Int) throws -> Matrix {
        let file = try SafeTensorsFile(path: path)
        if file.entry("context") == nil, file.entry("parameters") != nil {
            throw TuningError.badPrompt(
                file: path,
                reason:
                    "saved by '\(file.metadata["method"] ?? "another method")', it has no context to start from"
            )
        }
        if file.names.contains(where: { $0.hasPrefix("step.") }) {
            throw TuningError.badPrompt(file: path, reason: "it is an audit trace")
        }
        guard let entry = file.entry("context"), entry.shape.count == 2, entry.shape[0] >= 1,
            entry.shape[1] == width
        else {
            throw TuningError.badPrompt(file: path, reason: "expected a tensor 'context' of width \(width)")
        }
        if let other = ["visual_tokens", "frame"].first(where: { file.entry($0) != nil }) {
            throw TuningError.badPrompt(
                file: path, reason: "its context goes with '\(other)', which no method starts from")
        }
        let values = try file.floats("context", shape: entry.shape)
        guard values.allSatisfy(\.isFinite) else {
            throw TuningError.badPrompt(file: path, reason: "its context has values that are not finite")
        }
        return Matrix(rows: entry.shape[0], columns: width, values: values)
    }
}
