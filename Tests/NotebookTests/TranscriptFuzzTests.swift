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
            guard let transcript = try? Transcript(String(decoding: bytes, as: UTF8.self), name: "x.zlt")
            else {
                return .refused
            }
            let session = ExportedSession(
                transcript, path: fixture.folder + "/x.zlt", folders: [fixture.folder])
            if random.once(in: 4) { for exporter in sessionExporters { _ = try exporter.export(session) } }
            if random.once(in: 10) {
                // Loops that are long are cut.
                var host = fixture.host(stop: 500)
                host.outputFolder = fixture.folder + "/out"
                _ = try Replay(transcript, host: host).run()
            }
            return .accepted
        }
        #expect(report.problems.isEmpty, "\(report)")
        #expect(try outside() == before)
    }
}
