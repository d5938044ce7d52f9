import Foundation

/// An audit trace read by hand: a length, a JSON header, raw little-endian numbers.
struct PlainTrace {
    let metadata: [String: String]
    let names: Set<String>
    private let bytes: [UInt8]
    private let header: [String: Any]
    private let start: Int

    struct Malformed: Error {
        let what: String
    }

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        let json = try JSONSerialization.jsonObject(with: Data(bytes[8..<(8 + length)]))
        guard let header = json as? [String: Any] else { throw Malformed(what: "header") }
        self.header = header
        start = 8 + length
        metadata = header["__metadata__"] as? [String: String] ?? [:]
        names = Set(header.keys).subtracting(["__metadata__"])
    }

    func shape(_ name: String) -> [Int] {
        (header[name] as? [String: Any])?["shape"] as? [Int] ?? []
    }

    /// The numbers of a float32 tensor.
    func floats(_ name: String) throws -> [Double] {
        try words(name, "F32").map { Double(Float(bitPattern: $0)) }
    }

    /// The numbers of an int32 tensor.
    func integers(_ name: String) throws -> [Int] {
        try words(name, "I32").map { Int(Int32(bitPattern: $0)) }
    }

    /// A metadata string that holds JSON.
    func json(_ name: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data((metadata[name] ?? "").utf8))
    }

    private func words(_ name: String, _ type: String) throws -> [UInt32] {
        guard let entry = header[name] as? [String: Any], entry["dtype"] as? String == type,
            let range = entry["data_offsets"] as? [Int], range.count == 2
        else { throw Malformed(what: name) }
        guard range[1] - range[0] == 4 * shape(name).reduce(1, *) else { throw Malformed(what: name) }
        return stride(from: start + range[0], to: start + range[1], by: 4).map { at in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
    }
}
