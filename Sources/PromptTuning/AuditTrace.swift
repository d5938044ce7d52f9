import BlackBox
import Datasets
import Foundation
import Tensors

extension Minibatch {
    /// Places in the training list, and which view of each where there are views.
    var traced: [NamedTensor] {
        [NamedTensor("batch", integers: indices)]
            + (views.map { [NamedTensor("views", integers: $0.chosen)] } ?? [])
    }
}

/// A run written out so that anyone can check it without this program.
///
/// safetensors, little-endian float32 and int32. What was drawn before the first step stands under the names that the method
/// gives; what a round draws and computes under `step.<k>.` and its names, or `step.<k>.round.<r>.` where a step has several.
public struct AuditTrace {
    /// Most bytes of a trace.
    static let limit = 2 << 30

    private let run: TuningRun
    private let first: Int

    /// - Parameter last: how many of the last steps to write; nil for all.
    public init(_ run: TuningRun, last: Int? = nil) {
        self.run = run
        first = max(0, run.history.steps.count - (last ?? .max))
    }

    /// Steps that are written.
    public var steps: Int { run.history.steps.count - first }

    /// The file's bytes.
    ///
    /// The method is told its recorded readings again from the start, so a trace can be made at any time; that it comes out
    /// where the run is, is checked.
    /// - Parameter pause: called after each step; what it throws ends the work.
    /// - Throws: `TuningError.traceTooLarge`; `TuningError.traceElsewhere` where the readings do not lead to the run.
    public func serialized(
        modelDigest: String, version: String, pause: () throws -> Void = {}
    ) throws -> [UInt8] {
        var writer = SafeTensorsWriter()
        var bytes = 0
        func add(_ tensors: [NamedTensor], prefix: String = "") throws {
            for tensor in tensors {
                bytes += 4 * tensor.shape.reduce(1, *)
                guard bytes <= Self.limit else {
                    throw TuningError.traceTooLarge(bytes: bytes, limit: Self.limit)
                }
                try writer.add(tensor, prefix: prefix)
            }
        }
        var method = try type(of: run.method).init(run.method.settings, for: run.problem)
        try add(method.traced)
        for (index, record) in run.history.steps.enumerated() {
            for (round, readings) in record.readings.enumerated() {
                if index >= first {
                    let part = record.readings.count > 1 ? "round.\(round + 1)." : ""
                    try add(try method.traced(readings), prefix: "step.\(record.step)." + part)
                }
                _ = try method.tell(readings)
            }
            try pause()
        }
        guard method.state == run.method.state else {
            throw TuningError.traceElsewhere(method: run.methodName)
        }
        writer.metadata = [
            "method": run.methodName,
            "settings": Self.json(
                Dictionary(uniqueKeysWithValues: run.described.map { ($0.name, $0.value) })),
            "model_sha256": modelDigest,
            "classes": Self.json(run.classNames),
            "train_images": Self.json(run.train.images.map { [$0.path, $0.label] as [Any] }),
            "ziplab_version": version,
        ]
        for (name, digest) in run.method.provenance { writer.metadata[name + "_sha256"] = digest }
        return try writer.serialized()
    }

    private static func json(_ value: Any) -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else {
            return ""
        }
        return String(decoding: data, as: UTF8.self)
    }
}
