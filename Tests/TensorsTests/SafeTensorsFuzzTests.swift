import Foundation
import Fuzzing
import Tensors
import Testing

/// Safetensors files whose headers lie: each opens and reads, or is refused with this library's error.
struct SafeTensorsFuzzTests {
    @Test func `damaged bytes`() throws {
        let originals = try ["python.safetensors", "float32.safetensors", "mixed.safetensors"].map {
            Array(try Data(contentsOf: fixture($0)))
        }
        let report = fuzz("damaged safetensors", rounds: 1500) { random in
            var bytes = random.pick(originals)
            random.damage(&bytes, limit: random.once(in: 2) ? 8 : .max)
            return try opened(bytes)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `headers that lie`() {
        let report = fuzz("built safetensors", rounds: 1500) { random in try opened(Self.file(&random)) }
        #expect(report.problems.isEmpty, "\(report)")
    }

    /// Lengths, sizes and offsets up to 2^64 in files of a few bytes: reserving them would fail here.
    @Test(.enabled(if: !MemoryLimit.isSanitized)) func `lies reserve no memory`() async {
        await #expect(processExitsWith: .success) {
            guard MemoryLimit.allow(bytesMore: 48 << 20) else { exit(2) }
            for round in 0..<400 {
                var random = FuzzRandom(seed: 1, name: "memory", round: round)
                _ = try opened(Self.file(&random))
            }
            // The longest header that the format allows, where the file ends behind its beginning.
            _ = try opened(Self.bytes("{", length: 100_000_000))
            exit(0)
        }
    }

    private static func bytes(_ header: String, length: UInt64? = nil, data: Int = 0) -> [UInt8] {
        let text = Array(header.utf8)
        let count = length ?? UInt64(text.count)
        return withUnsafeBytes(of: count.littleEndian) { Array($0) } + text
            + [UInt8](repeating: 1, count: data)
    }

    /// A header with some wrong entries, perhaps mutated further, behind a length that may be wrong.
    private static func file(_ random: inout FuzzRandom) -> [UInt8] {
        let huge = [
            "-1", "4294967296", "4611686018427387904", "9223372036854775807", "9223372036854775808",
            "18446744073709551615", "18446744073709551616", "1e3", "1.0", "01", "\"4\"", "null", "[4]",
        ]
        let types = [
            ("F32", 4), ("F16", 2), ("BF16", 2), ("I32", 4), ("I64", 8), ("U8", 1), ("BOOL", 1),
            ("F8_E4M3", 1),
            ("C64", 8),
        ]
        var fields: [(key: String, value: JSONTree)] = []
        if random.once(in: 3) { fields.append(("__metadata__", .object([("a", .text("\"b\""))]))) }
        var end = 0
        for index in 0..<random.below(5) {
            var (type, size) = random.pick(types)
            var shape = (0..<random.below(4)).map { _ in String(random.below(6)) }
            var count = shape.compactMap { Int($0) }.reduce(1, *) * size
            if random.once(in: 10) { type = random.pick(["F31", "", "f32", "F32\\u0000", "\u{FF26}32"]) }
            if random.once(in: 10), !shape.isEmpty { shape[random.below(shape.count)] = random.pick(huge) }
            if random.once(in: 10) { shape = ["4294967296", "4294967296", random.pick(["0", "1", "4"])] }
            if random.once(in: 40) { shape = Array(repeating: random.pick(["1", "0", "2"]), count: 100_000) }
            if random.once(in: 10) { count = random.below(100) }
            // Overlapping, apart, out of range or backwards.
            let start = random.once(in: 10) ? max(0, end + random.below(9) - 4) : end
            var offsets = ["\(start)", "\(start + count)"]
            if random.once(in: 10) { offsets[random.below(2)] = random.pick(huge) }
            if random.once(in: 30) { offsets.swapAt(0, 1) }
            if random.once(in: 30) { offsets.append("0") }
            end = start + count
            func list(_ texts: [String]) -> JSONTree { .list(texts.map(JSONTree.text)) }
            let name = random.once(in: 10) ? random.pick(["t0", "", "__metadata__", "\u{0}"]) : "t\(index)"
            fields.append(
                (
                    name,
                    .object([
                        ("dtype", .text("\"\(type)\"")), ("shape", list(shape)),
                        ("data_offsets", list(offsets)),
                    ])
                ))
        }
        var tree = JSONTree.object(fields)
        if random.once(in: 4) { tree.mutate(&random) }
        if random.once(in: 60) { tree = JSONTree.hostileValue(&random) }
        let header = String(decoding: tree.bytes, as: UTF8.self)
        let data = random.once(in: 8) ? max(0, end + random.below(9) - 4) : max(0, min(end, 1 << 16))
        guard random.once(in: 10) else { return bytes(header, data: data) }
        let right = UInt64(header.utf8.count)
        let length = random.pick([
            0, 1, right &- 1, right + 1, right + UInt64(data), 99_999_999, 100_000_000, 100_000_001, 1 << 32,
            1 << 62, 1 << 63, .max - 7, .max,
        ])
        return bytes(header, length: length, data: data)
    }
}

/// Opens a file of these bytes and reads all it offers.
private func opened(_ bytes: [UInt8]) throws -> FuzzOutcome {
    var outcome = FuzzOutcome.accepted
    try withTemporaryFile(bytes) { path in
        do {
            let file = try SafeTensorsFile(path: path)
            for name in file.names {
                do { _ = try file.floats(name) } catch is TensorsError {}
                do { _ = try file.int32s(name) } catch is TensorsError {}
                _ = file.entry(name)?.count
            }
        } catch is TensorsError {
            outcome = .refused
        }
    }
    return outcome
}
