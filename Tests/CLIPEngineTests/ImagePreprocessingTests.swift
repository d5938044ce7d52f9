import CLIPEngine
import Raster
import Testing

@Suite struct ImagePreprocessingTests {
    private static func picture(_ width: Int, _ height: Int) -> Bitmap {
        let pixels = (0..<(width * height * 3)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 97) }
        return Bitmap(width: width, height: height, pixels: pixels)
    }

    /// Source size, resized size and crop offset.
    struct Sample: Sendable {
        let source: (Int, Int)
        let resized: (Int, Int)
        let offset: (Int, Int)
    }

    /// Offsets are round-half-even((side − 12)/2).
    static let samples = [
        Sample(source: (12, 12), resized: (12, 12), offset: (0, 0)),
        Sample(source: (24, 26), resized: (12, 13), offset: (0, 0)),
        Sample(source: (30, 24), resized: (15, 12), offset: (2, 0)),
        Sample(source: (7, 10), resized: (12, 17), offset: (0, 2)),
        Sample(source: (100, 33), resized: (36, 12), offset: (12, 0)),
        Sample(source: (1, 5), resized: (12, 60), offset: (0, 24)),
    ]

    @Test(arguments: samples) func resizesTheShortSideAndCropsTheMiddle(_ sample: Sample) throws {
        let preprocessing = ImagePreprocessing(resize: 12, crop: 12)
        let picture = Self.picture(sample.source.0, sample.source.1)
        let resized = picture.resized(width: sample.resized.0, height: sample.resized.1)
        let wanted = resized.cropped(x: sample.offset.0, y: sample.offset.1, width: 12, height: 12)
        #expect(try preprocessing.cropped(picture) == wanted)
    }

    @Test func cropsALargerResizedSide() throws {
        let preprocessing = ImagePreprocessing(resize: 15, crop: 12)
        let picture = Self.picture(15, 15)
        #expect(try preprocessing.cropped(picture) == picture.cropped(x: 2, y: 2, width: 12, height: 12))
    }

    @Test func normalisesChannelByChannel() throws {
        let preprocessing = ImagePreprocessing(
            resize: 2, crop: 2, mean: [0.5, 0.25, 0], deviation: [0.5, 0.25, 2])
        let picture = Bitmap(width: 2, height: 2, pixels: [255, 0, 51, 0, 255, 102, 0, 0, 0, 255, 255, 255])
        let wanted: [Float] = [1, -1, -1, 1, -1, 3, -1, 3, 0.1, 0.2, 0, 0.5]
        for (got, wanted) in zip(try preprocessing.pixels(picture), wanted) {
            #expect(abs(got - wanted) < 1e-6)
        }
    }

    @Test func normalisedUnitPixelsAreThePixels() throws {
        for preprocessing in [
            ImagePreprocessing(resize: 15, crop: 12),
            ImagePreprocessing(resize: 12, crop: 12, mean: [0.5, 0.4, 0.3], deviation: [0.25, 0.2, 0.3]),
        ] {
            let picture = Self.picture(71, 50)
            let unit = try preprocessing.unitPixels(picture)
            #expect(unit.count == 3 * 12 * 12 && unit.allSatisfy { (0...1).contains($0) })
            let cropped = try preprocessing.cropped(picture)
            #expect(sameBits(preprocessing.unitPixels(ofCropped: cropped), unit))
            let wanted = (0..<3 * 12 * 12).map { index in
                Float(cropped.pixels[3 * (index % 144) + index / 144]) / 255
            }
            #expect(sameBits(unit, wanted))
            #expect(sameBits(preprocessing.normalized(unit), try preprocessing.pixels(picture)))
        }
        // Every byte in every channel.
        let bytes = Bitmap(width: 256, height: 1, pixels: (0..<768).map { UInt8($0 / 3) })
        let preprocessing = ImagePreprocessing(resize: 1, crop: 1)
        let normalized = preprocessing.normalized(preprocessing.unitPixels(ofCropped: bytes))
        for index in normalized.indices {
            let pixel = Bitmap(width: 1, height: 1, fill: bytes[index % 256, 0])
            #expect(sameBits([normalized[index]], [try preprocessing.pixels(pixel)[index / 256]]))
        }
    }

    @Test(arguments: [1, 9, 12, 40]) func anotherSideIsOfTheResizeAndTheCrop(_ side: Int) throws {
        let preprocessing = ImagePreprocessing(resize: 15, crop: 12)
        let other = ImagePreprocessing(resize: side, crop: side)
        for picture in [Self.picture(31, 20), Self.picture(9, 50), Self.picture(15, 15)] {
            let cropped = try preprocessing.cropped(picture, side: side)
            #expect(cropped.width == side && cropped.height == side)
            #expect(try cropped == other.cropped(picture))
            #expect(try preprocessing.unitPixels(picture, side: side) == other.unitPixels(picture))
        }
    }

    @Test func unitPixelsOfAnOblongImage() {
        let preprocessing = ImagePreprocessing(resize: 2, crop: 2)
        let picture = Bitmap(width: 3, height: 1, pixels: [0, 51, 255, 51, 255, 0, 255, 0, 51])
        let wanted: [Float] = [0, 51 / 255, 1, 51 / 255, 1, 0, 1, 0, 51 / 255]
        #expect(sameBits(preprocessing.unitPixels(ofCropped: picture), wanted))
    }

    @Test func refusesAStripThatWouldGrowTooLarge() throws {
        let preprocessing = ImagePreprocessing(resize: 224, crop: 224)
        #expect(throws: CLIPError.self) { try preprocessing.cropped(Bitmap(width: 1, height: 1_000_000)) }
        #expect(
            "\(CLIPError.tooElongated(width: 1, height: 1_000_000))"
                == "an image of 1×1000000 pixels is too elongated to be resized")
        #expect(throws: CLIPError.self) { try preprocessing.pixels(Bitmap(width: 1_000_000, height: 1)) }
        #expect(try preprocessing.cropped(Bitmap(width: 1, height: 1000)).height == 224)
        let tall = Bitmap(width: 1, height: 10_000)
        #expect(throws: CLIPError.self) { try preprocessing.unitPixels(tall, side: 500) }
        #expect(try preprocessing.unitPixels(tall, side: 50).count == 7500)
    }
}
