import Raster
import Testing

/// Progressive JPEGs of many scans, each a few bytes and all of them valid.
@Suite struct JPEGScanTests {
    @Test(arguments: [1, 3, 4]) func manyScansDecode(_ components: Int) throws {
        for isArithmetic in [false, true] {
            let bytes = Self.file(
                width: 70, height: 40, scans: 500, components: components, isArithmetic: isArithmetic)
            let bitmap = try Bitmap.decode(bytes, name: "scans")
            if isArithmetic || components == 4 { continue }
            #expect(bitmap == Bitmap(width: 70, height: 40, fill: Color(128, 128, 128)))
        }
    }

    /// A few kilobytes that would take half a minute at the most pixels, and hours without a limit.
    @Test func moreScansThanPixelsAllowAreRefused() {
        let samples = [(side: 64, scans: 501, limit: 500), (3000, 278, 277)]
        for (side, scans, limit) in samples {
            let bytes = Self.file(width: side, height: side, scans: scans, isArithmetic: true)
            #expect(bytes.count < 6000)
            let error = RasterError.corrupt(name: "x", format: "JPEG", detail: "more than \(limit) scans")
            #expect(throws: error) { try Bitmap.decode(bytes, name: "x") }
        }
    }

    /// A picture whose coefficients are all 0, in this many scans (at most 883 times its components).
    static func file(
        width: Int, height: Int, scans: Int, components: Int = 1, isArithmetic: Bool = false
    ) -> [UInt8] {
        var file = JPEGSegments()
        let blocks = ((width + 7) / 8) * ((height + 7) / 8)
        file.add(0xD8)
        file.add(0xDB, [0] + [UInt8](repeating: 1, count: 64))
        let size = [height >> 8, height, width >> 8, width].map { UInt8(truncatingIfNeeded: $0) }
        let ids = (1...components).map { UInt8($0) }
        file.add(
            isArithmetic ? 0xCA : 0xC2,
            [8] + size + [UInt8(components)] + ids.flatMap { [$0, 0x11, 0] as [UInt8] })
        // One code of one bit: category 0 for the first coefficient, a run of 32 767 ends of block for the others.
        let lengths: [UInt8] = [1] + [UInt8](repeating: 0, count: 15)
        file.add(0xC4, [0x00] + lengths + [0x00])
        file.add(0xC4, [0x10] + lengths + [0xE0])
        let firsts = [UInt8](repeating: 0, count: (blocks * components + 7) / 8)
        file.add(
            0xDA, [UInt8(components)] + ids.flatMap { [$0, 0] as [UInt8] } + [0, 0, 0],
            data: isArithmetic ? [] : firsts)
        var runs = BitsFromTop()
        for _ in 0...(blocks / 32_767) { runs.put(0x3FFF, 15) }
        var count = 1
        // Each scan makes one coefficient of one component a bit more exact.
        for band in UInt8(1)...63 {
            for high in UInt8(0)...13 {
                let bit = 13 - high
                for id in ids where count < scans {
                    file.add(
                        0xDA, [1, id, 0, band, band, bit == 13 ? 13 : (bit + 1) << 4 | bit],
                        data: isArithmetic ? [] : runs.stuffed)
                    count += 1
                }
            }
        }
        file.add(0xD9)
        return file.bytes
    }
}

/// Bits from the high end of each byte, as JPEG has them.
struct BitsFromTop {
    private var bits: [Bool] = []

    mutating func put(_ value: Int, _ count: Int) {
        for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
    }

    /// The bytes, filled up with ones, each FF followed by 0.
    var stuffed: [UInt8] {
        stride(from: 0, to: bits.count, by: 8).flatMap { start -> [UInt8] in
            let byte = (start..<start + 8).reduce(0) { $0 << 1 | ($1 >= bits.count || bits[$1] ? 1 : 0) }
            return byte == 0xFF ? [0xFF, 0] : [UInt8(byte)]
        }
    }
}
