import Foundation
import Raster
import Testing

@Suite struct RasterErrorTests {
    struct Sample: Sendable {
        var bytes: [UInt8]
        var message: String
    }

    @Test(arguments: [
        Sample(bytes: [], message: "'a.png': expected an image, got an empty file"),
        Sample(
            bytes: Array("hello".utf8), message: "'a.png': expected a PNG or JPEG image, got something else"),
        Sample(
            bytes: [0x89, 0x50, 0x4E], message: "'a.png': expected a PNG or JPEG image, got something else"),
        Sample(
            bytes: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
            message: "'a.png': truncated PNG: the file ends early"),
        Sample(bytes: [0xFF, 0xD8, 0xFF], message: "'a.png': truncated JPEG: the file ends early"),
        Sample(
            bytes: [0xFF, 0xD8, 0xFF, 0xD9],
            message: "'a.png': corrupt JPEG: JPEG datastream contains no image"),
    ])
    func messages(_ sample: Sample) {
        #expect(text { try Bitmap.decode(sample.bytes, name: "a.png") } == sample.message)
    }

    @Test func namesAreEscaped() {
        #expect(
            text { try Bitmap.decode([], name: "a\u{1b}[31m\n\u{202e}é.png") }
                == "'a\\u{1b}[31m\\u{a}\\u{202e}é.png': expected an image, got an empty file")
    }

    @Test func pathsThatAreNoImageFiles() throws {
        let folder = NSTemporaryDirectory() + "raster-\(ProcessInfo.processInfo.globallyUniqueString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(text { try Bitmap.read(path: folder) } == "cannot read '\(folder)': it is a folder")
        #expect(
            text { try Bitmap.read(path: folder + "/none.png") }
                == "no such file or folder: '\(folder)/none.png'")
        #expect(
            text { try Bitmap.read(path: "/dev/zero") }
                == "cannot read '/dev/zero': it is not a regular file")
        let pipe = folder + "/pipe.png"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(text { try Bitmap.read(path: pipe) }.hasSuffix("it is not a regular file"))
        let empty = folder + "/empty.png"
        #expect(FileManager.default.createFile(atPath: empty, contents: Data()))
        #expect(text { try Bitmap.read(path: empty) } == "'\(empty)': expected an image, got an empty file")
    }

    private func text(_ body: () throws -> Bitmap) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}
