import Raster
import Testing

@Suite struct BitmapTests {
    @Test func pixelsAreRowsOfRGB() {
        var bitmap = Bitmap(width: 3, height: 2, fill: Color(1, 2, 3))
        bitmap[2, 1] = Color(7, 8, 9)
        #expect(bitmap.pixels == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 7, 8, 9])
        #expect(bitmap[2, 1] == Color(7, 8, 9))
        #expect(Bitmap(width: 3, height: 2, pixels: bitmap.pixels) == bitmap)
    }

    @Test func digestInputStartsWithTheSize() {
        let bitmap = Bitmap(width: 258, height: 1)
        #expect(Array(bitmap.pixelDigestInput.prefix(9)) == [0, 0, 1, 2, 0, 0, 0, 1, 0])
        #expect(bitmap.pixelDigestInput.count == 8 + 258 * 3)
    }

    @Test func farCropsAreBlack() {
        let bitmap = Bitmap(width: 2, height: 2, fill: .white)
        for (x, y) in [(Int.max, 0), (Int.min, 0), (0, Int.max), (0, Int.min), (2, 2), (-3, -3)] {
            #expect(bitmap.cropped(x: x, y: y, width: 3, height: 3) == Bitmap(width: 3, height: 3))
        }
    }

    @Test func resizingToTheSameSizeChangesNothing() {
        var bitmap = Bitmap(width: 5, height: 4)
        for x in 0..<5 { bitmap[x, x % 4] = Color(UInt8(x * 50), 3, 200) }
        #expect(bitmap.resized(width: 5, height: 4) == bitmap)
    }

    @Test func resizingKeepsOneColour() {
        let bitmap = Bitmap(width: 37, height: 11, fill: Color(9, 130, 255))
        for (width, height) in [(1, 1), (100, 3), (5, 90), (36, 12)] {
            #expect(
                bitmap.resized(width: width, height: height)
                    == Bitmap(width: width, height: height, fill: Color(9, 130, 255)))
        }
    }
}
