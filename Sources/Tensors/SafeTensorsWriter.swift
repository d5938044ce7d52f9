/// Collects tensors and lays them out as a safetensors file, always the same bytes for the same content.
///
/// Tensors and metadata are sorted by name, the header is padded with spaces to a multiple of 8 bytes, and
/// numbers are little-endian.
public struct SafeTensorsWriter: Sendable {
    /// Strings for `__metadata__`; left out where empty.
    public var metadata: [String: String] = [:]

    private struct Tensor {
        let type: SafeTensorsHeader.ElementType
        let shape: [Int]
        let bits: [UInt32]
    }

    private var tensors: [String: Tensor] = [:]

    public init() {}

    /// Adds an F32 tensor, row-major.
    ///
    /// Throws `TensorsError.unwritable` where the name is taken or the shape does not fit the values.
    public mutating func add(_ name: String, shape: [Int], floats: [Float]) throws {
        try add(name, Tensor(type: .float32, shape: shape, bits: floats.map(\.bitPattern)))
    }

    /// Adds an I32 tensor, row-major.
    public mutating func add(_ name: String, shape: [Int], int32s: [Int32]) throws {
        try add(name, Tensor(type: .int32, shape: shape, bits: int32s.map { UInt32(bitPattern: $0) }))
    }

    /// The bytes of the file.
    public func serialized() throws -> [UInt8] {
        var entries: [HeaderEntry] = []
        var ordered: [Tensor] = []
        var offset = 0
        for name in tensors.keys.sorted() {
            guard let tensor = tensors[name] else { continue }
            let end = offset + tensor.bits.count * 4
            entries.append((name, tensor.type.rawValue, tensor.shape, offset..<end))
            ordered.append(tensor)
            offset = end
        }
        var bytes = try Self.header(entries, metadata: metadata)
        bytes.reserveCapacity(bytes.count + offset)
        for tensor in ordered {
            for word in tensor.bits {
                withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }

    /// A tensor as the header describes it; the range counts bytes of the data part.
    typealias HeaderEntry = (name: String, type: String, shape: [Int], range: Range<Int>)

    /// The header's length and the header, for tensors in the order of their data.
    static func header(_ entries: [HeaderEntry], metadata: [String: String]) throws -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }
                .map { "\(quoted($0.key)):\(quoted($0.value))" }
            fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        for entry in entries {
            let shape = entry.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(quoted(entry.name)):{\"dtype\":\"\(entry.type)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(entry.range.lowerBound),\(entry.range.upperBound)]}")
        }
        var header = Array("{\(fields.joined(separator: ","))}".utf8)
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        guard header.count <= SafeTensorsHeader.longest else {
            throw TensorsError.unwritable(
                name: entries.last?.name ?? "", reason: "the header would take \(header.count) bytes")
        }
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
    }

    private mutating func add(_ name: String, _ tensor: Tensor) throws {
        guard name != "__metadata__" else {
            throw TensorsError.unwritable(name: name, reason: "the name belongs to the format")
        }
        guard tensors[name] == nil else {
            throw TensorsError.unwritable(name: name, reason: "the name is taken")
        }
        var count = 1
        for length in tensor.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else {
                throw TensorsError.unwritable(name: name, reason: "shape \(tensor.shape) is no shape")
            }
            count = product
        }
        guard count == tensor.bits.count else {
            throw TensorsError.unwritable(
                name: name, reason: "shape \(tensor.shape) takes \(count) values; got \(tensor.bits.count)")
        }
        tensors[name] = tensor
    }

    /// A JSON string in ASCII escapes where needed.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
