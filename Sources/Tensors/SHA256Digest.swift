import Crypto
public import Foundation

/// SHA-256 in hexadecimal.
public enum SHA256Digest {
    /// The digest of some bytes, 64 lower-case digits.
    public static func hex(_ bytes: some DataProtocol) -> String {
        hexadecimal(SHA256.hash(data: bytes))
    }

    /// The digest of bytes in the caller's memory.
    public static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hexadecimal(hash.finalize())
    }

    /// The digest of a file's content, read in pieces.
    ///
    /// Throws `TensorsError.unreadable`.
    public static func hex(ofFile path: String) throws -> String {
        let file = try ReadOnlyFile(path: path)
        var hash = SHA256()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { piece.deallocate() }
        var offset = 0
        while true {
            let count = try file.read(into: piece, at: offset)
            if count == 0 { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece[..<count]))
            offset += count
        }
        return hexadecimal(hash.finalize())
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
