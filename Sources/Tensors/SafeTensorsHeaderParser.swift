/// Reads the JSON of a safetensors header.
///
/// The header's structure has a fixed depth, so the parser has one function a level and no recursion; JSON of
/// any other structure is refused where it departs from it.
struct SafeTensorsHeaderParser {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The tensors and the metadata of a whole header.
    mutating func parse() throws -> ([String: SafeTensorsHeader.Tensor], [String: String]) {
        guard bytes.first == UInt8(ascii: "{") else { throw problem("'{'") }
        var tensors: [String: SafeTensorsHeader.Tensor] = [:]
        var metadata: [String: String]?
        try object { parser, key in
            if key == "__metadata__" {
                guard metadata == nil else { throw HeaderProblem("'__metadata__' comes twice") }
                metadata = try parser.strings()
            } else {
                guard tensors[key] == nil else { throw HeaderProblem("tensor '\(key)' comes twice") }
                tensors[key] = try parser.tensor(key)
            }
        }
        skipSpace()
        guard at == bytes.count else { throw problem("the end of the header") }
        return (tensors, metadata ?? [:])
    }

    private mutating func strings() throws -> [String: String] {
        var result: [String: String] = [:]
        try object { parser, key in
            guard result[key] == nil else { throw HeaderProblem("metadata key '\(key)' comes twice") }
            result[key] = try parser.string()
        }
        return result
    }

    private mutating func tensor(_ name: String) throws -> SafeTensorsHeader.Tensor {
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try object { parser, key in
            switch key {
            case "dtype" where typeName == nil: typeName = try parser.string()
            case "shape" where shape == nil: shape = try parser.integers()
            case "data_offsets" where offsets == nil: offsets = try parser.integers()
            default: throw HeaderProblem("tensor '\(name)' has an unexpected key '\(key)'")
            }
        }
        guard let typeName, let shape, let offsets else {
            throw HeaderProblem("tensor '\(name)' lacks dtype, shape or data_offsets")
        }
        guard let type = SafeTensorsHeader.ElementType(rawValue: typeName) else {
            throw HeaderProblem("tensor '\(name)' has the unknown dtype '\(typeName)'")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw HeaderProblem("tensor '\(name)' has data_offsets \(offsets)")
        }
        var size = type.size
        for length in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            guard !overflow else { throw HeaderProblem("tensor '\(name)' has a size beyond 2^63") }
            size = product
        }
        guard offsets[1] - offsets[0] == size else {
            throw HeaderProblem(
                "tensor '\(name)' of \(typeName) \(shape) takes \(size) bytes; got data_offsets \(offsets)")
        }
        return SafeTensorsHeader.Tensor(type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// An object, whose values the closure reads.
    private mutating func object(
        _ value: (inout SafeTensorsHeaderParser, String) throws -> Void
    ) throws {
        try expect("{")
        if accept("}") { return }
        repeat {
            skipSpace()
            let key = try string()
            try expect(":")
            skipSpace()
            try value(&self, key)
        } while accept(",")
        try expect("}")
    }

    /// Most numbers in a list; PyTorch's tensors have at most 64 dimensions.
    private static let longestList = 64

    /// An array of integers from 0.
    private mutating func integers() throws -> [Int] {
        try expect("[")
        if accept("]") { return [] }
        var result: [Int] = []
        repeat {
            skipSpace()
            guard result.count < Self.longestList else {
                throw HeaderProblem("a list has more than \(Self.longestList) numbers")
            }
            result.append(try integer())
        } while accept(",")
        try expect("]")
        return result
    }

    private mutating func integer() throws -> Int {
        let start = at
        var value = 0
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(bytes[at] - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw HeaderProblem("a number is beyond 2^63") }
            value = sum
            at += 1
        }
        // JSON has no leading zeros.
        guard at > start, at == start + 1 || bytes[start] != UInt8(ascii: "0") else {
            throw problem("an integer")
        }
        return value
    }

    private mutating func string() throws -> String {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw problem("a string") }
        at += 1
        var text: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw HeaderProblem("a string before byte \(at) is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                text.append(contentsOf: try escape())
            case 0..<0x20:
                throw problem("no control character in a string")
            default:
                text.append(byte)
            }
        }
        throw problem("the end of a string")
    }

    /// The UTF-8 bytes of an escape, from behind its backslash.
    private mutating func escape() throws -> [UInt8] {
        guard at < bytes.count else { throw problem("an escape") }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "u"): break
        default: throw problem("an escape")
        }
        var code = try fourDigits()
        if (0xD800..<0xDC00).contains(code) {
            guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
            else { throw problem("the second half of a surrogate pair") }
            at += 2
            let second = try fourDigits()
            guard (0xDC00..<0xE000).contains(second) else {
                throw problem("the second half of a surrogate pair")
            }
            code = 0x10000 + (code - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw problem("a Unicode scalar") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func fourDigits() throws -> UInt32 {
        guard bytes.count - at >= 4 else { throw problem("four hexadecimal digits") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
                throw problem("four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }

    private mutating func skipSpace() {
        while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard accept(character) else { throw problem("'\(character)'") }
    }

    private func problem(_ expected: String) -> HeaderProblem {
        guard at < bytes.count else {
            return HeaderProblem("expected \(expected) at byte \(at) of the header; got its end")
        }
        return HeaderProblem("expected \(expected) at byte \(at) of the header")
    }
}
