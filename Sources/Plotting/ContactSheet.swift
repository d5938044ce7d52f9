package import Raster

/// Small pictures in rows, each row with a name at its left.
package struct ContactSheet: Sendable {
    /// A name, a note below it, and pictures.
    package struct Row: Sendable {
        package var name: String
        package var note: String
        package var pictures: [Bitmap]

        package init(name: String, note: String, pictures: [Bitmap]) {
            self.name = name
            self.note = note
            self.pictures = pictures
        }
    }

    package var title: String
    package var subtitle: String
    package var rows: [Row]
    /// Side of a picture's square in pixels; chosen from the pictures and the room where absent.
    package var side: Int?

    /// Largest width and height of a sheet in pixels.
    package static let largestSide = SheetLayout.largestSide
    /// Longest side of a picture where none is asked for; larger ones may be shrunk to it beforehand.
    package static let largestPicture = SheetLayout.wishedSides.upperBound
    /// Sides of a picture's square that may be asked for: smaller ones leave no room for the names.
    package static let sides = 40...256
    private static let nameSize = 15.0
    private static let noteSize = 12.0

    package init(title: String, subtitle: String, rows: [Row], side: Int? = nil) {
        self.title = title
        self.subtitle = subtitle
        self.rows = rows
        self.side = side
    }

    /// The largest number of pictures a row, up to `columns`, with which rows of these names fit on a sheet; 0 where
    /// even one is too many.
    package static func capacity(names: [String], columns: Int, side: Int? = nil) -> Int {
        let width = labelWidth(names)
        let sides = side.map { [$0] } ?? SheetLayout.sides(longest: 0)
        return stride(from: columns, to: 0, by: -1).first { columns in
            SheetLayout(rows: names.count, columns: columns, labelWidth: width, sides: sides) != nil
        } ?? 0
    }

    /// Draws the sheet. Pictures keep their proportions, stand on white and have a thin frame.
    ///
    /// The rows must fit (`capacity`).
    package func render() -> Bitmap {
        let columns = max(1, rows.map(\.pictures.count).max() ?? 0)
        let longest = rows.flatMap(\.pictures).map { max($0.width, $0.height) }.max() ?? 0
        let layout = SheetLayout(
            rows: max(1, rows.count), columns: columns, labelWidth: Self.labelWidth(rows.map(\.name)),
            sides: side.map { [$0] } ?? SheetLayout.sides(longest: longest))
        guard let layout else {
            preconditionFailure(
                "expected rows that fit on a sheet, got \(rows.count) of up to \(columns) pictures")
        }
        var canvas = Canvas(width: layout.width, height: layout.height)
        drawHeader(on: &canvas)
        for (index, row) in rows.enumerated() {
            Self.draw(row, in: layout.label(row: index), on: &canvas)
            for (column, picture) in row.pictures.enumerated() {
                Self.draw(picture, in: layout.cell(row: index, column: column), on: &canvas)
            }
        }
        return canvas.bitmap
    }

    private static func labelWidth(_ names: [String]) -> Int {
        let widest = names.map { label($0).width }.max() ?? 0
        let range = SheetLayout.labelWidths
        return min(max(Int(widest.rounded(.up)), range.lowerBound), range.upperBound)
    }

    private static func label(_ name: String) -> Text {
        Text(Font.regular.spelled(name), size: nameSize, color: Palette.title)
            .fitted(to: Double(SheetLayout.labelWidths.upperBound))
    }

    private func drawHeader(on canvas: inout Canvas) {
        let left = SheetLayout.margin
        let room = Double(canvas.area.width - 2 * left)
        let heading = Text(Font.bold.spelled(title), font: .bold, size: 26, color: Palette.title)
        let text = Text(Font.regular.spelled(subtitle), size: 16, color: Palette.quiet)
        canvas.draw(heading.fitted(to: room), x: left, y: left + 20)
        canvas.draw(text.fitted(to: room), x: left, y: left + 44)
    }

    /// Name and note, the middle between them at the middle of `area`.
    private static func draw(_ row: Row, in area: PixelRect, on canvas: inout Canvas) {
        let middle = area.y + area.height / 2
        let note = Text(Font.regular.spelled(row.note), size: noteSize, color: Palette.quiet)
        canvas.draw(label(row.name), x: area.x, y: middle - 2)
        canvas.draw(note.fitted(to: Double(area.width)), x: area.x, y: middle + 14)
    }

    private static func draw(_ picture: Bitmap, in cell: PixelRect, on canvas: inout Canvas) {
        let small = picture.thumbnail(side: cell.width)
        let x = cell.x + (cell.width - small.width) / 2
        let y = cell.y + (cell.height - small.height) / 2
        canvas.fill(
            PixelRect(x: x - 1, y: y - 1, width: small.width + 2, height: small.height + 2), Palette.grid)
        canvas.place(small, x: x, y: y)
    }
}
