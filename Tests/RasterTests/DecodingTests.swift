import Foundation
import Raster
import Testing

@Suite struct DecodingTests {
    @Test func thereAreManyFixtures() {
        #expect(Fixture.all.count >= 60)
        #expect(digest(Bitmap(width: 1, height: 1, fill: .white)).count == 16)
        let empty = sha256([]).prefix(4)
        #expect(Array(empty) == [0xE3, 0xB0, 0xC4, 0x42])
    }

    @Test(arguments: Fixture.all.filter { $0.name.hasSuffix(".png") })
    func pngEqualsPillow(_ fixture: Fixture) throws {
        let bitmap = try Bitmap.read(path: fixture.path)
        #expect(bitmap.width == fixture.width)
        #expect(bitmap.height == fixture.height)
        #expect(digest(bitmap) == fixture.digest)
    }

    /// The recorded bytes come from libjpeg-turbo 3; another version may differ by 2 levels.
    @Test(arguments: Fixture.all.filter { $0.name.hasSuffix(".jpg") })
    func jpegEqualsPillow(_ fixture: Fixture) throws {
        let bitmap = try Bitmap.read(path: fixture.path)
        #expect(bitmap.width == fixture.width)
        #expect(bitmap.height == fixture.height)
        if digest(bitmap) == fixture.digest { return }
        let expected = [UInt8](try #require(fixture.pixels))
        try #require(bitmap.pixels.count == expected.count)
        let worst = zip(bitmap.pixels, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
        print("\(fixture.name): differs from the recorded decoder by up to \(worst) levels")
        #expect(worst <= 2)
    }

    @Test(arguments: Fixture.all.filter { $0.name.hasSuffix(".png") })
    func resizingEqualsPillow(_ fixture: Fixture) throws {
        let bitmap = try Bitmap.read(path: fixture.path)
        for size in fixture.resizes {
            let resized = bitmap.resized(width: size.width, height: size.height)
            #expect(digest(resized) == size.digest, "\(size.width)x\(size.height)")
        }
    }

    @Test(arguments: Fixture.all.filter { $0.name.hasSuffix(".png") })
    func croppingAndFlippingEqualPillow(_ fixture: Fixture) throws {
        let bitmap = try Bitmap.read(path: fixture.path)
        for crop in fixture.crops {
            let part = bitmap.cropped(x: crop.x, y: crop.y, width: crop.width, height: crop.height)
            #expect(digest(part) == crop.digest, "\(crop)")
        }
        #expect(digest(bitmap.horizontallyFlipped()) == fixture.flipped)
        #expect(bitmap.horizontallyFlipped().horizontallyFlipped() == bitmap)
    }

    @Test(arguments: Fixture.all)
    func writtenPNGReadsBack(_ fixture: Fixture) throws {
        let bitmap = try Bitmap.read(path: fixture.path)
        let written = try bitmap.pngData()
        #expect(try written == bitmap.pngData())
        #expect(try Bitmap.decode(written, name: "copy") == bitmap)
    }

    @Test func nameDoesNotDecideTheFormat() throws {
        let fixture = try #require(Fixture.all.first { $0.name == "grey.jpg" })
        #expect(try Bitmap.decode(fixture.bytes(), name: "a.png").width == fixture.width)
    }
}
