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
