import Fuzzing
import Raster
import Testing

/// PNG files built wrong on purpose: sizes that lie, odd chunks with right check sums, bombs.
@Suite struct PNGFuzzTests {
    @Test func builtFilesDecodeOrThrow() {
        let report = fuzz("built PNG", rounds: 1500) { random in
            try decoded(Self.file(&random))
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func aBombUpToTheLimitDecodes() throws {
        // One bit a pixel and all of it 0: 100 million pixels from 12 kB, and a column more is refused.
        let rows = 10_000
        let full = Self.grey(width: 10_000, height: UInt32(rows), zeros: rows * (1 + 1250))
        #expect(full.count < 13_000)
        let bitmap = try Bitmap.decode(full, name: "bomb")
        #expect(bitmap.width * bitmap.height == Bitmap.maximumPixels)
        #expect(throws: RasterError.tooManyPixels(name: "bomb", width: 10_001, height: rows)) {
            try Bitmap.decode(
                Self.grey(width: 10_001, height: UInt32(rows), zeros: rows * 1252), name: "bomb")
        }
    }

    /// A text that inflates to far more than the file: it is never read.
    @Test func bombsInTextsAndProfilesCostNothing() throws {
        let bomb = bombStream(zeros: 200_000_000)
        var png = PNGBuilder()
        png.header(1, 1)
        for _ in 0..<5 {
            png.chunk("iCCP", Array("p".utf8) + [0, 0] + bomb)
            png.chunk("zTXt", Array("k".utf8) + [0, 0] + bomb)
            png.chunk("iTXt", Array("k".utf8) + [0, 1, 0, 0, 0] + bomb)
        }
        png.chunk("IDAT", storedStream([0, 7]))
        png.chunk("IEND", [])
        let start = ContinuousClock.now
        #expect(try Bitmap.decode(png.bytes, name: "texts").pixels == [7, 7, 7])
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    /// A grey PNG of one bit a pixel whose data are zeros.
    static func grey(width: UInt32, height: UInt32, zeros: Int) -> [UInt8] {
        var png = PNGBuilder()
        png.header(width, height, depth: 1)
        png.chunk("IDAT", bombStream(zeros: zeros))
        png.chunk("IEND", [])
        return png.bytes
    }

    private static func file(_ random: inout FuzzRandom) -> [UInt8] {
        var png = PNGBuilder()
        let huge: [UInt32] = [
            0, 8192, 10_001, 65_535, 1_000_000, 100_000_001, 0x7FFF_FFFF, 0x8000_0000, .max,
        ]
        func side(_ random: inout FuzzRandom) -> UInt32 {
            random.once(in: 12) ? random.pick(huge) : UInt32(1 + random.below(40))
        }
        let (width, height) = (side(&random), side(&random))
        let kinds: [(colour: UInt8, depths: [UInt8], channels: Int)] = [
            (0, [1, 2, 4, 8, 16], 1), (2, [8, 16], 3), (3, [1, 2, 4, 8], 1), (4, [8, 16], 2),
            (6, [8, 16], 4),
        ]
        let kind = random.pick(kinds)
        let depth = random.once(in: 20) ? UInt8(random.below(33)) : random.pick(kind.depths)
        let colour = random.once(in: 20) ? UInt8(random.below(8)) : kind.colour
        let interlaced = random.once(in: 4)
        var rest: [UInt8] = [0, 0, interlaced ? 1 : 0]
        if random.once(in: 20) { rest[random.below(3)] = UInt8(random.below(4)) }
        png.header(width, height, depth: depth, colour: colour, rest: rest)
        for _ in 0..<random.below(4) { addOddChunk(&png, &random) }
        if colour == 3 || random.once(in: 8) {
            let entries = random.once(in: 6) ? random.below(300) : 1 + random.below(1 << min(Int(depth), 8))
            png.chunk("PLTE", random.bytes(entries * 3 + (random.once(in: 15) ? 1 : 0)))
        }
        for _ in 0..<random.below(4) { addOddChunk(&png, &random) }

        // The rows of the right size where it is small, or some other.
        let rowBytes = (Int(width) * kind.channels * Int(depth) + 7) / 8 + 1
        let right = rowBytes.multipliedReportingOverflow(by: Int(height))
        var count = right.overflow || right.partialValue > 200_000 ? random.below(5000) : right.partialValue
        // Interlaced rows are more and shorter.
        if interlaced { count += count / 2 + 64 }
        if random.once(in: 6) { count = random.below(count * 2 + 2) }
        var stream: [UInt8]
        if random.once(in: 5) {
            stream = bombStream(zeros: random.once(in: 6) ? 20_000_000 : count)
        } else {
            var data = random.bytes(count)
            for at in stride(from: 0, to: data.count, by: rowBytes) where !random.once(in: 50) {
                data[at] = UInt8(random.below(5))
            }
            stream = storedStream(data)
        }
        if random.once(in: 8) { random.damage(&stream) }
        var at = 0
        repeat {
            let piece =
                random.once(in: 3) ? min(random.below(stream.count), stream.count - at) : stream.count - at
            png.chunk("IDAT", Array(stream[at..<at + piece]))
            at += piece
            if random.once(in: 15) { addOddChunk(&png, &random) }
        } while at < stream.count && png.bytes.count < 1 << 20
        if random.once(in: 6) { addOddChunk(&png, &random) }
        if !random.once(in: 15) { png.chunk("IEND", random.once(in: 15) ? [0] : []) }
        if random.once(in: 15) { png.bytes += random.bytes(20) }
        return png.bytes
    }

    /// A chunk of any kind with a body that fits it or not; seldom with a length or check sum that lies.
    private static func addOddChunk(_ png: inout PNGBuilder, _ random: inout FuzzRandom) {
        let kinds = [
            "gAMA", "cHRM", "sRGB", "iCCP", "tRNS", "bKGD", "hIST", "pHYs", "sBIT", "sPLT", "tIME", "tEXt",
            "zTXt", "iTXt", "eXIf", "oFFs", "pCAL", "sCAL", "sTER", "acTL", "fcTL", "fdAT", "cICP", "PLTE",
            "IHDR", "abCd", "ABCD", "zzzz",
        ]
        let kind = random.once(in: 30) ? "IEND" : random.pick(kinds)
        let sizes = [0, 1, 2, 3, 4, 6, 7, 8, 9, 12, 13, 16, 32, 256, 257, 768, 769]
        var body: [UInt8]
        switch kind {
        case "gAMA" where random.once(in: 2): body = bigEndian(random.pick([0, 1, 45455, 0x7FFF_FFFF, .max]))
        case "iCCP", "zTXt", "iTXt":
            body =
                Array("name".utf8.prefix(random.below(5))) + [0, 0] + bombStream(zeros: random.below(1 << 20))
        default: body = random.bytes(random.pick(sizes))
        }
        if random.once(in: 20) { body += random.bytes(random.below(70_000)) }
        let length: UInt32? =
            random.once(in: 40) ? random.pick([0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 20]) : nil
        png.chunk(kind, body, length: length, sumChange: random.once(in: 40) ? 1 : 0)
    }
}

/// Decodes to a whole picture or is refused with this library's error.
func decoded(_ bytes: [UInt8]) throws -> FuzzOutcome {
    do {
        let bitmap = try Bitmap.decode(bytes, name: "mutated")
        precondition(bitmap.pixels.count == bitmap.width * bitmap.height * 3, "expected whole pixels")
        return .accepted
    } catch is RasterError {
        return .refused
    }
}
