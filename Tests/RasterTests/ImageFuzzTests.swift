import Foundation
import Fuzzing
import Raster
import Testing

/// Pictures with a few bytes changed, cut out, doubled or swapped: each decodes or throws.
@Suite struct ImageFuzzTests {
    @Test func damagedFilesDecodeOrThrow() throws {
        let originals = try Fixture.all.map { try $0.bytes() }
        let report = fuzz("damaged PNG and JPEG", rounds: 4000) { random in
            var bytes = random.pick(originals)
            random.damage(&bytes)
            // Every other PNG has its check sums put right, so that the damage reaches the decoder.
            if random.once(in: 2) { bytes = withRightChecksums(bytes) }
            return try decoded(bytes)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    /// 100 million pixels in files of a few bytes are refused before anything is reserved for them.
    @Test(.enabled(if: !MemoryLimit.isSanitized)) func sizesThatLieReserveNoMemory() async {
        await #expect(processExitsWith: .success) {
            guard MemoryLimit.allow(bytesMore: 32 << 20) else { exit(2) }
            for (colour, depth) in [(0, 1), (0, 16), (2, 8), (3, 8), (4, 16), (6, 16)] {
                var png = PNGBuilder()
                png.header(10_000, 10_000, depth: UInt8(depth), colour: UInt8(colour))
                png.chunk("PLTE", [1, 2, 3])
                png.chunk("IDAT", storedStream([0, 1, 2, 3]))
                guard try decoded(png.bytes) == .refused else { exit(3) }
            }
            for fixture in Fixture.all where fixture.name.hasSuffix("jpg") {
                var file = JPEGSegments(try fixture.bytes())
                for place in file.places(0xC0...0xC2) {
                    file.segments[place].body?.replaceSubrange(1..<5, with: [0x27, 0x10, 0x27, 0x10])
                }
                guard try decoded(file.bytes) == .refused else { exit(4) }
            }
            exit(0)
        }
    }
}
