internal import CLibcrypto
public import Foundation

/// SHA-256 in hexadecimal.
public enum SHA256Digest {
    /// The digest of some bytes, 64 lower-case digits.
    public static func hex(_ bytes: some DataProtocol) -> String {
        let hash = SHA256()
        // Each region lives through its call.
        for region in bytes.regions { unsafe region.withUnsafeBytes { unsafe hash.update($0) } }
        return hash.finalize()
    }

    /// The digest of bytes in the caller's memory.
    public static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
        let hash = SHA256()
        unsafe hash.update(bytes)
        return hash.finalize()
    }

    /// The digest of a file's content, read in pieces.
    ///
    /// Throws `FileError`.
    public static func hex(ofFile path: String) throws -> String {
        let file = try ReadOnlyFile(path: path)
        let hash = SHA256()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { unsafe piece.deallocate() }
        var offset = 0
        while true {
            let count = unsafe try file.read(into: piece, at: offset)
            if count == 0 { break }
            unsafe hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            offset += count
        }
        return hash.finalize()
    }

    /// The keyed digest of some bytes (HMAC, RFC 2104), 64 lower-case digits.
    public static func hex(authenticating bytes: [UInt8], key: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        // The arrays live through the call, which fills the 32 bytes of the digest.
        let result = unsafe HMAC(
            EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &digest, nil)
        unsafe precondition(result != nil, "libcrypto has no SHA-256")
        return SHA256.hexadecimal(digest)
    }
}

/// A running hash of libcrypto, which is freed with it.
@safe
private final class SHA256 {
    private let context: OpaquePointer

    /// libcrypto fails here only where memory is out or its SHA-256 is switched off; neither can be gone on from.
    init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        let status = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "libcrypto refused \(bytes.count) bytes")
    }

    func finalize() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let status = unsafe EVP_DigestFinal_ex(context, &digest, nil)
        precondition(status == 1, "libcrypto gave no digest")
        return Self.hexadecimal(digest)
    }

    static func hexadecimal(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
