import CommandLanguage
import Files
import Foundation
import Raster

/// A form that a session is written in, for reading or for other programs.
public protocol SessionExporter: Sendable {
    /// What `--to` calls it.
    static var name: String { get }
    /// The ending of its files.
    static var pathExtension: String { get }
    /// The session in this form.
    static func export(_ session: ExportedSession) throws -> String
}

/// The forms, sorted by name.
public let sessionExporters: [any SessionExporter.Type] = [
    HTMLExporter.self, NotebookExporter.self, MarkdownExporter.self, ScriptExporter.self,
]

/// A session and its pictures.
public struct ExportedSession: Sendable {
    /// A picture that was found.
    public struct Picture: Sendable {
        /// Where it is, beside the session if it was kept there.
        public var path: String
        public var png: [UInt8]
    }

    public var title: String
    public var settings: [String]
    public var cells: [Cell]
    /// Pictures by the digest of their pixels.
    var pictures: [String: Picture]

    /// - Parameters:
    ///   - path: of the file.
    ///   - folders: where relative paths of pictures are looked for.
    public init(_ transcript: Transcript, path: String, folders: [String]) {
        title = Folder.name(path)
        settings = transcript.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.sourceText)" }
        cells = transcript.cells
        pictures = [:]
        for plot in cells.flatMap(\.plots) where pictures[plot.digest] == nil {
            guard let (place, png) = RecordedPictures.find(plot, of: path, folders: folders) else { continue }
            let kept = RecordedPictures.folder(of: path)
            let isKept = Folder.parent(place) == kept
            pictures[plot.digest] = Picture(
                path: isKept ? Folder.name(kept) + "/" + Folder.name(place) : plot.path, png: png)
        }
    }

    /// Plots whose picture was not found.
    public var missing: [String] {
        cells.flatMap(\.plots).filter { pictures[$0.digest] == nil }.map(\.path)
    }
}

/// Markdown with the pictures by their paths.
enum MarkdownExporter: SessionExporter {
    static let name = "markdown"
    static let pathExtension = "md"

    static func export(_ session: ExportedSession) -> String {
        var parts = ["# \(plain(session.title))"]
        if !session.settings.isEmpty { parts.append(fenced(session.settings.joined(separator: "\n"))) }
        for cell in session.cells {
            let words = cell.comments.map { plain($0.drop { $0 == "#" || $0 == " " }) }
            if !words.isEmpty { parts.append(words.joined(separator: "\n")) }
            parts.append(
                fenced(escapedForDisplay(cell.input, keepingTabs: true, keepingLines: true), "ziplab"))
            let text = cell.shownText
            if !text.isEmpty { parts.append(fenced(text)) }
            for plot in cell.plots {
                let place = session.pictures[plot.digest]?.path ?? plot.path
                let path = place.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? place
                parts.append("![\(plain(plot.path))](\(path))")
            }
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// A block whose fence is longer than any in it.
    private static func fenced(_ text: String, _ language: String = "") -> String {
        var longest = 2
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        return "\(fence)\(language)\n\(text)\n\(fence)"
    }

    private static func plain(_ text: some StringProtocol) -> String {
        var result = ""
        for character in escapedForDisplay(String(text)) {
            if "\\`*_[]<>#|&".contains(character) { result += "\\" }
            result.append(character)
        }
        return result
    }
}

extension Cell {
    /// What a person saw but the pictures: lines, then the failure or the interrupt.
    var shownText: String {
        var lines = outputs.compactMap(\.line)
        switch status {
        case .ok: break
        case .failed(let failure): lines.append(failure.text)
        case .interrupted: lines.append("interrupted; what was done is kept")
        }
        return lines.joined(separator: "\n")
    }
}
