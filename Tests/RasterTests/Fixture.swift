import Foundation
import Raster
import Testing

/// A picture of `Fixtures/images` and what Pillow makes of it; see `make_fixtures.py`.
struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    struct Resize: Decodable, Sendable {
        var width: Int
        var height: Int
        var digest: String
    }

    struct Crop: Decodable, Sendable {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
        var digest: String
    }

    var name = ""
    var width: Int
    var height: Int
    var digest: String
    /// Pillow's RGB bytes, recorded for JPEGs only.
    var pixels: Data?
    var resizes: [Resize]
    var crops: [Crop]
    var flipped: String

    var testDescription: String { name }
    var path: String { Self.folder + "/images/" + name }

    private enum CodingKeys: CodingKey {
        case width, height, digest, pixels, resizes, crops, flipped
    }

    private struct File: Decodable {
        var images: [String: Fixture]
    }

    static let folder = (Bundle.module.resourcePath ?? ".") + "/Fixtures"

    static let all: [Fixture] = {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json")),
            let file = try? JSONDecoder().decode(File.self, from: data)
        else { return [] }
        return file.images.sorted { $0.key < $1.key }.map { name, fixture in
            var fixture = fixture
            fixture.name = name
            return fixture
        }
    }()

    func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// The first 16 hexadecimal digits of SHA-256 over the picture's digest input.
func digest(_ bitmap: Bitmap) -> String {
    let hex = sha256(bitmap.pixelDigestInput).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
    return hex.prefix(8).joined()
}

/// SHA-256 (FIPS 180-4), written out so that these tests need no package.
func sha256(_ message: [UInt8]) -> [UInt8] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < 64 {
        if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
        candidate += 1
    }
    // Fraction bits of a root: the largest r with r·2⁻³² below it, found bit by bit.
    func fraction(_ prime: UInt64, power: Int) -> UInt32 {
        var root: UInt64 = 0
        for bit in (0..<36).reversed() {
            let trial = root | 1 << UInt64(bit)
            var product: [UInt64] = [1]
            for _ in 0..<power { product = multiply(product, trial) }
            if !isGreater(product, than: prime, shiftedBy: 32 * power) { root = trial }
        }
        return UInt32(truncatingIfNeeded: root)
    }
    let k = primes.map { fraction($0, power: 3) }
    var h = primes.prefix(8).map { fraction($0, power: 2) }
    var data = message + [0x80]
    while data.count % 64 != 56 { data.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
        data.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
    }
    func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    var w = [UInt32](repeating: 0, count: 64)
    for start in stride(from: 0, to: data.count, by: 64) {
        for i in 0..<16 {
            let at = start + i * 4
            w[i] =
                UInt32(data[at]) << 24 | UInt32(data[at + 1]) << 16 | UInt32(data[at + 2]) << 8
                | UInt32(data[at + 3])
        }
        for i in 16..<64 {
            let a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3
            let b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10
            w[i] = w[i - 16] &+ a &+ w[i - 7] &+ b
        }
        var v = h
        for i in 0..<64 {
            let s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
            let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
            let t1 = v[7] &+ s1 &+ choice &+ k[i] &+ w[i]
            let s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
            let t2 = s0 &+ ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))
            v = [t1 &+ t2, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
        }
        for i in 0..<8 { h[i] &+= v[i] }
    }
    return h.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
}

/// A product of little-endian 32-bit limbs and a number below 2³⁶.
private func multiply(_ limbs: [UInt64], _ factor: UInt64) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: limbs.count + 2)
    for (part, shift) in [(factor & 0xFFFF_FFFF, 0), (factor >> 32, 1)] {
        var carry: UInt64 = 0
        for i in 0..<limbs.count + 2 - shift {
            let limb = i < limbs.count ? limbs[i] : 0
            let sum = limb * part + result[i + shift] + carry
            result[i + shift] = sum & 0xFFFF_FFFF
            carry = sum >> 32
        }
    }
    return result
}

private func isGreater(_ limbs: [UInt64], than value: UInt64, shiftedBy bits: Int) -> Bool {
    var other = [UInt64](repeating: 0, count: max(limbs.count, bits / 32 + 1))
    other[bits / 32] = value
    for i in other.indices.reversed() {
        let a = i < limbs.count ? limbs[i] : 0
        if a != other[i] { return a > other[i] }
    }
    return false
}
