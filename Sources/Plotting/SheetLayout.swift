/// Where the rows of a contact sheet stand: in blocks beside each other, each a column of rows.
struct SheetLayout: Equatable {
    /// Largest width and height of a sheet in pixels.
    static let largestSide = 4000
    /// Sides of a picture's square: what the pictures ask for is brought into this range.
    static let wishedSides = 64...128
    /// Smaller sides that are tried where the sheet would be too large.
    private static let smallerSides = [112, 96, 80, 64, 48, 40]
    static let labelWidths = 72...180
    static let margin = 20
    /// Between pictures.
    static let gap = 6
    /// Between a label and its pictures, and between blocks.
    static let labelGap = 14
    static let blockGap = 36
    /// Title and subtitle.
    static let headerHeight = 64
    /// Narrower sheets would cut their title.
    static let smallestWidth = 480

    let side: Int
    let labelWidth: Int
    let columns: Int
    let rowsPerBlock: Int
    let blocks: Int

    /// Sides to try for pictures whose longest side is `longest`, largest first.
    static func sides(longest: Int) -> [Int] {
        let wished = min(max(longest, wishedSides.lowerBound), wishedSides.upperBound)
        return [wished] + smallerSides.filter { $0 < wished }
    }

    /// A layout of `rows` rows of `columns` pictures with the first of `sides` that fits; nil where none does.
    init?(rows: Int, columns: Int, labelWidth: Int, sides: [Int]) {
        for side in sides {
            var blocks = 1
            while true {
                let layout = SheetLayout(
                    side: side, labelWidth: labelWidth, columns: columns, rows: rows, blocks: blocks)
                guard layout.width <= Self.largestSide else { break }
                // Up to two screens high; more rows go beside each other.
                if layout.height <= Self.largestSide, layout.height <= max(2 * layout.width, 1200) {
                    self = layout
                    return
                }
                blocks += 1
            }
        }
        return nil
    }

    private init(side: Int, labelWidth: Int, columns: Int, rows: Int, blocks: Int) {
        self.side = side
        self.labelWidth = labelWidth
        self.columns = columns
        self.blocks = blocks
        rowsPerBlock = (rows + blocks - 1) / blocks
    }

    private var pitch: Int { side + Self.gap }
    private var blockWidth: Int { labelWidth + Self.labelGap + columns * pitch - Self.gap }

    var width: Int {
        max(Self.smallestWidth, 2 * Self.margin + blocks * (blockWidth + Self.blockGap) - Self.blockGap)
    }

    var height: Int { 2 * Self.margin + Self.headerHeight + rowsPerBlock * pitch - Self.gap }

    /// The place of a row's label, as high as its pictures.
    func label(row: Int) -> PixelRect {
        PixelRect(
            x: Self.margin + row / rowsPerBlock * (blockWidth + Self.blockGap),
            y: Self.margin + Self.headerHeight + row % rowsPerBlock * pitch, width: labelWidth, height: side)
    }

    /// The square of a picture.
    func cell(row: Int, column: Int) -> PixelRect {
        let label = label(row: row)
        return PixelRect(
            x: label.endX + Self.labelGap + column * pitch, y: label.y, width: side, height: side)
    }
}
