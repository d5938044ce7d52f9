import BlackBox
import Foundation
import PromptTuning

/// A run's numbers as JSON: its settings, a list of steps, a list of evaluations.
enum RunJSON {
    static func text(_ run: TuningRun) -> String {
        func object(_ fields: [(String, ResultValue)]) -> String {
            "{" + fields.map { "\(JSONText.quoted($0)):\($1.json)" }.joined(separator: ",") + "}"
        }
        let measures = type(of: run.method).measures
        let settings = object(run.described.map { ($0.name, ResultValue(reading: $0.value)) })
        let steps = run.history.steps.map { record in
            object(
                [
                    ("step", .integer(record.step)), ("queries", .integer(record.queries)),
                    ("loss", .double(record.loss)),
                ] + zip(measures, record.measures).map { ($0.name, ResultValue($1)) })
        }
        let evaluations = run.history.evaluations.map { evaluation in
            object([
                ("split", .text(evaluation.split)), ("step", .integer(evaluation.step)),
                ("queries", .integer(evaluation.queries)), ("accuracy", .double(evaluation.score.accuracy)),
                ("correct", .integer(evaluation.score.correct)),
                ("images", .integer(evaluation.score.images)),
                ("loss", .float(evaluation.score.loss)),
            ])
        }
        return
            "{\"settings\":\(settings),\n\"steps\":[\n\(steps.joined(separator: ",\n"))\n],\n\"evaluations\":[\n"
            + "\(evaluations.joined(separator: ",\n"))\n]}\n"
    }
}

/// A run's numbers as an event file of TensorBoard, with training queries in the place of its steps.
///
/// Records are framed as TFRecord (length, masked CRC-32C of it, data, masked CRC-32C of them) and hold `Event` messages.
/// The wall time is the number of the query, so that the same run gives the same bytes.
enum RunEvents {
    /// The name that TensorBoard finds an event file by.
    static let fileName = "events.out.tfevents.0000000000.ziplab"

    static func bytes(_ run: TuningRun) -> [UInt8] {
        var file = record(double(1, 0) + text(3, "brain.Event:2"))
        func add(_ tag: String, _ queries: Int, _ value: Double) {
            let number = text(1, tag) + [0x15] + word(Float(value).bitPattern)
            file += record(double(1, Double(queries)) + integer(2, queries) + message(5, message(1, number)))
        }
        let measures = type(of: run.method).measures
        for step in run.history.steps {
            add("loss", step.queries, step.loss)
            for (key, value) in zip(measures, step.measures) { add(key.name, step.queries, value.double) }
        }
        for evaluation in run.history.evaluations {
            add("accuracy/" + evaluation.split, evaluation.queries, evaluation.score.accuracy)
            add("loss/" + evaluation.split, evaluation.queries, Double(evaluation.score.loss))
        }
        return file
    }

    // MARK: Protocol buffers

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func integer(_ field: UInt64, _ value: Int) -> [UInt8] {
        varint(field << 3) + varint(UInt64(value))
    }

    private static func double(_ field: UInt64, _ value: Double) -> [UInt8] {
        varint(field << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }

    private static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    private static func text(_ field: UInt64, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }

    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    // MARK: TFRecord

    private static func record(_ data: [UInt8]) -> [UInt8] {
        let length = (0..<8).map { UInt8(truncatingIfNeeded: data.count >> (8 * $0)) }
        return length + word(masked(length)) + data + word(masked(data))
    }

    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        let sum = checksum(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }

    /// CRC-32C (Castagnoli), reflected.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82F6_3B78 }
    }
}
