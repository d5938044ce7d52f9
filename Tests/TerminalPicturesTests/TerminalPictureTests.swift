import Foundation
import Raster
import TerminalPictures
import Testing

/// Pictures as sequences, each read back by a plain reader of its own.
struct TerminalPictureTests {
    /// Four flat quarters and a gradient strip below.
    static let picture: Bitmap = {
        var picture = Bitmap(width: 400, height: 301)
        for y in 0..<301 {
            for x in 0..<400 {
                picture[x, y] =
                    y >= 280
                    ? Color(UInt8(x * 255 / 399), UInt8(x * 255 / 399), 90)
                    : x < 200 ? (y < 140 ? Color(255, 0, 0) : Color(10, 200, 30)) : y < 140 ? .white : .black
            }
        }
        return picture
    }()

    private func form(_ form: PictureProtocol, columns: Int = 80, _ more: [String: String] = [:])
        -> TerminalPicture
    {
        TerminalPicture(
            environment: more.merging(["ZIPLAB_PICTURES": form.rawValue]) { $1 }, isTerminal: true,
            usesColor: true, columns: columns, columnPixels: nil)
    }

    // MARK: - PNG protocols

    @Test func kittyGetsThePNGInChunks() throws {
        let text = try form(.kitty).text(of: Self.picture)
        var payload = ""
        let parts = text.split(separator: "\u{1B}\\", omittingEmptySubsequences: true).map(String.init)
        #expect(parts.last == "\n")
        for (index, part) in parts.dropLast().enumerated() {
            let halves = part.dropFirst(3).split(separator: ";", maxSplits: 1)
            #expect(part.hasPrefix("\u{1B}_G") && halves[1].count <= 4096)
            let more = index == parts.count - 2 ? 0 : 1
            #expect(halves[0] == (index == 0 ? "a=T,f=100,q=2,m=\(more)" : "m=\(more)"))
            payload += halves[1]
        }
        let png = [UInt8](try #require(Data(base64Encoded: payload)))
        #expect(try Bitmap.decode(png, name: "kitty") == Self.picture)
    }

    @Test func iTermGetsThePNG() throws {
        let text = try form(.iTerm2).text(of: Self.picture)
        let start = try #require(text.firstIndex(of: ":"))
        #expect(text.hasPrefix("\u{1B}]1337;File=inline=1;size=") && text.hasSuffix("\u{7}\n"))
        #expect(text[..<start].hasSuffix("width=400px"))
        let png = [UInt8](
            try #require(Data(base64Encoded: String(text[text.index(after: start)...].dropLast(2)))))
        #expect(try Bitmap.decode(png, name: "iterm") == Self.picture)
    }

    @Test func tmuxHandsSequencesOnOnlyWhereForced() throws {
        let text = try form(.iTerm2, ["TMUX": "/tmp/t"]).text(of: Self.picture)
        #expect(text.hasPrefix("\u{1B}Ptmux;\u{1B}\u{1B}]1337;") && text.hasSuffix("\u{7}\u{1B}\\\n"))
    }

    @Test func widePicturesShrinkAndSmallOnesGrow() throws {
        func size(_ picture: Bitmap, columns: Int) throws -> (Int, Int) {
            let (bitmap, _) = try Self.decodeSixels(try form(.sixel, columns: columns).text(of: picture))
            return (bitmap.width, bitmap.height)
        }
        #expect(try size(Self.picture, columns: 26) == (200, 150))
        #expect(try size(Bitmap(width: 64, height: 32, fill: .white), columns: 80) == (192, 96))
        #expect(try size(Bitmap(width: 64, height: 32, fill: .white), columns: 20) == (128, 64))
        #expect(try size(Bitmap(width: 1, height: 1, fill: .white), columns: 1) == (64, 64))
        // xterm shows nothing beyond 1 000 pixels.
        #expect(try size(Bitmap(width: 1200, height: 800, fill: .white), columns: 300) == (960, 640))
        #expect(try size(Bitmap(width: 600, height: 1200, fill: .white), columns: 300) == (480, 960))
    }

    // MARK: - Sixels

    /// A plain reader: the picture, and how many colours it defines.
    static func decodeSixels(_ text: String) throws -> (Bitmap, Int) {
        let prefix = "\u{1B}P0;1q\"1;1;"
        try #require(text.hasPrefix(prefix) && text.hasSuffix("\u{1B}\\\n"))
        var rest = Array(text.utf8.dropFirst(prefix.utf8.count).dropLast(3))[...]
        func number() -> Int {
            let digits = rest.prefix { (48...57).contains($0) }
            rest = rest.dropFirst(digits.count)
            return Int(String(decoding: digits, as: UTF8.self)) ?? -1
        }
        let width = number()
        rest = rest.dropFirst()
        let height = number()
        var bitmap = Bitmap(width: width, height: height, fill: Color(1, 2, 3))
        var palette: [Int: Color] = [:]
        var (x, top, color) = (0, 0, 0)
        while let byte = rest.first {
            rest = rest.dropFirst()
            var count = 1
            var mask = byte
            switch byte {
            case UInt8(ascii: "#"):
                color = number()
                guard rest.first == UInt8(ascii: ";") else { continue }
                let parts = (0..<4).map { _ in
                    rest = rest.dropFirst()
                    return number()
                }
                func part(_ percent: Int) -> UInt8 { UInt8((percent * 255 + 50) / 100) }
                palette[color] = Color(part(parts[1]), part(parts[2]), part(parts[3]))
                continue
            case UInt8(ascii: "$"):
                x = 0
                continue
            case UInt8(ascii: "-"):
                (x, top) = (0, top + 6)
                continue
            case UInt8(ascii: "!"):
                count = number()
                mask = rest.removeFirst()
            default: break
            }
            for _ in 0..<count {
                for row in 0..<6 where (mask - 63) >> row & 1 == 1 {
                    bitmap[x, top + row] = try #require(palette[color])
                }
                x += 1
            }
        }
        return (bitmap, palette.count)
    }

    @Test func sixelsHaveTheColours() throws {
        let (bitmap, colors) = try Self.decodeSixels(try form(.sixel).text(of: Self.picture))
        #expect(colors <= 256 && (bitmap.width, bitmap.height) == (400, 301))
        var worst = 0
        for (one, other) in zip(bitmap.pixels, Self.picture.pixels) {
            worst = max(worst, abs(Int(one) - Int(other)))
        }
        // 32 steps of a channel in the quantization, and percents.
        #expect(worst <= 6)
    }

    @Test func noiseOfManyColoursStaysNear() throws {
        var seed: UInt64 = 1
        var picture = Bitmap(width: 256, height: 200)
        for y in 0..<200 {
            for x in 0..<256 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                picture[x, y] = Color(
                    UInt8(seed >> 33 & 255), UInt8(seed >> 41 & 255), UInt8(seed >> 49 & 255))
            }
        }
        let (bitmap, colors) = try Self.decodeSixels(try form(.sixel).text(of: picture))
        #expect(colors == 256)
        let error = zip(bitmap.pixels, picture.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        // 256 boxes of the cube have sides of some 40; the mean distance in one is a quarter of that.
        #expect(Double(error) / Double(bitmap.pixels.count) < 14)
    }

    // MARK: - Characters

    @Test func blocksHaveTwoPixelsACharacter() throws {
        var picture = Bitmap(width: 2, height: 2, fill: .white)
        picture[0, 0] = Color(1, 2, 3)
        picture[1, 1] = .black
        #expect(
            try form(.blocks, ["COLORTERM": "truecolor"]).text(of: picture)
                == "\u{1B}[38;2;1;2;3;48;2;255;255;255m▀\u{1B}[38;2;255;255;255;48;2;0;0;0m▀\u{1B}[0m\n")
        #expect(
            try form(.blocks).text(of: picture)
                == "\u{1B}[38;5;16;48;5;231m▀\u{1B}[38;5;231;48;5;16m▀\u{1B}[0m\n")
    }

    @Test func characterPicturesFitTheTerminal() throws {
        for form in [PictureProtocol.blocks, .braille] {
            for columns in [1, 2, 40, 300] {
                let text = try self.form(form, columns: columns).text(of: Self.picture)
                let lines = text.split(separator: "\n").map { line in
                    line.count { "▀" == $0 || (0x2800...0x28FF).contains($0.unicodeScalars.first!.value) }
                }
                #expect(Set(lines).count == 1 && lines[0] <= max(1, min(columns - 1, 100)))
                #expect(lines.count <= 41)
            }
        }
    }

    @Test func brailleIsBrightWhereThePictureIs() throws {
        let text = try form(.braille).text(of: Bitmap(width: 8, height: 4, fill: .white))
        #expect(text == "⣿⣿⣿⣿\n")
        #expect(try form(.braille).text(of: Bitmap(width: 8, height: 4)) == "⠀⠀⠀⠀\n")
        // Half bright: half the dots.
        let grey = try form(.braille).text(of: Bitmap(width: 64, height: 64, fill: Color(128, 128, 128)))
        let dots = grey.unicodeScalars.filter { $0.value >= 0x2800 }.reduce(0) {
            $0 + ($1.value - 0x2800).nonzeroBitCount
        }
        #expect(dots == 64 * 64 / 2)
    }

    @Test func noneIsEmpty() throws {
        #expect(try form(.none).text(of: Self.picture) == "")
    }
}
