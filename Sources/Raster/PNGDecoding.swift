import CLibpng

extension Bitmap {
    /// Decodes a PNG of any kind as Pillow opens and converts it to RGB.
    static func decodePNG(_ bytes: [UInt8], name: String) throws -> Bitmap {
        // The bytes stay in place for the whole closure; the reader is closed before it ends.
        try unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let reader = unsafe zl_png_open(buffer.baseAddress, buffer.count) else {
                throw RasterError.corrupt(name: name, format: "PNG", detail: "out of memory")
            }
            defer { unsafe zl_png_close(reader) }
            return try unsafe read(reader, name: name)
        }
    }

    private static func read(_ reader: UnsafeMutablePointer<zl_png_reader>, name: String) throws -> Bitmap {
        if unsafe zl_png_read_header(reader) != 0 { throw unsafe failure(of: reader, name: name) }
        let width = unsafe reader.pointee.width
        let height = unsafe reader.pointee.height
        try checkPixels(width: width, height: height, name: name)
        // Deflate shrinks at most 1032 to 1: a small file that promises more is cut before it costs memory.
        let (promised, overflow) = unsafe reader.pointee.row_bytes.multipliedReportingOverflow(
            by: Int(height))
        let fileBytes = unsafe reader.pointee.count
        if overflow || promised / 1032 > fileBytes {
            throw RasterError.truncated(
                name: name, format: "PNG", detail: "too few bytes for \(width)x\(height) pixels")
        }
        let kind = unsafe PNGKind(
            colorType: Int(reader.pointee.color_type), depth: Int(reader.pointee.depth),
            palette: palette(of: reader))
        if unsafe zl_png_prepare_rows(reader) != 0 { throw unsafe failure(of: reader, name: name) }
        let count = unsafe reader.pointee.row_bytes * Int(height)
        let expected = Int(width) * Int(height) * kind.bytesPerPixel
        guard count == expected else {
            throw RasterError.corrupt(
                name: name, format: "PNG", detail: "expected \(expected) bytes of samples, got \(count)")
        }
        var status: Int32 = 0
        // `count` is row_bytes × height, what the C side fills.
        let samples = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe buffer.initialize(repeating: 0)
            status = unsafe zl_png_read_pixels(reader, buffer.baseAddress)
            initialized = count
        }
        if status != 0 { throw unsafe failure(of: reader, name: name) }
        return Bitmap(width: Int(width), height: Int(height), pixels: kind.rgb(samples))
    }

    private static func palette(of reader: UnsafeMutablePointer<zl_png_reader>) -> [UInt8] {
        guard let start = unsafe reader.pointee.palette else { return [] }
        // libpng keeps 3 bytes an entry until the reader is closed.
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: Int(reader.pointee.palette_count) * 3))
    }

    private static func failure(
        of reader: UnsafeMutablePointer<zl_png_reader>, name: String
    ) -> RasterError {
        // The message ends with 0 inside the reader.
        let detail = unsafe String(cString: zl_png_reader_message(reader))
        // 'Not enough image data' is libpng's word for compressed data that stop before the last row.
        if unsafe reader.pointee.is_truncated != 0 || detail.contains("Not enough image data") {
            return .truncated(name: name, format: "PNG", detail: detail)
        }
        return .corrupt(name: name, format: "PNG", detail: detail)
    }
}
