import Files
import Foundation
import TestData
import Testing

struct SHA256DigestTests {
    @Test func `known digests`() throws {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SHA256Digest.hex([UInt8]()) == empty)
        #expect(SHA256Digest.hex(Array("abc".utf8)) == abc)
        #expect(SHA256Digest.hex(Data("abc".utf8)) == abc)
        #expect(Array("abc".utf8).withUnsafeBytes { SHA256Digest.hex($0) } == abc)
    }

    @Test func `a file's digest is its bytes'`() throws {
        let bytes = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let data = try TemporaryData()
        try data.write("bytes", bytes)
        #expect(try SHA256Digest.hex(ofFile: data.path + "/bytes") == SHA256Digest.hex(bytes))
    }

    @Test func `what is no file is named`() {
        let missing = #expect(throws: FileError.self) {
            try SHA256Digest.hex(ofFile: "/nonexistent/x")
        }
        #expect(missing?.description == "no such file or folder: '/nonexistent/x'")
        let folder = #expect(throws: FileError.self) { try SHA256Digest.hex(ofFile: "/") }
        #expect(folder?.description == "cannot read '/': it is a folder")
    }
}
