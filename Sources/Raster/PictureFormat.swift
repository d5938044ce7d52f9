internal import Files

/// What a file is by its first bytes.
public enum PictureFormat {
    /// The name of a format that is not read here, such as "a WebP image"; nil where nothing is known.
    static func foreign(_ bytes: [UInt8]) -> String? {
        func starts(_ text: String, at offset: Int = 0) -> Bool {
            bytes.count >= offset + text.utf8.count && bytes[offset...].starts(with: text.utf8)
        }
        if starts("RIFF"), starts("WEBP", at: 8) { return "a WebP image" }
        if starts("GIF8") { return "a GIF image" }
        if starts("BM") { return "a BMP image" }
        if starts("II*\0") || starts("MM\0*") { return "a TIFF image" }
        if starts("ftyp", at: 4) {
            if ["heic", "heix", "mif1", "msf1", "hevc"].contains(where: { starts($0, at: 8) }) {
                return "a HEIC image"
            }
            if ["avif", "avis"].contains(where: { starts($0, at: 8) }) { return "an AVIF image" }
            return "a video"
        }
        if bytes.starts(with: [0xFF, 0x0A]) || starts("JXL ", at: 4) { return "a JPEG XL image" }
        if bytes.count > 2, bytes[0] == UInt8(ascii: "P"), (0x31...0x36).contains(bytes[1]), bytes[2] <= 0x20
        {
            return "a PNM image"
        }
        if starts("%PDF") { return "a PDF document" }
        if starts("<svg") { return "an SVG drawing" }
        return StandIn.reason(bytes)
    }
}

/// What of a picture is not seen after it was read, as by torchvision's `convert("RGB")`.
public struct PictureTraits: Sendable, Equatable {
    /// Transparency, which is dropped and shows the colours under it.
    public var hasAlpha = false
    /// Grey of 16 bits, which Pillow cuts at 255 instead of scaling.
    public var isDeepGrey = false
    /// EXIF says that the picture is to be turned, which torchvision ignores.
    public var isTurned = false

    public init() {}

    /// Looks at the header of a PNG or JPEG; damaged headers have no traits.
    public init(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            readPNG(bytes)
        } else if bytes.starts(with: [0xFF, 0xD8]) {
            isTurned = Self.orientation(bytes).map { (2...8).contains($0) } ?? false
        }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int, _ count: Int, little: Bool = false) -> Int? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        let part = bytes[offset..<offset + count]
        return (little ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func readPNG(_ bytes: [UInt8]) {
        // Chunks: length, type, data, checksum; the picture's data come after all that matters here.
        var offset = 8
        while let length = Self.word(bytes, offset, 4), let type = Self.word(bytes, offset + 4, 4) {
            switch type {
            case 0x4948_4452:  // IHDR
                let depth = Self.word(bytes, offset + 16, 1)
                let kind = Self.word(bytes, offset + 17, 1)
                hasAlpha = kind == 4 || kind == 6
                isDeepGrey = depth == 16 && kind == 0
            case 0x7452_4E53: hasAlpha = true  // tRNS
            case 0x4944_4154: return  // IDAT
            default: break
            }
            offset += 12 + length
        }
    }

    /// The orientation of a JPEG's EXIF data.
    private static func orientation(_ bytes: [UInt8]) -> Int? {
        var offset = 2
        while let marker = word(bytes, offset, 2), marker >= 0xFF00, marker != 0xFFDA,
            let length = word(bytes, offset + 2, 2)
        {
            if marker == 0xFFE1, bytes.count > offset + 10,
                bytes[(offset + 4)...].starts(with: Array("Exif\0\0".utf8))
            {
                let start = offset + 10
                let little = word(bytes, start, 2) == 0x4949
                guard let directory = word(bytes, start + 4, 4, little: little),
                    let count = word(bytes, start + directory, 2, little: little)
                else { return nil }
                for entry in 0..<count {
                    let place = start + directory + 2 + 12 * entry
                    guard let tag = word(bytes, place, 2, little: little) else { return nil }
                    if tag == 0x0112 { return word(bytes, place + 8, 2, little: little) }
                }
                return nil
            }
            offset += 2 + max(2, length)
        }
        return nil
    }
}
