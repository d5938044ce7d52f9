import Foundation
import Tensors
import Testing

/// Gives a closure the path of a file of these bytes that lasts as long as the call.
func withTemporaryFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("x.safetensors")
    try Data(bytes).write(to: file)
    return try body(file.path)
}

struct SafeTensorsTests {
    /// The file of a header and some bytes of data.
    static func file(_ header: String, data: Int = 0) -> [UInt8] {
        let text = Array(header.utf8)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
            + [UInt8](repeating: 0, count: data)
    }

    @Test func `Python's file reads back`() throws {
        let file = try SafeTensorsFile(path: fixture("python.safetensors").path)
        #expect(file.names == ["bf16", "bytes", "empty", "f16", "f32", "i32", "i64", "scalar"])
        #expect(file.metadata == ["format": "pt", "note": "a \"quoted\" \\ line\nñ 🙂"])
        let values: [Float] = [0, -0.0, 1.5, -2.25, 3.4e38, .leastNonzeroMagnitude, .infinity, 65504]
        #expect(sameBits(try file.floats("f32", shape: [2, 4]), values))
        #expect(sameBits(try file.floats("f16"), Array(values.prefix(4))))
        let brain: [Float] = [0, -0.0, 1.5, -2.25, .infinity, 0, .infinity, 65536]
        #expect(sameBits(try file.floats("bf16"), brain))
        #expect(try file.int32s("i32") == [1, -2, .max, .min])
        #expect(try file.floats("empty", shape: [0, 3]).isEmpty)
        #expect(try file.floats("scalar", shape: []) == [7])
        #expect(file.entry("i64")?.dtype == "I64" && file.entry("i64")?.shape == [2])
        #expect(file.entry("none") == nil)
    }

    @Test func `the writer gives the bytes of Python's`() throws {
        var writer = SafeTensorsWriter()
        writer.metadata = ["format": "pt"]
        try writer.add("b", shape: [1, 3], floats: [1, 2, 3])
        try writer.add("empty", shape: [2, 0], floats: [])
        try writer.add(
            "a.weight", shape: [8],
            floats: [0, -0.0, 1.5, -2.25, 3.4e38, .leastNonzeroMagnitude, .infinity, 65504])
        #expect(try writer.serialized() == Array(Data(contentsOf: fixture("float32.safetensors"))))

        var mixed = SafeTensorsWriter()
        mixed.metadata = ["b": "q\"\n", "a": "1"]
        try mixed.add("w", shape: [2, 1], floats: [0.5, -1])
        try mixed.add("order", shape: [3], int32s: [2, 0, -1])
        #expect(try mixed.serialized() == Array(Data(contentsOf: fixture("mixed.safetensors"))))
    }

    @Test func `what is written reads back`() throws {
        var writer = SafeTensorsWriter()
        writer.metadata = ["k\u{1}": "tab\t \\ \" é 🙂"]
        let values = samples(35, "values")
        try writer.add("names \"may\" be odd", shape: [5, 7], floats: values)
        try writer.add("n", shape: [], int32s: [3])
        try withTemporaryFile(writer.serialized()) { path in
            let file = try SafeTensorsFile(path: path)
            #expect(file.metadata == writer.metadata)
            #expect(try file.floats("names \"may\" be odd", shape: [5, 7]) == values)
            #expect(try file.int32s("n") == [3])
        }
        #expect(Array(try SafeTensorsWriter().serialized().dropFirst(8)) == Array("{}      ".utf8))
    }

    @Test func `wrong requests are named`() throws {
        let file = try SafeTensorsFile(path: fixture("python.safetensors").path)
        func message(_ body: () throws -> Void) -> String {
            do {
                try body()
                return ""
            } catch {
                return "\(error)".replacingOccurrences(of: file.path, with: "F")
            }
        }
        #expect(message { _ = try file.floats("w") } == "missing tensor 'w' in 'F'")
        #expect(
            message { _ = try file.floats("f32", shape: [4, 2]) }
                == "expected shape [4, 2] of 'f32' in 'F'; got [2, 4]")
        #expect(
            message { _ = try file.floats("i64") }
                == "expected F32, F16 or BF16 elements of 'i64' in 'F'; got I64")
        #expect(
            message { _ = try file.int32s("f32") } == "expected I32 elements of 'f32' in 'F'; got F32")
        var writer = SafeTensorsWriter()
        #expect(
            message { try writer.add("a", shape: [2], floats: [1]) }
                == "cannot write tensor 'a': shape [2] takes 2 values; got 1")
        #expect(
            message { try writer.add("a", shape: [-1, -1], floats: [1]) }
                == "cannot write tensor 'a': shape [-1, -1] is no shape")
        #expect(
            message {
                try writer.add("a", shape: [1], floats: [1])
                try writer.add("a", shape: [1], floats: [1])
            } == "cannot write tensor 'a': the name is taken")
    }

    struct Bad: Sendable {
        let header: String
        var data = 0
        let reason: String

        init(_ header: String, _ data: Int = 0, _ reason: String) {
            (self.header, self.data, self.reason) = (header, data, reason)
        }
    }

    static func one(_ type: String = "F32", _ shape: String = "1", _ offsets: String = "0,4") -> String {
        #""a":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(offsets)]}"#
    }

    static let bad = [
        Bad("", 0, "expected '{' at byte 0 of the header; got its end"),
        Bad(" {}", 0, "expected '{' at byte 0 of the header"),
        Bad("{} x", 0, "expected the end of the header at byte 3 of the header"),
        Bad("{", 0, "expected a string at byte 1 of the header; got its end"),
        Bad("[]", 0, "expected '{' at byte 0 of the header"),
        Bad("{\"a\":1}", 0, "expected '{' at byte 5 of the header"),
        Bad("{\(one())", 4, "expected '}' at byte 53 of the header; got its end"),
        Bad("{\(one()),}", 4, "expected a string at byte 54 of the header"),
        Bad("{\(one()),\(one())}", 4, "tensor 'a' comes twice"),
        Bad("{\(one("F31"))}", 4, "tensor 'a' has the unknown dtype 'F31'"),
        Bad("{\(one("F32", "2"))}", 4, "tensor 'a' of F32 [2] takes 8 bytes; got data_offsets [0, 4]"),
        Bad("{\(one("F32", "1", "4,0"))}", 4, "tensor 'a' has data_offsets [4, 0]"),
        Bad("{\(one("F32", "1", "0,4,4"))}", 4, "tensor 'a' has data_offsets [0, 4, 4]"),
        Bad("{\(one("F32", "-1"))}", 4, "expected an integer at byte 29 of the header"),
        Bad("{\(one("F32", "1.0"))}", 4, "expected ']' at byte 30 of the header"),
        Bad("{\(one("F32", "01"))}", 4, "expected an integer at byte 31 of the header"),
        Bad("{\(one("F32", "4294967296,4294967296"))}", 4, "tensor 'a' has a size beyond 2^63"),
        Bad("{\(one("F32", "9223372036854775808"))}", 4, "a number is beyond 2^63"),
        Bad(
            "{\(one("F32", "1" + String(repeating: ",1", count: 64)))}", 4,
            "a list has more than 64 numbers"),
        Bad("{\(one("F32", "1", "4,8"))}", 8, "tensor 'a' begins at byte 4 of the data, expected 0"),
        Bad("{\(one())}", 3, "the tensors take 4 bytes of data; got 3"),
        Bad("{\(one())}", 5, "the tensors take 4 bytes of data; got 5"),
        Bad(
            "{\(one()),\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", 6,
            "tensor 'b' begins at byte 2 of the data, expected 4"),
        Bad(#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "tensor 'a' lacks dtype, shape or data_offsets"),
        Bad(#"{"a":{"dtype":"F32","dtype":"F32"}}"#, 4, "tensor 'a' has an unexpected key 'dtype'"),
        Bad(#"{"a":{"x":[[[[[["#, 4, "tensor 'a' has an unexpected key 'x'"),
        Bad(#"{"__metadata__":{"a":1}}"#, 0, "expected a string at byte 21 of the header"),
        Bad(#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "metadata key 'a' comes twice"),
        Bad(#"{"__metadata__":{},"__metadata__":{}}"#, 0, "'__metadata__' comes twice"),
        Bad(#"{"\ud800":1}"#, 0, "expected the second half of a surrogate pair at byte 8 of the header"),
        Bad(#"{"\q":1}"#, 0, "expected an escape at byte 4 of the header"),
        Bad("{\"a\u{1}\":1}", 0, "expected no control character in a string at byte 4 of the header"),
    ]

    @Test(arguments: bad)
    func `a broken header is refused`(_ bad: Bad) throws {
        try withTemporaryFile(Self.file(bad.header, data: bad.data)) { path in
            let error = #expect(throws: TensorsError.self) { try SafeTensorsFile(path: path) }
            #expect(error == .malformed(path: path, reason: bad.reason))
        }
    }

    @Test func `bad lengths and bad UTF-8 are refused`() throws {
        let samples: [([UInt8], String)] = [
            ([], "got 0 bytes, too few for a header length"),
            ([1, 2, 3], "got 3 bytes, too few for a header length"),
            ([UInt8](repeating: 255, count: 9), "header length 18446744073709551615 is above 100000000"),
            ([9, 0, 0, 0, 0, 0, 0, 0, 123], "header length 9 is above the file's remaining 1 bytes"),
        ]
        for (bytes, reason) in samples {
            try withTemporaryFile(bytes) { path in
                let error = #expect(throws: TensorsError.self) { try SafeTensorsFile(path: path) }
                #expect(error == .malformed(path: path, reason: reason))
            }
        }
        let latin: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xE9] + Array("\":1} ".utf8)
        try withTemporaryFile(latin) { path in
            let error = #expect(throws: TensorsError.self) { try SafeTensorsFile(path: path) }
            #expect(error == .malformed(path: path, reason: "a string before byte 4 is not UTF-8"))
        }
    }

    /// Reads all that a file offers.
    private func readAll(_ path: String) throws {
        let file = try SafeTensorsFile(path: path)
        for name in file.names {
            _ = try? file.floats(name)
            _ = try? file.int32s(name)
        }
    }

    @Test func `every truncation is refused`() throws {
        let bytes = Array(try Data(contentsOf: fixture("python.safetensors")))
        for count in bytes.indices {
            try withTemporaryFile(Array(bytes.prefix(count))) { path in
                #expect(throws: TensorsError.self, "\(count) bytes") { try readAll(path) }
            }
        }
    }

    @Test func `a file cut short after opening makes the read throw`() throws {
        let bytes = Array(try Data(contentsOf: fixture("float32.safetensors")))
        try withTemporaryFile(bytes) { path in
            let file = try SafeTensorsFile(path: path)
            #expect(truncate(path, off_t(bytes.count - 20)) == 0)
            let error = #expect(throws: TensorsError.self) { try file.floats("a.weight") }
            #expect(
                error
                    == .malformed(
                        path: path,
                        reason: "tensor 'a.weight' ends early, the file has been cut short"))
        }
    }
}
