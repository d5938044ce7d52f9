import Fuzzing

/// Makes PNG files that break the format on purpose, with check sums that are right unless they are not to be.
struct PNGBuilder {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    mutating func chunk(_ kind: String, _ body: [UInt8], length: UInt32? = nil, sumChange: UInt32 = 0) {
        let named = Array(kind.utf8) + body
        bytes += bigEndian(length ?? UInt32(body.count)) + named
        bytes += bigEndian(crc32(named[...]) ^ sumChange)
    }

    mutating func header(
        _ width: UInt32, _ height: UInt32, depth: UInt8 = 8, colour: UInt8 = 0, rest: [UInt8] = [0, 0, 0]
    ) {
        chunk("IHDR", bigEndian(width) + bigEndian(height) + [depth, colour] + rest)
    }
}

func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// A zlib stream of these bytes, not compressed.
func storedStream(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var at = 0
    repeat {
        let count = min(bytes.count - at, 65535)
        result.append(at + count == bytes.count ? 1 : 0)
        for number in [UInt16(count), ~UInt16(count)] {
            result += [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)]
        }
        result += bytes[at..<at + count]
        at += count
    } while at < bytes.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
        a = (a + UInt32(byte)) % 65521
        b = (b + a) % 65521
    }
    return result + bigEndian(b << 16 | a)
}

/// A zlib stream of `count` zero bytes in one block of a Huffman code of its own: 2 bits for 258 bytes, the most
/// that deflate can shrink.
func bombStream(zeros count: Int) -> [UInt8] {
    var bits = BitWriter()
    bits.bytes = [0x78, 0x01]
    bits.put(1, 1)  // the last block
    bits.put(2, 2)  // with its own codes
    bits.put(29, 5)  // 286 literal and length codes
    bits.put(0, 5)  // 1 distance code
    bits.put(14, 4)  // 18 lengths of code lengths, in the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
        bits.put([18: 1, 1: 2, 2: 2][symbol] ?? 0, 3)
    }
    // Codes: 18 is 0, 1 is 10, 2 is 11. Literal 0 has length 2, 256 has 2, 285 has 1; the one distance has 1.
    bits.code(0b11, 2)
    for run in [138, 117] {
        bits.code(0, 1)
        bits.put(UInt32(run - 11), 7)
    }
    bits.code(0b11, 2)
    bits.code(0, 1)
    bits.put(28 - 11, 7)
    bits.code(0b10, 2)
    bits.code(0b10, 2)
    // Codes: 285 is 0, literal 0 is 10, the end 11. A copy is 285 and distance 0: two bits.
    let copies = count > 0 ? (count - 1) / 258 : 0
    for _ in 0..<max(0, count - copies * 258) { bits.code(0b10, 2) }
    for _ in 0..<copies { bits.put(0, 2) }
    bits.code(0b11, 2)
    // Adler-32 of zeros: a stays 1, b counts them.
    return bits.bytes + bigEndian(UInt32(count % 65521) << 16 | 1)
}

/// Bits from the low end of each byte.
struct BitWriter {
    var bytes: [UInt8] = []
    private var free = 0

    mutating func put(_ value: UInt32, _ count: Int) {
        for bit in 0..<count {
            if free == 0 {
                bytes.append(0)
                free = 8
            }
            if value >> UInt32(bit) & 1 == 1 { bytes[bytes.count - 1] |= 1 << UInt8(8 - free) }
            free -= 1
        }
    }

    /// A Huffman code, which goes from its high end.
    mutating func code(_ value: UInt32, _ count: Int) {
        for bit in (0..<count).reversed() { put(value >> UInt32(bit) & 1, 1) }
    }
}

/// A PNG with the check sum of every whole chunk computed anew; other files as they are.
func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.starts(with: [0x89, 0x50]) else { return bytes }
    var result = bytes
    var at = 8
    while at + 12 <= bytes.count {
        let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - at - 12 else { break }
        let sum = crc32(bytes[at + 4..<at + 8 + length])
        result.replaceSubrange(at + 8 + length..<at + 12 + length, with: bigEndian(sum))
        at += 12 + length
    }
    return result
}

func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes { sum = sum >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
    return ~sum
}

private let crcTable: [UInt32] = (0..<256).map { (byte: UInt32) in
    (0..<8).reduce(byte) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
}
