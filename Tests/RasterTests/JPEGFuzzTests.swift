import Fuzzing
import Raster
import Testing

/// JPEG files taken apart and put together wrong: frames, tables, scans.
@Suite struct JPEGFuzzTests {
    @Test func rebuiltFilesDecodeOrThrow() throws {
        let originals = try Fixture.all.filter { $0.name.hasSuffix("jpg") }.map {
            JPEGSegments(try $0.bytes())
        }
        for (original, fixture) in zip(originals, Fixture.all.filter { $0.name.hasSuffix("jpg") }) {
            #expect(try original.bytes == fixture.bytes())
        }
        let report = fuzz("rebuilt JPEG", rounds: 1500) { random in
            var file = random.pick(originals)
            for _ in 0...random.below(3) { Self.change(&file, &random) }
            return try decoded(file.bytes)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    private static func change(_ file: inout JPEGSegments, _ random: inout FuzzRandom) {
        guard !file.segments.isEmpty else { return }
        let count = file.segments.count
        func place(_ markers: ClosedRange<UInt8>, _ random: inout FuzzRandom) -> Int {
            let places = file.places(markers)
            return places.isEmpty ? random.below(count) : random.pick(places)
        }
        switch random.below(14) {
        case 0: file.segments.remove(at: random.below(count))
        case 1: file.segments.insert(file.segments[random.below(count)], at: random.below(count))
        case 2: file.segments.swapAt(random.below(count), random.below(count))
        case 3: file.segments[random.below(count)].length = random.pick([0, 1, 2, 3, 8, 17, 0x7FFF, 0xFFFF])
        case 4:
            let at = place(0xC0...0xC2, &random)
            file.segments[at].marker = random.pick([0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB, 0xC5])
        case 5, 6: changeFrame(&file.segments[place(0xC0...0xC2, &random)].body, &random)
        case 7: changeTable(&file.segments[place(0xC4...0xC4, &random)].body, &random)
        case 8: changeTable(&file.segments[place(0xDB...0xDB, &random)].body, &random)
        case 9: changeTable(&file.segments[place(0xDA...0xDA, &random)].body, &random)
        case 10:
            let interval = random.pick([[0, 0], [0, 1], [0, 7], [0xFF, 0xFF]] as [[UInt8]])
            file.segments.insert(.init(marker: 0xDD, body: interval), at: random.below(count))
        case 11:
            let at = place(0xDA...0xDA, &random)
            if !file.segments[at].data.isEmpty { random.damage(&file.segments[at].data) }
        case 12:
            // Scans again and again.
            let at = place(0xDA...0xDA, &random)
            let scans = Array(repeating: file.segments[at], count: random.below(random.once(in: 8) ? 600 : 8))
            file.segments.insert(contentsOf: scans, at: at)
        default:
            let body = random.pick([[], Array("Adobe".utf8) + random.bytes(7), random.bytes(40)])
            file.segments.insert(
                .init(
                    marker: random.pick([0xEE, 0xE0, 0xE1, 0xE2, 0xFE, 0xCC, 0xDC, 0xDE, 0x01]), body: body),
                at: random.below(count))
        }
    }

    /// Precision, height, width, number of components; each with its id, sampling and table.
    private static func changeFrame(_ body: inout [UInt8]?, _ random: inout FuzzRandom) {
        guard var frame = body, frame.count > 5 else { return }
        switch random.below(5) {
        case 0:
            let sides: [UInt8] = [0x00, 0x01, 0x08, 0x20, 0x40, 0x7F, 0xFF]
            for at in 1...4 where random.once(in: 2) { frame[at] = random.pick(sides) }
        case 1: frame[5] = random.pick([0, 1, 2, 3, 4, 5, 255])
        case 2: frame[0] = random.pick([0, 1, 7, 8, 12, 16])
        case 3 where frame.count > 8:
            // Sampling factors.
            for at in stride(from: 7, to: frame.count, by: 3) {
                frame[at] = UInt8(1 + random.below(4)) << 4 | UInt8(1 + random.below(4))
            }
        default: frame[random.below(frame.count)] = UInt8(random.below(256))
        }
        body = frame
    }

    private static func changeTable(_ body: inout [UInt8]?, _ random: inout FuzzRandom) {
        guard var table = body, !table.isEmpty else { return }
        switch random.below(5) {
        case 0: table[0] = UInt8(random.below(256))
        case 1: table[random.below(table.count)] = random.pick([0, 1, 2, 15, 16, 63, 64, 127, 128, 255])
        case 2: table = Array(table.prefix(random.below(table.count)))
        case 3:
            // Lengths of codes that no tree has.
            for at in 1..<min(17, table.count) where random.once(in: 3) {
                table[at] = UInt8(random.below(256))
            }
        default: table[table.count - 1 - random.below(min(4, table.count))] = UInt8(random.below(64))
        }
        body = table
    }
}
