import CLibpng

extension Bitmap {
    /// The picture as a PNG file: 8-bit RGB, not interlaced.
    ///
    /// The pixels are exact; the compressed bytes may differ between versions of zlib.
    /// - Parameter software: the program's name, kept in the file; nil for no metadata.
    /// - Throws: `RasterError.notWritten`.
    public func pngData(software: String? = nil) throws -> [UInt8] {
        guard let writer = unsafe zl_png_writer_open() else {
            throw RasterError.notWritten(detail: "out of memory")
        }
        defer { unsafe zl_png_writer_close(writer) }
        // `pixels` holds width × height × 3 bytes and stays in place during the call, as the copied name does.
        let status = unsafe pixels.withUnsafeBufferPointer { buffer in
            unsafe zl_png_write_rgb(writer, buffer.baseAddress, UInt32(width), UInt32(height), software)
        }
        guard status == 0, let bytes = unsafe writer.pointee.bytes else {
            throw RasterError.notWritten(detail: unsafe String(cString: zl_png_writer_message(writer)))
        }
        // The writer owns `count` bytes until it is closed.
        return unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: writer.pointee.count))
    }
}
