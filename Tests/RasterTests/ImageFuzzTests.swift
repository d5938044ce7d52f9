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
        #expect(report.accepted > 0 && report.refused > 0)
    }
}
