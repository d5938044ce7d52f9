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

    @Test func refusesAStripThatWouldGrowTooLarge() throws {
        let preprocessing = ImagePreprocessing(resize: 224, crop: 224)
        #expect(throws: CLIPError.self) { try preprocessing.cropped(Bitmap(width: 1, height: 1_000_000)) }
        #expect(
            "\(CLIPError.tooElongated(width: 1, height: 1_000_000))"
                == "an image of 1×1000000 pixels is too elongated to be resized")
        #expect(throws: CLIPError.self) { try preprocessing.pixels(Bitmap(width: 1_000_000, height: 1)) }
        #expect(try preprocessing.cropped(Bitmap(width: 1, height: 1000)).height == 224)
    }
}
