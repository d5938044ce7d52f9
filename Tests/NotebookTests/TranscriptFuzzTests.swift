import Files
import Foundation
import Fuzzing
import Notebook
import Testing

/// Damaged and hostile transcripts: read as far as they make sense, replayed below the output folder and nowhere else.
@Suite struct TranscriptFuzzTests {
    /// What a stranger may write into a file.
    private static let hostile = [
        "> plot loss --out ../../outside.png", "> export csv /tmp/outside.csv", "> save ../outside.zlt",
        "> prompt save ~/outside.safetensors", "> repeat 1000000000 { step }",
        "> for x in 1..9999999 { classes }",
        "> source /dev/zero", "> model random vit-l-14 big", "> prompt new --tokens 99999 --dim 9999999",
        "> data load /proc", ">\\ \\u{1b}]0;title\\u{7}", "= a \u{1b}[2J",
        "@plot ../../etc/passwd 1x1 pixels-sha256:0",
        "@set a=\"\u{202e}\"", "@did 99999999999999999999", "@end 1 ok 1e999s", "= 1.1.1.1 nan",
        "> cache clear",
    ]

    @Test func damagedTranscripts() throws {
        let text = Array(try TranscriptTests.recorded().utf8)
        let fixture = try Fixture()
        let above = (fixture.folder as NSString).deletingLastPathComponent
        func outside() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: above).filter { $0.hasPrefix("outside") }
                + FileManager.default.contentsOfDirectory(atPath: fixture.folder).filter { $0 != "out" }
                .sorted()
        }
        let before = try outside()
        let report = fuzz("damaged transcripts", rounds: 400) { random in
            var bytes = text
            random.damage(&bytes)
            if random.once(in: 3) {
                let line = Array((random.pick(Self.hostile) + "\n").utf8)
                let places = bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
                bytes.insert(contentsOf: line, at: places.isEmpty ? 0 : random.pick(places))
            }
            guard let transcript = try? Transcript(bytes, name: "x.zlt") else {
                return .refused
            }
            let session = ExportedSession(
                transcript, path: fixture.folder + "/x.zlt", folders: [fixture.folder])
            if random.once(in: 4) { for exporter in sessionExporters { _ = try exporter.export(session) } }
            if random.once(in: 10) {
                // Loops that are long are cut.
                var host = fixture.host(stop: 500)
                host.outputFolder = fixture.folder + "/out"
                var options = Replay.Options()
                options.keepsCells = true
                let report = try Replay(transcript, host: host, options: options).run()
                _ = TranscriptUpdate(transcript, ran: report.ran)
            }
            return .accepted
        }
        #expect(report.problems.isEmpty, "\(report)")
        #expect(try outside() == before)
    }

    /// Answers beside a session that were damaged or written by hand, with checksums that fit: a resumed session and a replay
    /// end, with what was recorded or a message.
    @Test func damagedJournals() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        let place = fixture.folder + "/a.zlt"
        try notebook.record(to: place)
        try notebook.run(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2\nstep 3\n"
                + "eval --split test\nprompt new --method gauss-newton --tokens 2 --budget 30\nstep\n"
                + "prompt new --method calibrate\nstep")
        let text = try #require(fixture.bytes("a.zlt"))
        let journal = try #require(fixture.bytes("a.zlt.run"))
        let report = fuzz("damaged journals", rounds: 60) { random in
            var bytes = journal
            if random.once(in: 2) {
                random.damage(&bytes)
            } else {
                Self.forge(&bytes, &random)
            }
            let path = fixture.folder + "/b.zlt"
            let length = random.once(in: 2) ? text.count : text.count - random.below(text.count / 2)
            try Fixture.write(Array(text[..<length]), to: path)
            try Fixture.write(bytes, to: path + ".run")
            if random.once(in: 2) {
                var host = fixture.host(stop: 500)
                host.outputFolder = fixture.folder + "/out"
                var options = Replay.Options()
                options.session = path
                options.resyncs = random.once(in: 2)
                _ = try Replay(Transcript(path: path), host: host, options: options).run()
                return .accepted
            }
            let again = try fixture.notebook()
            do {
                _ = try again.resume(path, scratch: fixture.folder + "/scratch")
                return .accepted
            } catch {
                return .refused
            }
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    /// Changes words of a few records and their checksums with them.
    private static func forge(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        var places: [Range<Int>] = []
        var offset = "ziplab-journal-1\n".utf8.count
        while offset + 4 <= bytes.count {
            let count = (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
            let end = offset + 4 * (count + 1)
            guard end + 8 <= bytes.count else { break }
            places.append(offset..<end)
            offset = end + 8
        }
        for _ in 0..<(1 + random.below(3)) where !places.isEmpty {
            let place = random.pick(places)
            let word = place.lowerBound + 12 + 4 * random.below((place.count - 12) / 4)
            let value = random.pick([
                0, 1, 2, 0x7FC0_0000, 0x7F80_0000, 0xFFFF_FFFF, 0x3F80_0000, 0x0000_FFFF,
            ])
            for byte in 0..<4 { bytes[word + byte] = UInt8(value >> (8 * byte) & 0xFF) }
            let digest = Array(SHA256Digest.hex(Array(bytes[place])).utf8.prefix(8))
            bytes.replaceSubrange(place.upperBound..<(place.upperBound + 8), with: digest)
        }
    }
}
