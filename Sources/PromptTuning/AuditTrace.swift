import Foundation
import Tensors
import ZerothOrder

/// A run written out so that anyone can check it without this program.
///
/// Tensors, little-endian float32 unless said: `ctx0` [m, d]; for each token i `fastfood.<i>.B` [L], `fastfood.<i>.P` [L] int32,
/// `fastfood.<i>.G` [L]; for each step k `step.<k>.w` [δ], `.batch` [b] int32, `.z` [K, δ], `.loss_plus` [K], `.loss_minus` [K],
/// `.gradient` [δ] (averaged, before clipping) and `.w_next` [δ].
public struct AuditTrace {
    private let run: TuningRun
    private let method: ZIPMethod

    /// - Throws: `TuningError.unknownMethod` for a method that has no trace.
    public init(_ run: TuningRun) throws {
        guard let method = run.method as? ZIPMethod else {
            throw TuningError.unknownMethod(run.settings.method, known: [ZIPMethod.name])
        }
        self.run = run
        self.method = method
    }

    /// The file's bytes.
    ///
    /// The run's parameters are recomputed from its recorded losses, so a trace can be made at any time; that the last ones
    /// equal the run's is checked.
    public func serialized(modelDigest: String, version: String) throws -> [UInt8] {
        var writer = SafeTensorsWriter()
        let parameterization = method.parameterization
        try writer.add(
            "ctx0", shape: [parameterization.shape.tokens, parameterization.width],
            floats: parameterization.initial.values)
        for (index, projection) in parameterization.projections.enumerated() {
            let length = [projection.signs.count]
            try writer.add("fastfood.\(index).B", shape: length, floats: projection.signs)
            try writer.add("fastfood.\(index).P", shape: length, int32s: projection.permutation)
            try writer.add("fastfood.\(index).G", shape: length, floats: projection.gaussian)
        }
        var replayed = try ZIPMethod(
            method.settings, initial: parameterization.initial, width: parameterization.width)
        for summary in run.history.steps {
            let before = replayed.parameters
            let record = try replayed.repeatStep(summary)
            let prefix = "step.\(summary.step)."
            let batch = run.plan.batch(step: summary.step).map { Int32($0) }
            let size = [before.count]
            try writer.add(prefix + "w", shape: size, floats: before)
            try writer.add(prefix + "batch", shape: [batch.count], int32s: batch)
            try writer.add(
                prefix + "z", shape: [record.directions.count, before.count],
                floats: record.directions.flatMap { $0 })
            try writer.add(prefix + "loss_plus", shape: [record.lossPlus.count], floats: record.lossPlus)
            try writer.add(prefix + "loss_minus", shape: [record.lossMinus.count], floats: record.lossMinus)
            try writer.add(prefix + "gradient", shape: size, floats: record.gradient)
            try writer.add(prefix + "w_next", shape: size, floats: replayed.parameters)
        }
        precondition(
            replayed.parameters == run.method.parameters,
            "the recorded losses do not lead to the run's parameters")
        writer.metadata = [
            "method": ZIPMethod.name,
            "settings": Self.json(
                Dictionary(uniqueKeysWithValues: run.settings.described.map { ($0.name, $0.value) })),
            "model_sha256": modelDigest,
            "classes": Self.json(run.classNames),
            "train_images": Self.json(run.train.images.map { [$0.path, $0.label] as [Any] }),
            "ziplab_version": version,
        ]
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
