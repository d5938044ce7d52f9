import Foundation
import Tensors
import Testing

struct SafeTensorsOutputTests {
    /// A path in a folder that lasts as long as the call.
    private func withPath(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("x.safetensors").path)
    }

    @Test func `pieces in any order give the writer's bytes`() throws {
        let values = ["b": samples(30, "b"), "a": samples(7, "a")]
        var writer = SafeTensorsWriter()
        writer.metadata = ["format": "pt"]
        for (name, shape) in [("b", [5, 6]), ("a", [7]), ("none", [0, 3])] {
            try writer.add(name, shape: shape, floats: values[name] ?? [])
        }
        try withPath { path in
            let output = try SafeTensorsOutput(
                path: path, type: .float32,
                tensors: [.init("b", [5, 6]), .init("none", [0, 3]), .init("a", [7])],
                metadata: ["format": "pt"])
            for (name, range) in [("b", 16..<30), ("a", 0..<7), ("b", 0..<16)] {
                try Array(values[name]?[range] ?? []).withUnsafeBufferPointer {
                    try output.write(name, from: range.lowerBound, $0)
                }
            }
            #expect(!FileManager.default.fileExists(atPath: path))
            try output.commit()
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == writer.serialized())
        }
    }

    /// Halves between two neighbours go to the even one; small ones become subnormal.
    @Test func `half precision rounds to nearest even`() throws {
        let values: [Float] = [1 + 0x1p-11, 1 + 0x3p-11, 0x1p-25, 0x3p-25, -0.1, 65504, 0]
        let rounded: [Float] = [1, 1 + 0x1p-9, 0, 0x1p-23, -0.099_975_586, 65504, 0]
        try withPath { path in
            let output = try SafeTensorsOutput(
                path: path, type: .float16, tensors: [.init("x", [values.count])])
            try values.withUnsafeBufferPointer { try output.write("x", from: 0, $0) }
            try output.commit()
            let file = try SafeTensorsFile(path: path)
            #expect(file.entry("x")?.dtype == "F16")
            #expect(sameBits(try file.floats("x"), rounded))
        }
    }

    @Test func `a file that is there is kept until the new one is whole`() throws {
        try withPath { path in
            try Data("old".utf8).write(to: URL(fileURLWithPath: path))
            do { _ = try SafeTensorsOutput(path: path, type: .float32, tensors: []) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("old".utf8))
            let folder = (path as NSString).deletingLastPathComponent
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x.safetensors"])
        }
    }

    @Test(arguments: [SafeTensorsOutput.ElementType.float32, .float16])
    func `parts of a tensor are those of the whole`(_ type: SafeTensorsOutput.ElementType) throws {
        // Longer than the piece in which 16-bit elements are widened.
        let values = samples(70_001, "values")
        try withPath { path in
            let output = try SafeTensorsOutput(path: path, type: type, tensors: [.init("x", [values.count])])
            try values.withUnsafeBufferPointer { try output.write("x", from: 0, $0) }
            try output.commit()
            let file = try SafeTensorsFile(path: path)
            let whole = try file.floats("x")
            for range in [0..<0, 0..<1, 3..<70_001, 65_535..<65_537, 70_001..<70_001] {
                var part = [Float](repeating: 0, count: range.count)
                try part.withUnsafeMutableBufferPointer { buffer in
                    guard let start = buffer.baseAddress else { return }
                    try file.read("x", elements: range, into: start)
                }
                #expect(sameBits(part, Array(whole[range])))
            }
        }
    }
}
