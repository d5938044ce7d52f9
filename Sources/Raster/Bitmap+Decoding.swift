internal import Files

extension Bitmap {
    /// Largest file that is read: 1 GiB.
    public static let maximumFileBytes = 1 << 30

    /// Reads a PNG or JPEG file, with the colours of Pillow's `convert("RGB")`.
    ///
    /// Throws `FileError`, or `RasterError`, which names the file as `path`.
    public static func read(path: String) throws -> Bitmap {
        try decode(ReadOnlyFile.bytes(path, limit: maximumFileBytes), name: path)
    }

    /// Decodes a PNG or JPEG held in memory; `name` is what errors call it.
    ///
    /// The format is told by the first bytes, never by the name. Alpha is dropped, colour profiles, gamma
    /// and EXIF orientation are ignored. A file that is cut short or damaged is an error, never half a
    /// picture. Throws `RasterError`.
    public static func decode(_ bytes: [UInt8], name: String) throws -> Bitmap {
        if bytes.isEmpty { throw RasterError.empty(name: name) }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            return try decodePNG(bytes, name: name)
        }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            return try decodeJPEG(bytes, name: name)
        }
        throw RasterError.notAnImage(name: name, format: PictureFormat.foreign(bytes))
    }

    /// Throws where a header's size passes `maximumPixels`; call it before any allocation.
    static func checkPixels(width: UInt32, height: UInt32, name: String) throws {
        let (pixels, overflow) = Int(width).multipliedReportingOverflow(by: Int(height))
        if overflow || pixels > maximumPixels {
            throw RasterError.tooManyPixels(name: name, width: Int(width), height: Int(height))
        }
    }
}
