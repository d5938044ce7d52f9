/// A picture of 8-bit RGB pixels.
///
/// `pixels` holds height × width × 3 bytes: rows from the top, pixels from the left, red, green, blue.
public struct Bitmap: Sendable, Equatable {
    /// Most pixels that are read from a file, written or resized to: 100 million.
    public static let maximumPixels = 100_000_000

    /// Width in pixels, at least 1.
    public let width: Int
    /// Height in pixels, at least 1.
    public let height: Int
    /// Interleaved red, green and blue, row by row.
    public private(set) var pixels: [UInt8]

    /// Makes a picture of one colour.
    public init(width: Int, height: Int, fill: Color = .black) {
        Self.checkSize(width, height)
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: 0, count: width * height * 3)
        guard fill != .black else { return }
        for index in 0..<width * height {
            pixels[index * 3] = fill.red
            pixels[index * 3 + 1] = fill.green
            pixels[index * 3 + 2] = fill.blue
        }
    }

    /// Takes interleaved RGB bytes, exactly width × height × 3 of them.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        Self.checkSize(width, height)
        precondition(
            pixels.count == width * height * 3,
            "expected \(width * height * 3) bytes of pixels, got \(pixels.count)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// One pixel; `x` counts from the left, `y` from the top.
    public subscript(x: Int, y: Int) -> Color {
        get {
            let index = offset(x, y)
            return Color(pixels[index], pixels[index + 1], pixels[index + 2])
        }
        set {
            let index = offset(x, y)
            pixels[index] = newValue.red
            pixels[index + 1] = newValue.green
            pixels[index + 2] = newValue.blue
        }
    }

    /// What a digest of the picture is taken over.
    ///
    /// Width and height as 4 bytes each, high byte first, then the pixels.
    public var pixelDigestInput: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + pixels.count)
        for side in [width, height] {
            for shift in [24, 16, 8, 0] {
                bytes.append(UInt8(truncatingIfNeeded: side >> shift))
            }
        }
        bytes += pixels
        return bytes
    }

    /// Lets `body` write the pixel bytes in place.
    package mutating func withMutablePixels<Result>(
        _ body: (inout [UInt8]) throws -> Result
    ) rethrows -> Result {
        let result = try body(&pixels)
        precondition(
            pixels.count == width * height * 3,
            "expected \(width * height * 3) bytes of pixels, got \(pixels.count)")
        return result
    }

    private func offset(_ x: Int, _ y: Int) -> Int {
        precondition(
            x >= 0 && x < width && y >= 0 && y < height,
            "pixel (\(x), \(y)) lies outside \(width)x\(height)")
        return (y * width + x) * 3
    }

    /// Stops the program where a size is not above 0 or has too many pixels.
    static func checkSize(_ width: Int, _ height: Int) {
        precondition(width > 0 && height > 0, "expected a width and height above 0, got \(width)x\(height)")
        precondition(
            width <= maximumPixels / height,
            "expected at most \(maximumPixels) pixels, got \(width)x\(height)")
    }
}
