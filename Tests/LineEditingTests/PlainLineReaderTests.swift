import Glibc
import LineEditing
import Testing

extension LineEditingTests {
    /// Lines from pipes.
    @Suite struct OnPipe {
        struct Sample: Sendable, CustomTestStringConvertible {
            let name: String
            let bytes: [UInt8]
            let results: [String]
            var testDescription: String { name }

            init(_ name: String, _ text: String, _ results: String...) {
                self.init(name, Array(text.utf8), results)
            }

            init(_ name: String, _ bytes: [UInt8], _ results: [String]) {
                self.name = name
                self.bytes = bytes
                self.results = results
            }
        }

        /// Every result up to the end; errors by their text.
        static func results(of reader: PlainLineReader) -> [String] {
            var results: [String] = []
            while results.count < 100 {
                do {
                    let input = try reader.next(prompt: "> ")
                    if input == .endOfInput { break }
                    guard case .line(let line) = input else {
                        results.append("\(input)")
                        continue
                    }
                    results.append(line)
                } catch {
                    results.append("error: \(error)")
                }
            }
            return results
        }

        @Test(arguments: [
            Sample("nothing", ""),
            Sample("one line", "a\n", "a"),
            Sample("no line end", "a\nb", "a", "b"),
            Sample("empty lines", "\n\na\n", "", "", "a"),
            Sample("cr lf", "a\r\nb\r\n\r\n", "a", "b", ""),
            Sample("cr within", "a\rb\n", "a\rb"),
            Sample("cr at the end", "a\r", "a"),
            Sample("byte order mark", "\u{FEFF}a\n\u{FEFF}b\n", "a", "\u{FEFF}b"),
            Sample("non-ASCII", "é漢🐈\n", "é漢🐈"),
            Sample(
                "not UTF-8", [0x61, 0x0A, 0x62, 0xFF, 0x0A, 0x63],
                ["a", "error: expected UTF-8 text in line 2; got other bytes", "c"]),
            Sample(
                "cut character", [0xC3, 0x0A, 0xE6, 0xBC],
                [
                    "error: expected UTF-8 text in line 1; got other bytes",
                    "error: expected UTF-8 text in line 2; got other bytes",
                ]),
            Sample("at the limit", "0123456789abcdef\r\ny", "0123456789abcdef", "y"),
            Sample(
                "over the limit", "a\n" + String(repeating: "x", count: 17) + "\nb\n",
                "a", "error: expected at most 16 bytes in line 2; got more", "b"),
            Sample(
                "far over the limit", String(repeating: "x", count: 200_000) + "\nb",
                "error: expected at most 16 bytes in line 1; got more", "b"),
            Sample(
                "over the limit at the end", String(repeating: "x", count: 40),
                "error: expected at most 16 bytes in line 1; got more"),
        ])
        func lines(_ sample: Sample) throws {
            // Written from a file, since a pipe holds only 64 KiB.
            let path = "/tmp/line-editing-\(getpid())-plain"
            defer { unlink(path) }
            let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            #expect(write(descriptor, sample.bytes, sample.bytes.count) == sample.bytes.count)
            #expect(lseek(descriptor, 0, SEEK_SET) == 0)
            let open = PlainLineReader(descriptor: descriptor, lineLimit: 16)
            #expect(Self.results(of: open) == sample.results)
            let named = try PlainLineReader(path: path, lineLimit: 16)
            #expect(Self.results(of: named) == sample.results)
        }

        @Test func piecesAreJoined() throws {
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            let reader = PlainLineReader(descriptor: ends[0])
            #expect(write(ends[1], "ab\nc", 4) == 4)
            #expect(try reader.next(prompt: "") == .line("ab"))
            #expect(write(ends[1], "d\n", 2) == 2)
            #expect(try reader.next(prompt: "") == .line("cd"))
            close(ends[1])
            #expect(try reader.next(prompt: "") == .endOfInput)
            #expect(try reader.next(prompt: "") == .endOfInput)
            close(ends[0])
        }

        @Test func interruptIsTaken() throws {
            _ = signal(SIGINT, SIG_DFL)
            try InterruptSignal.install()
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            let reader = PlainLineReader(descriptor: ends[0])
            // To the process, not by raise: the threads that run tests block signals.
            kill(getpid(), SIGINT)
            #expect(try reader.next(prompt: "") == .interrupted)
            #expect(!InterruptSignal.take())
            kill(getpid(), SIGINT)
            for _ in 0..<10_000 where !InterruptSignal.isRaised { usleep(1_000) }
            #expect(InterruptSignal.take())
            #expect(!InterruptSignal.take())
            ends.forEach { _ = close($0) }
        }

        @Test func missingFileIsNamed() {
            #expect(throws: LineEditingError.readFailed(line: 0, code: ENOENT)) {
                _ = try PlainLineReader(path: "/nonexistent/lines.zl")
            }
            #expect(
                "\(LineEditingError.readFailed(line: 0, code: ENOENT))"
                    == "reading after line 0 failed: no such file or folder")
        }
    }
}
