import Plotting
import Raster
import Testing

@Suite struct ContactSheetTests {
    /// A picture of one colour that tells which it is.
    private static func plain(_ number: Int, width: Int = 64, height: Int = 64) -> Bitmap {
        Bitmap(width: width, height: height, fill: Color(UInt8(number % 200 + 20), 200, UInt8(number / 200)))
    }

    private static func rows(_ count: Int, pictures: Int, side: Int = 64) -> [ContactSheet.Row] {
        (0..<count).map { row in
            ContactSheet.Row(
                name: "class \(row)", note: "\(pictures) of 20",
                pictures: (0..<pictures).map { plain(row * pictures + $0, width: side, height: side) })
        }
    }

    private static func sheet(_ rows: [ContactSheet.Row], side: Int? = nil) -> ContactSheet {
        ContactSheet(title: "stamps", subtitle: "128 images", rows: rows, side: side)
    }

    /// A picture with something to see in every pixel.
    private static func noise(width: Int, height: Int) -> Bitmap {
        var random = SplitMix(seed: 5)
        return Bitmap(
            width: width, height: height,
            pixels: (0..<width * height * 3).map { _ in UInt8(random.unit() * 255) })
    }

    /// The first pixel of a colour, row by row.
    private static func corner(of color: Color, in picture: Bitmap) -> (x: Int, y: Int)? {
        for y in 0..<picture.height {
            for x in 0..<picture.width where picture[x, y] == color { return (x, y) }
        }
        return nil
    }

    /// Pixels recorded on one machine, equal on every machine. A wanted change of the drawing changes them.
    @Test func picturesAreTheRecordedOnes() {
        var rows = Self.rows(3, pictures: 4)
        rows[1].pictures = [Self.noise(width: 90, height: 31), Self.noise(width: 3, height: 5)]
        rows[2].name = "naïve \u{1b}日本"
        let sheet = Self.sheet(rows)
        #expect(fingerprint(sheet.render()) == "fd5918265da8746b")
        #expect(sheet.render() == sheet.render())
    }

    /// Rows are classes, columns images; every picture stands whole in its place, with a frame around it.
    @Test func picturesStandInRows() throws {
        let picture = Self.sheet(Self.rows(3, pictures: 4)).render()
        for row in 0..<3 {
            for column in 0..<4 {
                let (x, y) = (20 + 72 + 14 + column * 70, 20 + 64 + row * 70)
                let shown = picture.cropped(x: x, y: y, width: 64, height: 64)
                #expect(shown == Self.plain(row * 4 + column), "row \(row), column \(column)")
                #expect(picture[x - 1, y - 1] == Palette.grid && picture[x + 64, y + 64] == Palette.grid)
                #expect(picture[x - 2, y] == .white && picture[x, y + 65] == .white)
            }
        }
        for text in [
            Text("stamps", font: .bold, size: 26, color: Palette.title),
            Text("128 images", size: 16, color: Palette.quiet),
            Text("class 2", size: 15, color: Palette.title), Text("4 of 20", size: 12, color: Palette.quiet),
        ] {
            #expect(shows(picture, text), "\(text.string)")
        }
    }

    struct Size: Sendable, CustomTestStringConvertible {
        var from: [Int]
        var side: Int
        var to: [Int]
        var testDescription: String { "\(from) in \(side)" }
    }

    @Test(arguments: [
        Size(from: [64, 64], side: 64, to: [64, 64]), Size(from: [1, 1], side: 64, to: [4, 4]),
        Size(from: [16, 10], side: 64, to: [64, 40]), Size(from: [20, 20], side: 64, to: [60, 60]),
        Size(from: [33, 20], side: 64, to: [33, 20]), Size(from: [200, 100], side: 64, to: [64, 32]),
        Size(from: [100, 201], side: 64, to: [32, 64]), Size(from: [5000, 1], side: 96, to: [96, 1]),
        Size(from: [2, 70_000], side: 40, to: [1, 40]), Size(from: [65, 64], side: 64, to: [64, 63]),
    ])
    func thumbnails(_ size: Size) {
        let picture = Self.noise(width: size.from[0], height: size.from[1])
        let small = picture.thumbnail(side: size.side)
        #expect([small.width, small.height] == size.to)
        // One bicubic resize, nothing else.
        #expect(small == picture.resized(width: size.to[0], height: size.to[1]))
        let shrunk = picture.shrunk(to: size.side)
        #expect(max(shrunk.width, shrunk.height) == min(size.side, max(picture.width, picture.height)))
        #expect(shrunk.thumbnail(side: size.side).width == small.width)
    }

    /// Small and elongated pictures stand in the middle of their squares.
    @Test func smallPicturesStandInTheMiddle() throws {
        let dot = Bitmap(width: 1, height: 1, fill: Color(1, 2, 3))
        let line = Bitmap(width: 1000, height: 1, fill: Color(200, 2, 3))
        let picture = Self.sheet([ContactSheet.Row(name: "odd", note: "", pictures: [dot, line])]).render()
        let first = try #require(Self.corner(of: Color(1, 2, 3), in: picture))
        // The line makes squares of 128 pixels.
        #expect(first == (20 + 72 + 14 + 62, 20 + 64 + 62))
        let second = try #require(Self.corner(of: Color(200, 2, 3), in: picture))
        #expect(second == (20 + 72 + 14 + 134, 20 + 64 + 63))
        #expect(picture[second.x + 127, second.y] == Color(200, 2, 3))
        #expect(picture[second.x + 128, second.y] == Palette.grid)
    }

    @Test(arguments: [1, 2, 8, 40, 100, 300]) func manyClasses(_ count: Int) throws {
        let columns = ContactSheet.capacity(names: (0..<count).map { "class \($0)" }, columns: 8)
        #expect(columns == 8)
        let picture = Self.sheet(Self.rows(count, pictures: columns, side: 128)).render()
        #expect(picture.width <= 4000 && picture.height <= 4000)
        #expect(picture.width >= 480)
        // Every picture is there once.
        let colors = (0..<count * columns).map { Self.plain($0)[0, 0] }
        var seen: Set<Color> = []
        for y in stride(from: 0, to: picture.height, by: 8) {
            for x in stride(from: 0, to: picture.width, by: 8) { seen.insert(picture[x, y]) }
        }
        #expect(seen.isSuperset(of: colors))
        #expect(shows(picture, Text("class \(count - 1)", size: 15, color: Palette.title)))
    }

    @Test func sheetsAreBounded() {
        func capacity(_ classes: Int, _ columns: Int, side: Int? = nil) -> Int {
            ContactSheet.capacity(
                names: Array(repeating: "a long name of a class", count: classes), columns: columns,
                side: side)
        }
        #expect(capacity(1, 20) == 20)
        #expect(capacity(1, 1000) == 82)
        #expect(capacity(1, 1000, side: 128) == 28)
        #expect(capacity(1000, 8) == 3)
        #expect(ContactSheet.capacity(names: Array(repeating: "x", count: 1000), columns: 8) == 4)
        #expect(capacity(3000, 8) == 0)
        let widest = Self.sheet(Self.rows(1, pictures: 28), side: 128).render()
        #expect(widest.width <= 4000)
    }

    @Test func sheetsOfNothing() {
        #expect(Self.sheet([]).render().width == 480)
        let picture = Self.sheet([ContactSheet.Row(name: "empty", note: "no images", pictures: [])]).render()
        #expect(shows(picture, Text("no images", size: 12, color: Palette.quiet)))
    }

    @Test func namesOfAnyKind() {
        #expect(Font.regular.spelled("naïve café Ω") == "naïve café Ω")
        #expect(
            Font.regular.spelled("a\u{1b}[2J\t日\u{202e}🦆") == "a\\u{1b}[2J\\u{9}\\u{65e5}\\u{202e}\\u{1f986}")
        let long = String(repeating: "long name ", count: 1000)
        let rows = [ContactSheet.Row(name: long, note: long, pictures: [Self.plain(3)])]
        let picture = ContactSheet(title: long, subtitle: long, rows: rows).render()
        #expect(picture.width == 480)
        let cut = Text(long, size: 15, color: Palette.title).fitted(to: 180)
        #expect(cut.string.hasSuffix("…") && shows(picture, cut))
        // Nothing of the name reaches the picture.
        let corner = Self.corner(of: Self.plain(3)[0, 0], in: picture)
        #expect(corner.map { $0.x } == 20 + Int(cut.width.rounded(.up)) + 14)
    }
}
