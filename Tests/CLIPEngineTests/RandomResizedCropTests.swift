import CLIPEngine
import Foundation
import Raster
import Tensors
import Testing

@Suite struct RandomResizedCropTests {
    private static func stream(_ index: Int) -> RandomStream {
        RandomStream(seed: 11, purpose: RandomPurpose("crop"), index: UInt64(index))
    }

    /// Bytes (2x + 3y + 60c) mod 256.
    private static func picture(_ width: Int, _ height: Int) -> Bitmap {
        let pixels = (0..<width * height * 3).map { index in
            UInt8(truncatingIfNeeded: 2 * (index / 3 % width) + 3 * (index / 3 / width) + 60 * (index % 3))
        }
        return Bitmap(width: width, height: height, pixels: pixels)
    }

    /// A region reckoned by torchvision's formula from Philox words, both apart from this program.
    struct Sample: Sendable {
        let size: (Int, Int)
        let index: Int
        let corner: (Int, Int)
        let region: (Int, Int)
        let isFlipped: Bool
    }

    static let samples = [
        Sample(size: (97, 71), index: 0, corner: (23, 8), region: (45, 58), isFlipped: false),
        Sample(size: (97, 71), index: 6, corner: (6, 2), region: (86, 65), isFlipped: true),
        // The second and third tries.
        Sample(size: (200, 90), index: 8, corner: (60, 15), region: (78, 60), isFlipped: true),
        Sample(size: (200, 90), index: 1, corner: (70, 1), region: (89, 85), isFlipped: false),
        Sample(size: (40, 90), index: 6, corner: (16, 8), region: (19, 20), isFlipped: true),
        // No try fits.
        Sample(size: (1000, 10), index: 0, corner: (493, 0), region: (13, 10), isFlipped: false),
        Sample(size: (10, 1000), index: 0, corner: (0, 493), region: (10, 13), isFlipped: false),
        Sample(size: (1, 1), index: 0, corner: (0, 0), region: (1, 1), isFlipped: false),
    ]

    @Test(arguments: samples) func drawsTheRegionThatTorchvisionWould(_ sample: Sample) {
        let region = RandomResizedCrop(of: sample.size, stream: Self.stream(sample.index))
        #expect((region.x, region.y) == sample.corner)
        #expect((region.width, region.height) == sample.region)
        #expect(region.isFlipped == sample.isFlipped)
        let picture = Self.picture(sample.size.0, sample.size.1)
        let part = picture.cropped(
            x: sample.corner.0, y: sample.corner.1, width: sample.region.0, height: sample.region.1
        ).resized(width: 6, height: 6)
        let wanted = sample.isFlipped ? part.horizontallyFlipped() : part
        let preprocessing = ImagePreprocessing(resize: 8, crop: 6)
        #expect(preprocessing.randomResizedCrop(picture, stream: Self.stream(sample.index)) == wanted)
    }

    /// The first row and the sum of all bytes as Pillow's `crop`, `resize` and `transpose` give them.
    @Test func hasPillowsPixels() {
        let recorded: [(index: Int, row: [UInt8], sum: Int)] = [
            (
                0, [91, 151, 214, 105, 165, 236, 121, 181, 223, 135, 194, 124, 151, 214, 27, 165, 235, 27],
                13652
            ),
            (
                6, [190, 164, 53, 162, 231, 26, 133, 194, 138, 105, 164, 234, 75, 135, 197, 48, 108, 167],
                13741
            ),
        ]
        let preprocessing = ImagePreprocessing(resize: 6, crop: 6)
        for (index, row, sum) in recorded {
            let part = preprocessing.randomResizedCrop(Self.picture(97, 71), stream: Self.stream(index))
            #expect(part.width == 6 && part.height == 6)
            #expect(Array(part.pixels[..<18]) == row)
            #expect(part.pixels.reduce(0) { $0 + Int($1) } == sum)
        }
    }

    /// Torchvision's loop with the system's functions, over many streams and sizes.
    @Test(arguments: [[120, 90], [33, 64], [300, 100], [7, 5]]) func equalsItsTwin(_ size: [Int]) {
        for index in 0..<500 {
            let stream = Self.stream(index)
            let region = RandomResizedCrop(of: (size[0], size[1]), stream: stream)
            let twin = Self.twin(size[0], size[1], stream)
            #expect([region.x, region.y, region.width, region.height] == twin, "stream \(index)")
            let word = UInt64(stream.word(80)) | UInt64(stream.word(81)) << 32
            #expect(region.isFlipped == (word >> 63 == 0), "stream \(index)")
        }
    }

    private static func twin(_ width: Int, _ height: Int, _ stream: RandomStream) -> [Int] {
        func word(_ i: Int) -> UInt64 { UInt64(stream.word(2 * i)) | UInt64(stream.word(2 * i + 1)) << 32 }
        func uniform(_ i: Int, _ low: Double, _ high: Double) -> Double {
            low + (high - low) * (Double(word(i) >> 11) / 0x1p53)
        }
        for t in 0..<10 {
            let area = Double(width * height) * uniform(4 * t, 0.08, 1)
            let ratio = Foundation.exp(uniform(4 * t + 1, Foundation.log(3.0 / 4), Foundation.log(4.0 / 3)))
            let w = Int((area * ratio).squareRoot().rounded(.toNearestOrEven))
            let h = Int((area / ratio).squareRoot().rounded(.toNearestOrEven))
            guard w > 0, w <= width, h > 0, h <= height else { continue }
            let y = Int(word(4 * t + 2).multipliedFullWidth(by: UInt64(height - h + 1)).high)
            let x = Int(word(4 * t + 3).multipliedFullWidth(by: UInt64(width - w + 1)).high)
            return [x, y, w, h]
        }
        let ratio = Double(width) / Double(height)
        var (w, h) = (width, height)
        if ratio < 0.75 { h = Int((Double(w) / 0.75).rounded(.toNearestOrEven)) }
        if ratio > 4.0 / 3 { w = Int((Double(h) * (4.0 / 3)).rounded(.toNearestOrEven)) }
        return [(width - w) / 2, (height - h) / 2, w, h]
    }

    @Test func areasRatiosAndFlipsAreSpreadAsTheyShouldBe() {
        let (width, height) = (400, 300)
        let regions = (0..<4000).map {
            RandomResizedCrop(of: (width, height), stream: Self.stream($0))
        }
        // Half a pixel's rounding of each side.
        let areas = regions.map { Double($0.width * $0.height) / Double(width * height) }
        #expect(areas.allSatisfy { $0 > 0.079 && $0 <= 1 })
        #expect((areas.min() ?? 1) < 0.085 && (areas.max() ?? 0) > 0.93)
        let ratios = regions.map { Double($0.width) / Double($0.height) }
        #expect(ratios.allSatisfy { $0 > 0.74 && $0 < 1.35 })
        #expect((ratios.min() ?? 1) < 0.76 && (ratios.max() ?? 0) > 1.32)
        #expect(
            regions.allSatisfy {
                $0.x >= 0 && $0.y >= 0 && $0.x + $0.width <= width && $0.y + $0.height <= height
            })
        #expect(regions.contains { $0.x == 0 } && regions.contains { $0.x + $0.width == width })
        #expect(regions.contains { $0.y == 0 } && regions.contains { $0.y + $0.height == height })
        // Four deviations of a fair coin.
        let flips = regions.count { $0.isFlipped }
        #expect(abs(flips - 2000) < 127, "\(flips) flips of 4000")
    }

    @Test func oneStreamMakesOneCrop() {
        let preprocessing = ImagePreprocessing(resize: 20, crop: 16)
        let picture = Self.picture(50, 40)
        let crops = (0..<20).map { preprocessing.randomResizedCrop(picture, stream: Self.stream($0)) }
        #expect(crops.allSatisfy { $0.width == 16 && $0.height == 16 })
        #expect(crops == (0..<20).map { preprocessing.randomResizedCrop(picture, stream: Self.stream($0)) })
        #expect(Set(crops.map(\.pixels)).count == 20)
    }
}
