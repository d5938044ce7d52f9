import Foundation
import Glibc
import LineEditing
import Testing

extension LineEditingTests {
    /// The history file and the small pure parts beside it.
    @Suite struct History {
        static func withFile(_ body: (String) throws -> Void) throws {
            let path = "/tmp/line-editing-\(getpid())-history"
            unlink(path)
            defer { unlink(path) }
            try body(path)
        }

        @Test(arguments: ["a", "a\nb", "\\", "\\n", "a\\\nb", "\r\n", "漢\\字", "", "\n\n\\\\n"])
        func escapingGoesBack(_ entry: String) {
            let line = HistoryFile.escaped(entry)
            #expect(!line.unicodeScalars.contains("\n") && !line.unicodeScalars.contains("\r"))
            #expect(HistoryFile.unescaped(line) == entry)
        }

        @Test func entriesAreChosen() {
            #expect(HistoryFile.accepts("a", after: nil))
            #expect(HistoryFile.accepts("a", after: "b"))
            #expect(!HistoryFile.accepts("a", after: "a"))
            #expect(!HistoryFile.accepts(" a", after: nil))
            #expect(!HistoryFile.accepts("", after: nil))
            #expect(!HistoryFile.accepts("\t\n", after: nil))
        }

        @Test func missingFileIsEmpty() throws {
            try Self.withFile { path in
                let entries = try HistoryFile(path: path).load()
                #expect(entries == [])
                #expect(access(path, F_OK) != 0)
            }
            #expect(throws: LineEditingError.historyNotWritten(path: "/nonexistent/h", code: ENOENT)) {
                try HistoryFile(path: "/nonexistent/h").append("a")
            }
        }

        @Test func tornAndForeignLinesAreSurvived() throws {
            try Self.withFile { path in
                try Data([0x61, 0x0A, 0xFF, 0x0A, 0x62, 0x5C]).write(to: URL(filePath: path))
                try HistoryFile(path: path).append("c")
                #expect(try HistoryFile(path: path).load() == ["a", "b", "c"])
            }
        }

        @Test func writersDoNotMix() throws {
            try Self.withFile { path in
                let failures = FailureCount()
                DispatchQueue.concurrentPerform(iterations: 8) { writer in
                    let file = HistoryFile(path: path)
                    for entry in 0..<50 {
                        do {
                            try file.append("\(writer) \(entry) " + String(repeating: "x", count: 300))
                        } catch {
                            failures.note()
                        }
                    }
                }
                #expect(failures.count == 0)
                let entries = try HistoryFile(path: path).load()
                #expect(Set(entries).count == 400 && entries.count == 400)
                for writer in 0..<8 {
                    let own = entries.filter { $0.hasPrefix("\(writer) ") }
                        .map { $0.split(separator: " ")[1] }
                    #expect(own == (0..<50).map { "\($0)"[...] })
                }
            }
        }

        @Test func oldEntriesAreDropped() throws {
            try Self.withFile { path in
                let count = 2 * HistoryFile.limit + 5
                let text = (0..<count).map { "entry \($0)\n" }.joined()
                try Data(text.utf8).write(to: URL(filePath: path))
                let entries = try HistoryFile(path: path).load()
                #expect(entries.count == HistoryFile.limit)
                #expect(entries.last == "entry \(count - 1)")
                let rewritten = try String(contentsOfFile: path, encoding: .utf8)
                #expect(rewritten.split(separator: "\n").count == HistoryFile.limit)
                try HistoryFile(path: path).append("after")
                #expect(try HistoryFile(path: path).load().suffix(2) == ["entry \(count - 1)", "after"])
            }
        }

        @Test func promptsAreMarked() {
            func text(_ prompt: String) -> String {
                let scalars = PromptText.encoded(prompt).dropLast().compactMap(Unicode.Scalar.init)
                return String(String.UnicodeScalarView(scalars))
            }
            #expect(text("zip> ") == "zip> ")
            #expect(text("") == "")
            #expect(text("\u{1B}[1mzip> \u{1B}[0m") == "\u{1}\u{1B}[1m\u{1}zip>\u{1}\u{1B}[0m\u{1} ")
            #expect(
                text("\u{1B}[1m\u{1B}[31mz\u{1B}[0m")
                    == "\u{1}\u{1B}[1m\u{1B}[31m\u{1}z\u{1}\u{1B}[0m\u{1} ")
            #expect(text("a\u{1B}b\u{7}\n") == "ab")
            #expect(text("\u{1B}[") == "[")
        }

        @Test func bytesBecomeScalars() {
            func text(_ bytes: [UInt8]) -> String {
                var assembler = ScalarAssembler()
                return String(String.UnicodeScalarView(bytes.compactMap { assembler.push($0) }))
            }
            for sample in ["plain", "é", "漢字", "🐈\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10FFFF}"] {
                #expect(text(Array(sample.utf8)) == sample)
            }
            // Stray, overlong, surrogate, too large, cut by the next character.
            #expect(text([0x80, 0x61]) == "a")
            #expect(text([0xC0, 0x80, 0xE0, 0x80, 0x80, 0xF0, 0x80, 0x80, 0x80, 0x61]) == "a")
            #expect(text([0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xFF, 0x61]) == "a")
            #expect(text([0xE6, 0xBC, 0xC3, 0xA9]) == "é")
        }

        @Test func candidatesShareAPrefix() {
            func prefix(_ candidates: String...) -> String {
                Completion(replaced: 0..<0, candidates: candidates).commonPrefix
            }
            #expect(prefix() == "")
            #expect(prefix("alpha") == "alpha")
            #expect(prefix("alpha", "alphabet", "alp") == "alp")
            #expect(prefix("é1", "e1") == "")
        }

        @Test func candidatesStandInColumns() {
            func rows(_ candidates: [String], _ width: Int) -> [String] {
                CandidateListing.rows(candidates, width: width) { $0.count }
            }
            #expect(rows(["a", "bb", "c", "dd", "e"], 13) == ["a   c   e", "bb  dd"])
            #expect(rows(["a", "bb"], 0) == ["a", "bb"])
            #expect(rows([], 80) == [])
            #expect(rows(["a\u{1B}[2J"], 80) == ["a\\u{1b}[2J"])
            let many = rows((0..<500).map { "\($0)" }, 80)
            #expect(many.last == "... and 300 more")
        }
    }

    /// A count that several threads raise.
    final class FailureCount: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0
        func note() { lock.withLock { value += 1 } }
        var count: Int { lock.withLock { value } }
    }
}
