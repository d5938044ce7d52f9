internal import Glibc

/// Folders: what is in them, making them.
public enum Folder {
    /// The names in a folder.
    public struct Listing: Sendable, Equatable {
        /// Names in byte order, whatever the file system's order is; hidden ones are left out.
        public var names: [String] = []
        /// Names that are not UTF-8, with `\x..` for bytes that are not ASCII, in byte order; they cannot be opened here.
        public var unreadable: [String] = []
    }

    /// Lists a folder.
    ///
    /// - Throws: `FileError` where it is none or may not be read.
    public static func list(_ path: String) throws(FileError) -> Listing {
        try FileError.check(path, .read)
        // The stream is open until the end of this function and used nowhere else.
        guard let stream = unsafe opendir(path) else { throw .last(path, .read) }
        defer { unsafe _ = closedir(stream) }
        var found: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw .last(path, .read) }
                break
            }
            // The name ends with a zero within the entry.
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                unsafe Array($0.prefix { $0 != 0 })
            }
            if name.first != UInt8(ascii: ".") { found.append(name) }
        }
        var listing = Listing()
        for name in found.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            if let text = String(validating: name, as: UTF8.self) {
                listing.names.append(text)
            } else {
                listing.unreadable.append(
                    name.map { $0 < 0x80 ? String(Unicode.Scalar($0)) : "\\x" + String($0, radix: 16) }
                        .joined())
            }
        }
        return listing
    }

    /// Makes a folder and those above it, where they are not there.
    public static func create(_ path: String) throws(FileError) {
        try FileError.check(path, .write)
        if FileKind(path) == .folder { return }
        if let above = parent(path), above != path { try create(above) }
        // Another program may have made it meanwhile.
        guard unsafe mkdir(path, 0o755) == 0 || FileKind(path) == .folder else { throw .last(path, .write) }
    }

    /// Whether two paths lead to one thing that is there.
    public static func isSame(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        // The structures live through the calls, which fill them.
        return unsafe stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }

    /// Removes a folder with nothing in it; nothing where there is none or it may not be.
    public static func removeEmpty(_ path: String) { unsafe _ = rmdir(path) }

    /// Removes a file; nothing where there is none or it may not be.
    public static func removeFile(_ path: String) { unsafe _ = unlink(path) }

    /// Removes a folder with the files in it, one level deep; nothing where there is none.
    static func remove(_ path: String) {
        guard let stream = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                unsafe Array($0.prefix { $0 != 0 })
            }
            unsafe _ = unlinkat(dirfd(stream), name.map { CChar(bitPattern: $0) } + [0], 0)
        }
        unsafe _ = closedir(stream)
        unsafe _ = rmdir(path)
    }

    /// The folder that a path lies in, "." for a bare name, nil for the root.
    public static func parent(_ path: String) -> String? {
        var bytes = Array(path.utf8)
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        if bytes == [UInt8(ascii: "/")] { return nil }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
    }

    /// The last part of a path.
    public static func name(_ path: String) -> String {
        path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? path
    }

    /// The ending of a name without its dot, in lower case; empty where there is none.
    public static func pathExtension(_ path: String) -> String {
        let name = name(path).utf8
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return "" }
        return String(decoding: name[name.index(after: dot)...], as: UTF8.self).lowercased()
    }
}
