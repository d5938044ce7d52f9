import Files
import Raster

/// A plot that came out otherwise than it is recorded, as files to look at.
public struct MismatchPictures {
    /// The pictures that were written: recorded, drawn, and their difference, as far as there are any.
    public private(set) var paths: [String] = []
    /// How many pixels differ, and by how much at most in a channel; nil where the recorded picture was not found or
    /// has another size.
    public private(set) var difference: (pixels: Int, most: Int)?

    /// - Parameters:
    ///   - session: path of the transcript, beside which the recorded picture is looked for, and in `folders`.
    ///   - folder: where to write; it is made.
    /// - Throws: `FileError`.
    public init(
        recorded: CellPlot, drawn: CellPlot, of session: String, folders: [String], to folder: String
    ) throws {
        try Folder.create(folder)
        let stem = Folder.name(recorded.path).replacing(".png", with: "") + "-" + recorded.digest.prefix(8)
        func write(_ png: [UInt8], _ what: String) throws {
            let path = "\(folder)/\(stem)-\(what).png"
            try NewFile.write(png, to: path)
            paths.append(path)
        }
        let found = RecordedPictures.find(recorded, of: session, folders: folders)
        if let found { try write(found.png, "recorded") }
        try write(drawn.png, "got")
        guard let found, let old = try? Bitmap.decode(found.png, name: "recorded"),
            let new = try? Bitmap.decode(drawn.png, name: "got"), old.width == new.width,
            old.height == new.height
        else { return }
        let (picture, pixels, most) = Self.compare(old, new)
        difference = (pixels, most)
        if let png = try? picture.pngData() { try write(png, "difference") }
    }

    /// Pixels that differ in red on the faint recorded picture.
    static func compare(_ old: Bitmap, _ new: Bitmap) -> (Bitmap, pixels: Int, most: Int) {
        var picture = [UInt8]()
        picture.reserveCapacity(old.pixels.count)
        var (count, most) = (0, 0)
        for start in stride(from: 0, to: old.pixels.count, by: 3) {
            let one = old.pixels[start..<(start + 3)]
            let difference =
                zip(one, new.pixels[start..<(start + 3)]).map { abs(Int($0) - Int($1)) }.max() ?? 0
            if difference == 0 {
                picture += one.map { 192 + $0 / 4 }
            } else {
                count += 1
                most = max(most, difference)
                picture += [220, 0, 0]
            }
        }
        return (Bitmap(width: old.width, height: old.height, pixels: picture), count, most)
    }
}
