import Files

/// The checked header of a safetensors file.
struct SafeTensorsHeader: Sendable {
    /// The element types of the format.
    enum ElementType: String, CaseIterable, Sendable {
        case bool = "BOOL"
        case uint8 = "U8"
        case int8 = "I8"
        case float8e5m2 = "F8_E5M2"
        case float8e4m3 = "F8_E4M3"
        case float8e8m0 = "F8_E8M0"
        case int16 = "I16"
        case uint16 = "U16"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case int32 = "I32"
        case uint32 = "U32"
        case float32 = "F32"
        case complex64 = "C64"
        case float64 = "F64"
        case int64 = "I64"
        case uint64 = "U64"

        /// Bytes of one element.
        var size: Int {
            switch self {
            case .bool, .uint8, .int8, .float8e5m2, .float8e4m3, .float8e8m0: 1
            case .int16, .uint16, .float16, .bfloat16: 2
            case .int32, .uint32, .float32: 4
            case .complex64, .float64, .int64, .uint64: 8
            }
        }
    }

    struct Tensor: Sendable {
        let type: ElementType
        let shape: [Int]
        /// Bytes of the data part.
        let range: Range<Int>

        /// Elements in all.
        var count: Int { range.count / type.size }
    }

    /// The longest header that is read, the format's own limit.
    static let longest = 100_000_000

    let tensors: [String: Tensor]
    let metadata: [String: String]
    /// Where in the file the data part begins.
    let dataStart: Int

    /// Reads and checks the header of a file.
    init(_ file: ReadOnlyFile) throws {
        do {
            try self.init(checking: file)
        } catch let problem as HeaderProblem {
            throw TensorsError.malformed(path: file.path, reason: problem.reason)
        }
    }

    private init(checking file: ReadOnlyFile) throws {
        var prefix: UInt64 = 0
        let prefixRead = try withUnsafeMutableBytes(of: &prefix) { try file.read(into: $0, at: 0) }
        guard prefixRead == 8 else {
            throw HeaderProblem("got \(file.size) bytes, too few for a header length")
        }
        let length = UInt64(littleEndian: prefix)
        if let reason = StandIn.reason(try Self.start(of: file)) { throw HeaderProblem(reason) }
        guard length <= UInt64(Self.longest) else {
            throw HeaderProblem("header length \(length) is above \(Self.longest)")
        }
        let available = file.size - 8
        guard length <= UInt64(max(available, 0)) else {
            throw HeaderProblem("header length \(length) is above the file's remaining \(available) bytes")
        }
        let count = Int(length)
        let bytes = try Self.bytes(of: file, at: 8, count: count)
        guard bytes.count == count else {
            throw HeaderProblem("the header ends early")
        }
        var parser = SafeTensorsHeaderParser(bytes)
        (tensors, metadata) = try parser.parse()
        dataStart = 8 + count
        try Self.checkCover(tensors, dataSize: file.size - dataStart)
    }

    private static func start(of file: ReadOnlyFile) throws -> [UInt8] {
        try bytes(of: file, at: 0, count: min(file.size, 512))
    }

    private static func bytes(of file: ReadOnlyFile, at offset: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
            read = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
    }

    /// Checks that the tensors cover the data part from its first to its last byte, each byte once.
    private static func checkCover(_ tensors: [String: Tensor], dataSize: Int) throws {
        // Empty tensors come before the one that begins at the same byte.
        let ordered = tensors.sorted {
            let (a, b) = ($0.value.range, $1.value.range)
            return (a.lowerBound, a.upperBound, $0.key) < (b.lowerBound, b.upperBound, $1.key)
        }
        var end = 0
        for (name, tensor) in ordered {
            guard tensor.range.lowerBound == end else {
                throw HeaderProblem(
                    "tensor '\(name)' begins at byte \(tensor.range.lowerBound) of the data, expected \(end)")
            }
            end = tensor.range.upperBound
        }
        guard end == dataSize else {
            throw HeaderProblem("the tensors take \(end) bytes of data; got \(dataSize)")
        }
    }
}

/// What is wrong with a header, to be reported with its file.
struct HeaderProblem: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
