internal import Foundation
public import Raster

/// A picture as the text that a terminal shows.
public struct TerminalPicture: Sendable {
    /// How it is shown.
    public var form: PictureProtocol
    /// Columns of the terminal.
    public var columns: Int
    /// Pixels of a column, where the terminal says so.
    public var columnPixels: Int?
    /// Whether 24-bit colours are understood; 256 otherwise.
    public var hasTrueColor: Bool
    /// Whether sequences must be handed through tmux.
    public var passesThroughTmux: Bool

    /// Makes the form that an environment asks for.
    public init(
        environment: [String: String], isTerminal: Bool, usesColor: Bool, columns: Int, columnPixels: Int?
    ) {
        form = .chosen(environment: environment, isTerminal: isTerminal, usesColor: usesColor)
        self.columns = columns
        self.columnPixels = columnPixels
        hasTrueColor = ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "")
        passesThroughTmux = !(environment["TMUX"] ?? "").isEmpty
    }

    /// Whether the form shows pixels as they are, so that letters in a picture can be read.
    public var showsPixels: Bool { [.kitty, .iTerm2, .sixel].contains(form) }

    /// The longer side that a small picture is blown up to, in pixels.
    static let smallestSide = 192
    /// The widest picture with pixels of its own; xterm shows none beyond 1 000.
    static let largestSide = 960
    /// Most columns and rows of a picture of characters.
    static let largestText = (columns: 100, rows: 40)

    /// What to write, line ends included; empty where nothing is shown.
    ///
    /// - Throws: `RasterError` where no PNG can be made of it.
    public func text(of picture: Bitmap) throws -> String {
        switch form {
        case .none: return ""
        case .blocks: return Self.lines(blockText(fitted(picture, dots: (1, 2))))
        case .braille: return Self.lines(Self.brailleText(fitted(picture, dots: (2, 4))))
        case .sixel: return Self.sixels(of: sized(picture)) + "\n"
        case .iTerm2:
            let sized = sized(picture)
            let png = Data(try sized.pngData())
            return passed(
                "\u{1B}]1337;File=inline=1;size=\(png.count);width=\(sized.width)px:"
                    + png.base64EncodedString() + "\u{7}") + "\n"
        case .kitty: return try kitty(sized(picture)) + "\n"
        }
    }

    private func kitty(_ picture: Bitmap) throws -> String {
        // The protocol takes chunks of at most 4 096 characters; q=2: the terminal answers nothing.
        var rest = Data(try picture.pngData()).base64EncodedString().utf8[...]
        var text = ""
        while text.isEmpty || !rest.isEmpty {
            let chunk = String(decoding: rest.prefix(4096), as: UTF8.self)
            rest = rest.dropFirst(4096)
            let keys = (text.isEmpty ? "a=T,f=100,q=2," : "") + "m=\(rest.isEmpty ? 0 : 1)"
            text += passed("\u{1B}_G\(keys);\(chunk)\u{1B}\\")
        }
        return text
    }

    /// A sequence, wrapped for tmux where that stands between.
    private func passed(_ sequence: String) -> String {
        passesThroughTmux
            ? "\u{1B}Ptmux;" + sequence.replacing("\u{1B}", with: "\u{1B}\u{1B}") + "\u{1B}\\" : sequence
    }

    private static func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    /// The picture with pixels of its own, shrunk to the terminal's width or blown up by a whole number.
    private func sized(_ picture: Bitmap) -> Bitmap {
        let room = min(Self.largestSide, max(64, (max(columns, 2) - 1) * (columnPixels ?? 8)))
        let longest = max(picture.width, picture.height * room / Self.largestSide)
        if longest > room {
            return picture.resized(
                width: max(1, picture.width * room / longest), height: max(1, picture.height * room / longest)
            )
        }
        let factor = min(
            Self.smallestSide / max(picture.width, picture.height, 1), room / picture.width)
        guard factor > 1 else { return picture }
        var large = Bitmap(width: picture.width * factor, height: picture.height * factor)
        for y in 0..<large.height {
            for x in 0..<large.width { large[x, y] = picture[x / factor, y / factor] }
        }
        return large
    }

    /// The picture shrunk so that characters of so many dots fit the terminal, its sides whole characters.
    private func fitted(_ picture: Bitmap, dots: (x: Int, y: Int)) -> Bitmap {
        let widest = dots.x * max(1, min(columns - 1, Self.largestText.columns))
        let scale = min(
            1, Double(widest) / Double(picture.width),
            Double(dots.y * Self.largestText.rows) / Double(picture.height))
        func whole(_ length: Int, _ unit: Int) -> Int {
            max(unit, Int((Double(length) * scale / Double(unit)).rounded()) * unit)
        }
        let size = (whole(picture.width, dots.x), whole(picture.height, dots.y))
        return size == (picture.width, picture.height)
            ? picture : picture.resized(width: min(size.0, widest), height: size.1)
    }
}
