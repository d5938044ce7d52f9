import BlackBox
import Foundation
public import Tensors

/// What a run would deploy, on disk: safetensors with the tensors of its prompt and head, and `parameters` [δ].
///
/// `context` [m, d] replaces the embeddings of the tokens behind the start-of-text token; `class_contexts` [C, m, d] has
/// one for each class. The metadata `class_names`, a JSON list, say in what order classes come in it and in a head.
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
        if deployed.dependsOnClasses {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            let names = try encoder.encode(run.classNames)
            writer.metadata["class_names"] = String(decoding: names, as: UTF8.self)
        }
        return try writer.serialized()
    }

    /// A context for all classes, or one for each of some.
    public enum Contexts: Sendable, Equatable {
        case shared(Matrix)
        case ofClasses(names: [String], [Matrix])

        /// What classes get: their own context by name, the mean of all contexts where their name is new.
        public func chosen(for classNames: [String]) -> ChosenContexts {
            switch self {
            case .shared(let context): return ChosenContexts(shared: context)
            case .ofClasses(let names, let contexts):
                let mean = Self.mean(contexts)
                let own = Dictionary(zip(names.map(Self.words), contexts)) { first, _ in first }
                let found = classNames.map { own[Self.words($0)] }
                return ChosenContexts(
                    shared: mean, ofClasses: found.map { $0 ?? mean }, newClasses: found.count { $0 == nil })
            }
        }

        /// As the tokenizer reads a name.
        private static func words(_ name: String) -> String { name.replacing("_", with: " ") }

        private static func mean(_ contexts: [Matrix]) -> Matrix {
            var sums = [Double](repeating: 0, count: contexts[0].values.count)
            for context in contexts {
                for (index, value) in context.values.enumerated() { sums[index] += Double(value) }
            }
            return Matrix(
                rows: contexts[0].rows, columns: contexts[0].columns,
                values: sums.map { Float($0 / Double(contexts.count)) })
        }
    }

    /// Contexts of a file as the classes in use get them.
    public struct ChosenContexts: Sendable, Equatable {
        /// The context of all classes, or the mean.
        public var shared: Matrix
        /// A context for each class in use; nil where all share one.
        public var ofClasses: [Matrix]?
        /// Classes in use that the file does not name.
        public var newClasses = 0
    }

    /// Names of the tensors that are applied to logits.
    public static func heads(path: String) throws -> [String] {
        try SafeTensorsFile(path: path).names.filter { $0.hasPrefix("head.") }.sorted()
    }

    /// Reads a context back, or the contexts of classes.
    ///
    /// - Throws: `TuningError.badPrompt` when the file has neither `context` nor `class_contexts` of the width d.
    public static func contexts(path: String, width: Int) throws -> Contexts {
        let file = try SafeTensorsFile(path: path)
        guard file.entry("context") == nil, file.entry("class_contexts") != nil else {
            return .shared(try context(path: path, width: width))
        }
        return try contextsOfClasses(file, path: path, width: width)
    }

    private static func contextsOfClasses(
        _ file: SafeTensorsFile, path: String, width: Int
    ) throws -> Contexts {
        func expect(_ holds: Bool, _ reason: String) throws {
            if !holds { throw TuningError.badPrompt(file: path, reason: reason) }
        }
        let shape = file.entry("class_contexts")?.shape ?? []
        try expect(
            shape.count == 3 && shape[0] >= 1 && shape[1] >= 1 && shape[2] == width,
            "expected a tensor 'class_contexts' of classes × tokens × \(width)")
        if let other = ["visual_tokens", "frame"].first(where: { file.entry($0) != nil }) {
            try expect(false, "its contexts go with '\(other)', which no method starts from")
        }
        let names = file.metadata["class_names"].flatMap {
            try? JSONDecoder().decode([String].self, from: Data($0.utf8))
        }
        try expect(
            names?.count == shape[0],
            "expected \(DisplayNumber.count(shape[0], "name")) in its metadata 'class_names', as many as contexts"
        )
        let values = try file.floats("class_contexts", shape: shape)
        try expect(values.allSatisfy(\.isFinite), "its contexts have values that are not finite")
        let size = shape[1] * width
        let contexts = (0..<shape[0]).map { label in
            Matrix(
                rows: shape[1], columns: width, values: Array(values[(label * size)..<((label + 1) * size)]))
        }
        return .ofClasses(names: names ?? [], contexts)
    }

    /// Reads a context of all classes back.
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
