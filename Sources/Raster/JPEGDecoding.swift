import CLibjpeg

extension Bitmap {
    /// Decodes a baseline or progressive JPEG of grey, colour or CMYK as Pillow opens and converts it to RGB.
    static func decodeJPEG(_ bytes: [UInt8], name: String) throws -> Bitmap {
        // The bytes stay in place for the whole closure; the reader is closed before it ends.
        try unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let reader = unsafe zl_jpeg_open(buffer.baseAddress, buffer.count) else {
                throw RasterError.corrupt(name: name, format: "JPEG", detail: "out of memory")
            }
            defer { unsafe zl_jpeg_close(reader) }
            return try unsafe read(reader, fileBytes: bytes.count, name: name)
        }
    }

    private static func read(
        _ reader: UnsafeMutablePointer<zl_jpeg_reader>, fileBytes: Int, name: String
    ) throws -> Bitmap {
        if unsafe zl_jpeg_read_header(reader) != 0 { throw unsafe failure(of: reader, name: name) }
        let width = unsafe zl_jpeg_width(reader)
        let height = unsafe zl_jpeg_height(reader)
        try checkPixels(width: width, height: height, name: name)
        let components = unsafe Int(zl_jpeg_components(reader))
        guard [1, 3, 4].contains(components) else {
            throw RasterError.unsupported(
                name: name, format: "JPEG", detail: "expected 1, 3 or 4 components, got \(components)")
        }
        // A Huffman-coded block takes at least a bit, and a block covers at most 64 × 16 pixels.
        let pixels = Int(width) * Int(height)
        if unsafe zl_jpeg_is_arithmetic(reader) == 0, pixels / (64 * 16 * 8) > fileBytes {
            throw RasterError.truncated(
                name: name, format: "JPEG", detail: "too few bytes for \(width)x\(height) pixels")
        }
        var status: Int32 = 0
        let count = pixels * components
        // `count` is height × width × components, what the C side fills.
        let samples = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe buffer.initialize(repeating: 0)
            status = unsafe zl_jpeg_read_pixels(reader, buffer.baseAddress)
            initialized = count
        }
        if status != 0 { throw unsafe failure(of: reader, name: name) }
        return Bitmap(
            width: Int(width), height: Int(height), pixels: rgb(samples, components: components))
    }

    private static func rgb(_ samples: [UInt8], components: Int) -> [UInt8] {
        if components == 3 { return samples }
        let count = samples.count / components
        var result = [UInt8](repeating: 0, count: count * 3)
        for pixel in 0..<count {
            for channel in 0..<3 {
                result[pixel * 3 + channel] =
                    components == 1
                    ? samples[pixel]
                    : invertedInk(samples[pixel * 4 + channel], black: samples[pixel * 4 + 3])
            }
        }
        return result
    }

    /// Light left by one of cyan, magenta or yellow together with black, both stored inverted as Adobe does.
    ///
    /// Pillow's arithmetic: K' − ink·K'/255 with K' = 255 − black, the division rounded.
    private static func invertedInk(_ stored: UInt8, black: UInt8) -> UInt8 {
        let ink = 255 - Int(stored)
        let light = Int(black)
        let product = ink * light + 128
        return UInt8(max(0, light - ((product >> 8) + product) >> 8))
    }

    private static func failure(
        of reader: UnsafeMutablePointer<zl_jpeg_reader>, name: String
    ) -> RasterError {
        // The message ends with 0 inside the reader.
        let detail = unsafe String(cString: zl_jpeg_message(reader))
        let isCut = unsafe zl_jpeg_is_truncated(reader) != 0
        if isCut || detail.contains("premature end") {
            return .truncated(name: name, format: "JPEG", detail: isCut ? "the file ends early" : detail)
        }
        return .corrupt(name: name, format: "JPEG", detail: detail)
    }
}
