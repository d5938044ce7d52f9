import Foundation
import Tensors
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
        try withTemporaryFile(bytes) { path in
            let digest = try SHA256Digest.hex(ofFile: path)
            #expect(digest == SHA256Digest.hex(bytes))
        }
    }

    @Test func `what is no file is named`() {
        let missing = #expect(throws: TensorsError.self) {
            try SHA256Digest.hex(ofFile: "/nonexistent/x")
        }
        #expect(missing?.description == "cannot read '/nonexistent/x': No such file or directory")
        let folder = #expect(throws: TensorsError.self) { try SHA256Digest.hex(ofFile: "/") }
        #expect(folder?.description == "cannot read '/': not a regular file")
    }
}
