import Files
import Foundation
import Fuzzing
import TestData
import Testing

/// Any bytes, read within limits.
@Suite struct FilesFuzzTests {
    @Test func damagedTexts() throws {
        let data = try TemporaryData()
        let text = Array(
            "\u{FEFF}prompt new --tokens 4\n# größer 日本語\nversion https://git-lfs\n<!DOCTYPE html>".utf8)
        let report = fuzz("damaged texts", rounds: 300) { random in
            var bytes = text
            random.damage(&bytes)
            try data.write("x", bytes)
            _ = StandIn.reason(bytes)
            do {
                let read = try ReadOnlyFile.text(data.path + "/x", limit: 100)
                #expect(Array(read.utf8).count <= bytes.count)
                return .accepted
            } catch is FileError {
                return .refused
            }
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    /// Paths of any characters: a result or an error, and nothing outside of the folder.
    @Test func oddPaths() throws {
        let data = try TemporaryData()
        let before = try Folder.list(Folder.parent(data.path) ?? "/").names.filter { $0.hasPrefix("outside") }
        let pieces = [
            "a", "b", "/", ".", "é", "\0", "\n", "\u{1b}", " ", "~", "\\", "x.png",
            String(repeating: "n", count: 130),
        ]
        let report = fuzz("odd paths", rounds: 300) { random in
            let name = (0...random.below(4)).map { _ in random.pick(pieces) }.joined()
            let path = data.path + "/in/" + name
            _ = (Folder.parent(path), Folder.name(path), Folder.pathExtension(path), FileKind(path))
            do {
                try Folder.create(data.path + "/in")
                try NewFile.write([1, 2, 3], to: path)
                #expect(try ReadOnlyFile.bytes(path, limit: 3) == [1, 2, 3])
                return .accepted
            } catch is FileError {
                return .refused
            }
        }
        #expect(report.problems.isEmpty, "\(report)")
        #expect(try Folder.list(data.path).names == ["in"])
        #expect(
            try Folder.list(Folder.parent(data.path) ?? "/").names.filter { $0.hasPrefix("outside") }
                == before)
    }
}
