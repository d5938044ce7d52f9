import Foundation
import Raster
import Testing

@Suite struct DamagedFileTests {
    @Test(arguments: Fixture.all)
    func everyTruncationIsAnError(_ fixture: Fixture) throws {
        let bytes = try fixture.bytes()
        let step = max(1, bytes.count / 60)
        var lengths = Set(stride(from: 0, to: bytes.count, by: step))
        lengths.formUnion([
            1, 7, 8, 9, 20, 33, bytes.count - 1, bytes.count - 2, bytes.count - 5, bytes.count - 12,
        ])
        for length in lengths where length >= 0 && length < bytes.count {
            #expect(throws: RasterError.self, "\(length) of \(bytes.count) bytes") {
                try Bitmap.decode(Array(bytes.prefix(length)), name: "cut")
            }
        }
    }

    /// 6 000 files with a few bytes changed, cut out, doubled or swapped: each decodes or throws.
    /// `ZIPLAB_FUZZ_ROUNDS` asks for more.
    @Test func mutationsDecodeOrThrow() throws {
        let originals = try Fixture.all.map { try $0.bytes() }
        var random = TestRandom(seed: 5)
        var decoded = 0
        var thrown = 0
        let rounds = Int(ProcessInfo.processInfo.environment["ZIPLAB_FUZZ_ROUNDS"] ?? "") ?? 6000
        for round in 0..<rounds {
            var bytes = originals[round % originals.count]
            for _ in 0...random.below(4) {
                let at = random.below(bytes.count)
                switch random.below(5) {
                case 0: bytes[at] = UInt8(random.below(256))
                case 1: bytes[at] ^= 1 << UInt8(random.below(8))
                case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(8)))
                case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 16)], at: at)
                default: bytes.swapAt(at, random.below(bytes.count))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            // Every other PNG has its check sums put right, so that the damage reaches the decoder.
            if round % 2 == 1 { bytes = withRightChecksums(bytes) }
            do {
                let bitmap = try Bitmap.decode(bytes, name: "mutated")
                #expect(bitmap.pixels.count == bitmap.width * bitmap.height * 3)
                decoded += 1
            } catch {
                #expect(error is RasterError)
                thrown += 1
            }
        }
        print("mutations: \(decoded) decoded, \(thrown) thrown")
        #expect(decoded + thrown == rounds)
    }

    @Test func wrongCheckSumsAreErrors() throws {
        let fixture = try #require(Fixture.all.first { $0.name == "rgb-8-text.png" })
        let bytes = try fixture.bytes()
        for kind in ["IHDR", "tEXt", "zTXt", "IDAT", "IEND"] {
            var damaged = bytes
            let at = try #require(bytes.indices.first { bytes[$0...].starts(with: Array(kind.utf8)) })
            let length = bytes[at - 4..<at].reduce(0) { $0 << 8 | Int($1) }
            damaged[at + 4 + length] ^= 1
            #expect(throws: RasterError.self, "\(kind)") { try Bitmap.decode(damaged, name: "x") }
        }
    }

    @Test func hugeSizesAreRefusedBeforeAllocation() throws {
        let png = try #require(Fixture.all.first { $0.name == "rgb-8.png" }).bytes()
        var wide = png
        wide.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
        #expect(
            message(withRightChecksums(wide))
                == "'x': expected at most 100000000 pixels, got 2147483647x2147483647")
        var bomb = png
        bomb.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
        #expect(message(withRightChecksums(bomb)) == "'x': truncated PNG: too few bytes for 8192x8192 pixels")
        var jpeg = try #require(Fixture.all.first { $0.name == "baseline-420.jpg" }).bytes()
        let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0]) })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(message(jpeg) == "'x': corrupt JPEG: Maximum supported image dimension is 65500 pixels")
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xF0, 0, 0xF0, 0])
        #expect(message(jpeg) == "'x': expected at most 100000000 pixels, got 61440x61440")
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x20, 0, 0x20, 0])
        #expect(message(jpeg) == "'x': truncated JPEG: too few bytes for 8192x8192 pixels")
    }

    private func message(_ bytes: [UInt8]) -> String {
        do {
            _ = try Bitmap.decode(bytes, name: "x")
            return "decoded"
        } catch {
            return "\(error)"
        }
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
        for index in 0..<4 {
            result[at + 8 + length + index] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * index))
        }
        at += 12 + length
    }
    return result
}

private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
}

/// SplitMix64, so that the same files are tried everywhere.
struct TestRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ z >> 31) % UInt64(max(bound, 1)))
    }
}
