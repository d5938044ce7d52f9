/// The printable character that stands for each byte in a byte-level vocabulary.
///
/// Printable Latin-1 bytes stand for themselves; the other 68, in order, are the characters from U+0100 on
/// (the table of GPT-2).
enum TokenizerBytes {
    /// Character of each of the 256 bytes.
    static let characters: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...255).map { (byte: UInt8) in
            if isPrintable(byte) { return Unicode.Scalar(byte) }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? Unicode.Scalar(byte)
        }
    }()

    /// Byte of each character of the table.
    static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
        uniqueKeysWithValues: zip(characters, UInt8.min...UInt8.max))

    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) || (0xa1...0xac).contains(byte) || byte >= 0xae
    }
}
