import CKernels

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
    /// Throws `TensorsError.unreadable` or `.malformed`.
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
        let tensor = try tensor(name)
        switch tensor.type {
        case .float32:
            return try elements(of: tensor, named: name) { Float(bitPattern: UInt32(littleEndian: $0)) }
        case .float16, .bfloat16:
            let words: [UInt16] = try elements(of: tensor, named: name) { UInt16(littleEndian: $0) }
            return [Float](unsafeUninitializedCapacity: words.count) { buffer, count in
                count = words.count
                guard let start = buffer.baseAddress else { return }
                if tensor.type == .float16 {
                    zl_widen_f16(words, start, count)
                } else {
                    zl_widen_bf16(words, start, count)
                }
            }
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
        return try elements(of: tensor, named: name) { Int32(littleEndian: $0) }
    }

    private func tensor(_ name: String) throws -> SafeTensorsHeader.Tensor {
        guard let tensor = header.tensors[name] else {
            throw TensorsError.missingTensor(name: name, path: path)
        }
        return tensor
    }

    /// Reads a tensor straight into an array; the header has been checked against the size of the file.
    private func elements<Stored: BitwiseCopyable, Element>(
        of tensor: SafeTensorsHeader.Tensor, named name: String, _ convert: (Stored) -> Element
    ) throws -> [Element] {
        precondition(
            MemoryLayout<Stored>.size == MemoryLayout<Element>.size,
            "expected elements of \(MemoryLayout<Element>.size) bytes; got \(MemoryLayout<Stored>.size)")
        let count = tensor.range.count / MemoryLayout<Stored>.size
        return try [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            let read = try file.read(into: bytes, at: header.dataStart + tensor.range.lowerBound)
            guard read == tensor.range.count else {
                throw TensorsError.malformed(
                    path: path, reason: "tensor '\(name)' ends early, the file has been cut short")
            }
            for i in 0..<count {
                let stored = bytes.load(fromByteOffset: i * MemoryLayout<Stored>.size, as: Stored.self)
                buffer.initializeElement(at: i, to: convert(stored))
            }
            initialized = count
        }
    }
}
