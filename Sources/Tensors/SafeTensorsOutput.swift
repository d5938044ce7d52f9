import Files

/// A safetensors file written in pieces, for tensors that should not be in memory at once.
///
/// The header is that of `SafeTensorsWriter`: tensors and metadata sorted by name, always the same bytes
/// for the same content. Threads may write different pieces at the same time.
public final class SafeTensorsOutput: Sendable {
    /// The element types that can be written.
    public enum ElementType: String, Sendable {
        case float32 = "F32"
        case float16 = "F16"

        /// Bytes of one element.
        public var size: Int { self == .float32 ? 4 : 2 }
    }

    /// Name and shape of one tensor.
    public struct Tensor: Sendable {
        public let name: String
        public let shape: [Int]

        public init(_ name: String, _ shape: [Int]) {
            self.name = name
            self.shape = shape
        }

        /// Elements in all.
        public var count: Int { shape.reduce(1, *) }
    }

    public let path: String
    private let type: ElementType
    private let file: NewFile
    /// Where in the file each tensor begins.
    private let starts: [String: Int]

    /// Begins the file, which gets its name with `commit`, and writes its header.
    ///
    /// - Throws: `FileError`, `TensorsError.unwritable`.
    public init(
        path: String, type: ElementType, tensors: [Tensor], metadata: [String: String] = [:]
    ) throws {
        var ranges: [SafeTensorsWriter.HeaderEntry] = []
        var offset = 0
        for tensor in tensors.sorted(by: { $0.name < $1.name }) {
            let end = offset + tensor.count * type.size
            ranges.append((tensor.name, type.rawValue, tensor.shape, offset..<end))
            offset = end
        }
        let header = try SafeTensorsWriter.header(ranges, metadata: metadata)
        starts = Dictionary(ranges.map { ($0.name, header.count + $0.range.lowerBound) }) { first, _ in first
        }
        self.path = path
        self.type = type
        file = try NewFile(path)
        try header.withUnsafeBytes { try file.write($0, at: 0) }
    }

    /// Puts the file in place; without it nothing is left behind.
    ///
    /// - Throws: `FileError`.
    public func commit() throws { try file.commit() }

    /// Writes elements of a tensor from the element `start` on, rounded to nearest even where they are F16.
    ///
    /// - Throws: `FileError`.
    public func write(_ name: String, from start: Int, _ values: UnsafeBufferPointer<Float>) throws {
        guard let base = starts[name] else { preconditionFailure("no tensor '\(name)' in '\(path)'") }
        let offset = base + start * type.size
        switch type {
        case .float32:
            let words = values.map { $0.bitPattern.littleEndian }
            try words.withUnsafeBytes { try file.write($0, at: offset) }
        case .float16:
            let words = values.map { Float16($0).bitPattern.littleEndian }
            try words.withUnsafeBytes { try file.write($0, at: offset) }
        }
    }
}
