public import Raster

/// OpenAI CLIP's evaluation transform: bicubic resize of the shortest side, centre crop, normalise.
public struct ImagePreprocessing: Sendable, Equatable {
    /// Side that the image's shortest side is resized to, in pixels.
    public var resize: Int
    /// Side of the square crop, the model's input size.
    public var crop: Int
    /// Mean of each channel, after division by 255.
    public var mean: [Float]
    /// Standard deviation of each channel, after division by 255.
    public var deviation: [Float]

    public init(
        resize: Int, crop: Int, mean: [Float] = [0.481_454_66, 0.457_827_5, 0.408_210_73],
        deviation: [Float] = [0.268_629_54, 0.261_302_58, 0.275_777_11]
    ) {
        precondition(mean.count == 3 && deviation.count == 3, "three channels, not \(mean.count)")
        self.resize = resize
        self.crop = crop
        self.mean = mean
        self.deviation = deviation
    }

    /// Resizes and crops, in 8 bits as Pillow does.
    ///
    /// The shortest side becomes `resize` and the crop `crop`, or both `side` where that is given; the longer side
    /// becomes ⌊shortest · long / short⌋, and the crop starts at round-half-even((longer − crop)/2).
    ///
    /// - Throws: `CLIPError.tooElongated` when the resized image would have more than `Bitmap.maximumPixels`.
    public func cropped(_ bitmap: Bitmap, side: Int? = nil) throws -> Bitmap {
        let (resize, crop) = (side ?? resize, side ?? crop)
        precondition(resize > 0, "expected a side from 1; got \(resize)")
        let short = min(bitmap.width, bitmap.height)
        let long = max(bitmap.width, bitmap.height)
        let longer = max(resize, Int(Double(resize) * Double(long) / Double(short)))
        guard longer <= Bitmap.maximumPixels / resize else {
            throw CLIPError.tooElongated(width: bitmap.width, height: bitmap.height)
        }
        let (width, height) = bitmap.width <= bitmap.height ? (resize, longer) : (longer, resize)
        let resized = bitmap.resized(width: width, height: height)
        return resized.cropped(
            x: Self.offset(width, crop), y: Self.offset(height, crop), width: crop, height: crop)
    }

    private static func offset(_ side: Int, _ crop: Int) -> Int {
        Int((Double(side - crop) / 2).rounded(.toNearestOrEven))
    }

    /// Pixels of one image in 0 … 1, [3, side, side], channel by channel, resized and cropped as by `cropped`.
    ///
    /// - Throws: `CLIPError.tooElongated`.
    public func unitPixels(_ bitmap: Bitmap, side: Int? = nil) throws -> [Float] {
        unitPixels(ofCropped: try cropped(bitmap, side: side))
    }

    /// Bytes / 255 of an image as it is, [3, height, width], channel by channel.
    public func unitPixels(ofCropped bitmap: Bitmap) -> [Float] {
        planes(bitmap) { _, byte in Float(byte) / 255 }
    }

    /// (value − mean) / deviation of each channel's values: what the vision tower takes.
    ///
    /// - Parameter unit: values in 0 … 1 of three channels of one size, channel by channel.
    public func normalized(_ unit: [Float]) -> [Float] {
        precondition(unit.count % 3 == 0, "\(unit.count) values for three channels")
        let plane = unit.count / 3
        var result = unit
        for channel in 0..<3 {
            let (mean, deviation) = (mean[channel], deviation[channel])
            for index in channel * plane..<(channel + 1) * plane {
                result[index] = (result[index] - mean) / deviation
            }
        }
        return result
    }

    /// Pixels of one image as the vision tower takes them, [3, crop, crop], channel by channel.
    ///
    /// - Throws: `CLIPError.tooElongated`.
    public func pixels(_ bitmap: Bitmap) throws -> [Float] {
        planes(try cropped(bitmap)) { channel, byte in
            (Float(byte) / 255 - mean[channel]) / deviation[channel]
        }
    }

    /// A function of each byte, [3, height, width], channel by channel.
    private func planes(_ image: Bitmap, _ value: (_ channel: Int, _ byte: Int) -> Float) -> [Float] {
        let plane = image.width * image.height
        var result = [Float](repeating: 0, count: 3 * plane)
        for channel in 0..<3 {
            let table = (0..<256).map { value(channel, $0) }
            for index in 0..<plane {
                result[channel * plane + index] = table[Int(image.pixels[3 * index + channel])]
            }
        }
        return result
    }
}

extension ImagePreprocessing {
    /// Reads the fields of `preprocessor_config.json`; what they leave out is OpenAI's.
    ///
    /// - Throws: `CLIPError` for a field with another meaning than the transform has.
    init(huggingFace json: JSONObject, imageSize: Int) throws {
        let path = json.path
        let side = try Self.side(json, "size", key: "shortest_edge", fallback: imageSize)
        let crop = imageSize
        for key in ["height", "width"] {
            let side = try Self.side(json, "crop_size", key: key, fallback: imageSize)
            guard side == crop else {
                throw CLIPError.badField(
                    "crop_size", file: path, expected: "the model's image size \(crop)", got: "\(side)")
            }
        }
        guard side >= crop else {
            throw CLIPError.badField(
                "size", file: path, expected: "at least the crop size \(crop)", got: "\(side)")
        }
        for name in ["do_resize", "do_center_crop", "do_normalize", "do_rescale"] {
            guard try json.boolean(name, true) else {
                throw CLIPError.unsupported("'\(name)': false", file: path)
            }
        }
        let resample = try json.number("resample", 3)
        guard resample == 3 else {
            throw json.bad("resample", expected: "3 (bicubic)")
        }
        let factor = try json.number("rescale_factor", 1 / 255)
        guard abs(factor * 255 - 1) < 1e-6 else {
            throw json.bad("rescale_factor", expected: "1/255")
        }
        self.init(resize: side, crop: crop)
        mean = try Self.channels(json, "image_mean", mean)
        deviation = try Self.deviations(json, "image_std", deviation)
    }

    private static func side(_ json: JSONObject, _ name: String, key: String, fallback: Int) throws -> Int {
        guard json.has(name) else { return fallback }
        guard let nested = try? json.object(name) else { return try json.size(name, fallback, limit: 4096) }
        guard nested.has(key) else {
            throw CLIPError.unsupported("'\(name)' without '\(key)'", file: json.path)
        }
        return try nested.size(key, fallback, limit: 4096)
    }

    /// Positive numbers, one a channel.
    static func deviations(_ json: JSONObject, _ name: String, _ fallback: [Float]) throws -> [Float] {
        let values = try channels(json, name, fallback)
        guard values.allSatisfy({ $0 > 0 }) else {
            throw CLIPError.badField(
                name, file: json.path, expected: "positive numbers", got: "\(values)")
        }
        return values
    }

    /// Numbers in the range of float32, one a channel.
    static func channels(_ json: JSONObject, _ name: String, _ fallback: [Float]) throws -> [Float] {
        let values = try json.numbers(name, fallback.map(Double.init)).map { Float($0) }
        guard values.count == 3 else {
            throw CLIPError.badField(name, file: json.path, expected: "3 numbers", got: "\(values.count)")
        }
        guard values.allSatisfy(\.isFinite) else {
            throw CLIPError.badField(
                name, file: json.path, expected: "numbers in the range of float32", got: "larger ones")
        }
        return values
    }
}
