import Files
import Raster

/// The pictures of a recorded session: each is kept once in `FILE.zlt.pictures`, by the digest of its pixels, for a later
/// plot may be written over the file that a statement names.
enum RecordedPictures {
    static func folder(of session: String) -> String { session + ".pictures" }

    /// Keeps a picture beside the session that is recorded.
    ///
    /// - Throws: `FileError`.
    static func keep(_ plot: CellPlot, of session: String) throws {
        guard FileKind(session) == .file else { return }
        let folder = folder(of: session)
        let path = "\(folder)/\(plot.digest).png"
        guard FileKind(path) == nil else { return }
        try Folder.create(folder)
        try NewFile.write(plot.png, to: path)
    }

    /// A picture with the recorded pixels: of those kept, or where the statement wrote it.
    ///
    /// - Parameter folders: where relative paths are looked for.
    static func find(_ plot: CellPlot, of session: String, folders: [String])
        -> (place: String, png: [UInt8])?
    {
        var places: [String] = []
        // Of a session that somebody else wrote: a digest is no path.
        if plot.digest.allSatisfy(\.isHexDigit) {
            places = ["\(folder(of: session))/\(plot.digest).png"]
        }
        places += plot.path.hasPrefix("/") ? [plot.path] : folders.map { $0 + "/" + plot.path }
        for place in places {
            guard let bytes = try? ReadOnlyFile.bytes(place, limit: 64 << 20),
                let bitmap = try? Bitmap.decode(bytes, name: place),
                SHA256Digest.hex(bitmap.pixelDigestInput) == plot.digest
            else { continue }
            return (place, bytes)
        }
        return nil
    }
}
