import CKernels
import Files

/// A safetensors file, checked when opened and read tensor by tensor.
///
/// The format: a little-endian 64-bit header length, a JSON object, then the tensors' bytes, which the
/// entries' offsets cover without gap or overlap. Where the file is cut short later, a read throws.
public final class SafeTensorsFile: Sendable {
    /// The description of one tensor.
    public struct Entry: Sendable, Equatable {
        /// The element type as the format names it, such as `F32`.
        public let dtype: String
        public let shape: [Int]

        /// Elements in all.
        public var count: Int { shape.reduce(1, *) }
    }

    public let path: String
    /// The tensors' names, sorted.
    public let names: [String]
    /// The strings under `__metadata__`.
    public let metadata: [String: String]

    private let file: ReadOnlyFile
    private let header: SafeTensorsHeader

    /// Opens and checks a file.
    ///
    /// Throws `FileError` or `TensorsError.malformed`.
    public init(path: String) throws {
        self.path = path
        file = try ReadOnlyFile(path: path)
        header = try SafeTensorsHeader(file)
        names = header.tensors.keys.sorted()
        metadata = header.metadata
    }

    /// The description of a tensor, nil where the file has none of that name.
    public func entry(_ name: String) -> Entry? {
        header.tensors[name].map { Entry(dtype: $0.type.rawValue, shape: $0.shape) }
    }

    /// The elements of an F32, F16 or BF16 tensor, row-major, widened to float32.
    public func floats(_ name: String) throws -> [Float] {
        let count = try tensor(name).count
        return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress { try read(name, elements: 0..<count, into: start) }
            initialized = count
        }
    }

    /// Reads some elements of an F32, F16 or BF16 tensor, row-major, widened to float32.
    ///
    /// Threads may read at the same time.
    public func read(
        _ name: String, elements: Range<Int>, into output: UnsafeMutablePointer<Float>
    ) throws {
        let tensor = try tensor(name)
        precondition(
            elements.lowerBound >= 0 && elements.upperBound <= tensor.count,
            "expected elements below \(tensor.count); got \(elements)")
        switch tensor.type {
        case .float32:
            try fill(
                UnsafeMutableRawBufferPointer(start: output, count: 4 * elements.count), from: tensor,
                named: name, at: 4 * elements.lowerBound)
            for i in 0..<elements.count {
                output[i] = Float(bitPattern: UInt32(littleEndian: output[i].bitPattern))
            }
        case .float16, .bfloat16:
            try widen(tensor, named: name, elements: elements, into: output)
        default:
            throw TensorsError.elementType(
                name: name, path: path, expected: "F32, F16 or BF16", got: tensor.type.rawValue)
        }
    }

    /// The elements of a float tensor that must have a given shape.
    public func floats(_ name: String, shape: [Int]) throws -> [Float] {
        let tensor = try tensor(name)
        guard tensor.shape == shape else {
            throw TensorsError.shapeMismatch(
                name: name, path: path, expected: shape, got: tensor.shape)
        }
        return try floats(name)
    }

    /// The elements of an I32 tensor, row-major.
    public func int32s(_ name: String) throws -> [Int32] {
        let tensor = try tensor(name)
        guard tensor.type == .int32 else {
            throw TensorsError.elementType(
                name: name, path: path, expected: "I32", got: tensor.type.rawValue)
        }
        var values = [Int32](repeating: 0, count: tensor.count)
        try values.withUnsafeMutableBytes { try fill($0, from: tensor, named: name, at: 0) }
        for i in values.indices { values[i] = Int32(littleEndian: values[i]) }
        return values
    }

    private func tensor(_ name: String) throws -> SafeTensorsHeader.Tensor {
        guard let tensor = header.tensors[name] else {
            throw TensorsError.missingTensor(name: name, path: path)
        }
        return tensor
    }

    /// Most 16-bit elements held while they are widened.
    private static let pieceLength = 1 << 16

    private func widen(
        _ tensor: SafeTensorsHeader.Tensor, named name: String, elements: Range<Int>,
        into output: UnsafeMutablePointer<Float>
    ) throws {
        var words = [UInt16](repeating: 0, count: min(Self.pieceLength, elements.count))
        var done = 0
        while done < elements.count {
            let count = min(words.count, elements.count - done)
            try words.withUnsafeMutableBytes { buffer in
                try fill(
                    UnsafeMutableRawBufferPointer(rebasing: buffer[..<(2 * count)]), from: tensor,
                    named: name, at: 2 * (elements.lowerBound + done))
            }
            for i in 0..<count { words[i] = UInt16(littleEndian: words[i]) }
            if tensor.type == .float16 {
                zl_widen_f16(words, output + done, count)
            } else {
                zl_widen_bf16(words, output + done, count)
            }
            done += count
        }
    }

    /// Reads bytes of a tensor; the header has been checked against the size of the file.
    private func fill(
        _ bytes: UnsafeMutableRawBufferPointer, from tensor: SafeTensorsHeader.Tensor, named name: String,
        at offset: Int
    ) throws {
        let read = try file.read(into: bytes, at: header.dataStart + tensor.range.lowerBound + offset)
        guard read == bytes.count else {
            throw TensorsError.malformed(
                path: path, reason: "tensor '\(name)' ends early, the file has been cut short")
        }
    }
}
