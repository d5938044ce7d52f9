import CommandLanguage
import Datasets
import Foundation
import Plotting
import PromptTuning
import Raster

extension PlotCommand {
    static let imagesForm = CommandForm(
        object: "images",
        options: [
            OptionSpecification(
                name: "split", kind: .choice(splitNames), valueName: "train", help: "train, val or test"),
            OptionSpecification(
                name: "per-class", kind: .integer(1...1000), valueName: "8", help: "images of a class"),
            OptionSpecification(
                name: "size", kind: .integer(ContactSheet.sides), valueName: "N",
                help: "pixels of an image's longer side (by the images, at most 128, less in a crowd)"),
            showOption,
            OptionSpecification(name: "out", kind: .path, valueName: "FILE", help: "PNG file (images.png)"),
            .force,
        ], summary: "contact sheet of a split, one row a class")

    /// `plot images`: the first images of each class, in the order of the list.
    static func drawImages(_ call: Call, _ context: inout CommandContext) throws {
        let data = try context.requireData()
        let names = (context.state.classNames ?? data.classNames)
            // Letters put together from two characters are drawn as the one they are.
            .map(\.precomposedStringWithCanonicalMapping)
        let list = try context.list(call, default: .train, in: data)
        let side = call.integer("size")
        let perClass = call.integer("per-class") ?? 8
        let path = call.text("out") ?? "images.png"
        var classes = [[Int]](repeating: [], count: names.count)
        for (index, label) in list.labels.enumerated() { classes[label].append(index) }
        let shown = classes.map { Array($0.prefix(perClass)) }
        try checkRoom(names, columns: shown.map(\.count).max() ?? 0, halved: data.selection != .all, call)

        let pictures = try list.pictures(at: shown.flatMap { $0 }) { picture in
            picture.shrunk(to: side ?? ContactSheet.largestPicture)
        } progress: { done, total in
            context.host.show(
                .init(done: done, total: total, unit: "images", detail: "reading \(list.name) images"))
            try context.cell.interruptionPoint()
        }
        context.host.show(nil)
        var rest = pictures[...]
        let rows = names.indices.map { label in
            let own = Array(rest.prefix(shown[label].count))
            rest = rest.dropFirst(own.count)
            let note = own.isEmpty ? "no images" : "\(own.count) of \(classes[label].count)"
            return ContactSheet.Row(name: names[label], note: note, pictures: own)
        }
        let sheet = ContactSheet(
            title: title(context.state.dataPath),
            subtitle: "\(list.count) \(list.name) images of "
                + DisplayNumber.count(names.count, "class", "classes"),
            rows: rows, side: side)
        let bitmap = sheet.render()
        let picture = try write(bitmap, to: path, call, context)
        context.say("\(pictures.count) of \(list.count) \(list.name) images drawn to \(path)")
        context.set("images", .integer(pictures.count))
        context.cell.emit(.plot(picture))
    }

    /// Throws where the sheet would be too large, with what would fit.
    private static func checkRoom(_ names: [String], columns: Int, halved: Bool, _ call: Call) throws {
        func capacity(_ names: [String], side: Int?) -> Int {
            ContactSheet.capacity(names: names, columns: columns, side: side)
        }
        let side = call.integer("size")
        let room = capacity(names, side: side)
        guard room < columns else { return }
        var notes: [String] = []
        let smaller = side.flatMap { side in
            (ContactSheet.sides.lowerBound..<side).last { capacity(names, side: $0) >= columns }
        }
        if let smaller { notes.append("'--size \(smaller)' fits") }
        if room > 0 { notes.append("'--per-class \(room)' fits") }
        if notes.isEmpty, !halved, capacity(Array(names.prefix((names.count + 1) / 2)), side: side) > 0 {
            notes = ["'data load' has '--classes' for half of the classes"]
        }
        let error = NotebookError.sheetTooLarge(
            classes: names.count, perClass: columns, side: ContactSheet.largestSide)
        throw call.failure(
            call.integer("per-class") == nil ? "size" : "per-class", "\(error)", notes: notes)
    }

    /// The task as its path names it: the last folder or file that has a name of its own.
    private static func title(_ path: String?) -> String {
        let parts = (path ?? "").split(separator: "/").map(String.init)
        let name = parts.last { ![".", "..", "~", "split.json"].contains($0) }
        return name?.precomposedStringWithCanonicalMapping ?? "images"
    }
}
