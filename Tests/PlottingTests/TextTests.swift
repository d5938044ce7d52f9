import Plotting
import Raster
import Testing

@Suite struct TextTests {
    @Test func theFontHasTheCharactersOfACurve() {
        for font in [Font.regular, Font.bold] {
            for code in UInt8(0x20)...0x7E { #expect(font.contains(Unicode.Scalar(code)), "\(code)") }
            for scalar in "éäöüßñçÅ…–√".unicodeScalars { #expect(font.contains(scalar), "\(scalar)") }
        }
        for scalar in "√δ‖ĝ…–×−°%±²³⁻⁹≤≥≈∞σμθΣčšžłß€·".unicodeScalars {
            #expect(Font.regular.contains(scalar), "\(scalar)")
        }
        #expect(!Font.regular.contains("漢"))
        #expect(!Font.regular.contains("\u{F000}"))
    }

    @Test func everyVisibleCharacterLeavesInkOfItsOwn() {
        var seen: [[UInt8]: Character] = [:]
        for code in UInt8(0x21)...0x7E {
            let character = Character(Unicode.Scalar(code))
            let picture = drawn(String(character))
            #expect(picture.pixels.contains { $0 < 100 }, "\(character)")
            // 'l', 'I' and '|' are told apart too.
            #expect(seen[picture.pixels] == nil, "\(character) looks like \(seen[picture.pixels] ?? " ")")
            seen[picture.pixels] = character
        }
    }

    @Test func missingCharactersAreBoxes() {
        #expect(drawn("漢") == drawn("字"))
        #expect(drawn("漢") != drawn(" "))
        #expect(drawn("\u{7}") == drawn("漢"))
    }

    @Test func longTextIsCut() {
        let text = Text("a long name of a class that nobody will read", size: 22, color: .black)
        let cut = text.fitted(to: 150)
        #expect(cut.string.hasSuffix("…"))
        #expect(cut.width <= 150)
        #expect(cut.string.count > 8)
        #expect(text.fitted(to: 10_000).string == text.string)
        #expect(text.fitted(to: 0).string == "…")
        let endless = Text(String(repeating: "x", count: 100_000), size: 22, color: .black).fitted(to: 1e9)
        #expect(endless.string.count == 401)
    }

    @Test func verticalTextIsHorizontalTextTurned() {
        let text = Text("Queries g", size: 24, color: .black)
        var level = Canvas(width: 140, height: 40)
        level.draw(text, x: 10, y: 28)
        var upright = Canvas(width: 40, height: 140)
        upright.draw(text, x: 28, y: 130, isVertical: true)
        var worst = 0
        for y in 0..<40 {
            for x in 0..<140 {
                let a = Int(level.bitmap[x, y].red)
                let b = Int(upright.bitmap[y, 139 - x].red)
                worst = max(worst, abs(a - b))
            }
        }
        print("vertical text: worst difference \(worst)")
        #expect(worst <= 1)
    }

    private func drawn(_ string: String) -> Bitmap {
        var canvas = Canvas(width: 40, height: 40)
        canvas.draw(Text(string, size: 24, color: .black), x: 6, y: 28)
        return canvas.bitmap
    }
}
