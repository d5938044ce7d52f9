internal import Glibc

/// A file that gets its name when it is whole.
///
/// It is written under one known name beside the target, `.NAME.ziplab-new`, which a lock keeps from a second writer
/// and which the next write takes up where a killed one left it. `commit` puts it in place: fsync, rename, fsync of
/// the folder. The target keeps its permissions; a link is followed, and what it leads to is replaced.
public final class NewFile: Sendable {
    /// The path as it was given; errors name it.
    public let path: String
    private let target: String
    private let temporary: String
    let descriptor: Int32

    /// Most links that are followed, as the system's own limit.
    private static let mostLinks = 40

    /// Begins a file.
    ///
    /// - Throws: `FileError`; what is at the path is then as before.
    public init(_ path: String) throws(FileError) {
        try FileError.check(path, .write)
        self.path = path
        target = try Self.destination(path)
        guard let folder = Folder.parent(target) else { throw FileError(path, .write, .folder) }
        let name = Folder.name(target)
        temporary = folder + "/" + Self.temporaryName(name)
        descriptor = try Self.open(temporary, for: path)
        var old = stat()
        // The structure lives through the call, which fills it.
        if unsafe stat(target, &old) == 0 { fchmod(descriptor, old.st_mode & 0o7777) }
    }

    /// Forgets the file where it was not put in place.
    deinit {
        // After a rename the name is another's, or free.
        if isSameFile(descriptor, temporary) { unsafe _ = unlink(temporary) }
        close(descriptor)
    }

    /// A name that fits where the target's does.
    static func temporaryName(_ name: String) -> String {
        let end = ".ziplab-new"
        guard name.utf8.count + 1 + end.utf8.count > 255 else { return "." + name + end }
        return "." + SHA256Digest.hex(Array(name.utf8)).prefix(32) + end
    }

    /// The path behind all links; it need not exist.
    private static func destination(_ path: String) throws(FileError) -> String {
        var place = path
        for _ in 0..<mostLinks {
            var buffer = [UInt8](repeating: 0, count: 4096)
            // The buffer holds as many bytes as the call may write.
            let count = unsafe buffer.withUnsafeMutableBytes { raw in
                guard let start = raw.baseAddress else { return -1 }
                return unsafe readlink(place, start.assumingMemoryBound(to: CChar.self), raw.count)
            }
            guard count >= 0 else {
                if FileKind(place) == .folder { throw FileError(path, .write, .folder) }
                return place
            }
            guard let link = String(validating: buffer.prefix(count), as: UTF8.self) else {
                throw FileError(path, .write, .system(EILSEQ))
            }
            place = link.utf8.first == UInt8(ascii: "/") ? link : (Folder.parent(place) ?? "/") + "/" + link
        }
        throw FileError(path, .write, .system(ELOOP))
    }

    /// Opens the temporary file and holds its lock.
    private static func open(_ temporary: String, for path: String) throws(FileError) -> Int32 {
        // Between opening and locking, another writer may put this very file in place.
        for _ in 0..<100 {
            let descriptor = unsafe Glibc.open(
                temporary, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
            guard descriptor >= 0 else { throw .last(path, .write) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                throw FileError(path, .write, .inUse)
            }
            guard isSameFile(descriptor, temporary) else {
                close(descriptor)
                continue
            }
            guard ftruncate(descriptor, 0) == 0 else {
                let error = FileError.last(path, .write)
                unsafe _ = unlink(temporary)
                close(descriptor)
                throw error
            }
            return descriptor
        }
        throw FileError(path, .write, .inUse)
    }

    /// Writes bytes at an offset; threads may write different places at the same time.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            // The pointer covers the bytes that are still to be written.
            let count = unsafe pwrite(
                descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done,
                off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .last(path, .write)
            }
            done += count
        }
    }

    /// Puts the file in place under its name.
    ///
    /// - Throws: `FileError`; what was at the path is then as before.
    public func commit() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .last(path, .write) }
        guard unsafe rename(temporary, target) == 0 else { throw .last(path, .write) }
        Folder.synchronize(Folder.parent(target) ?? "/")
    }
}

extension NewFile {
    /// Writes a file whole or not at all; a device or a pipe, which cannot be replaced, is written into.
    ///
    /// - Throws: `FileError`; an old file of that name is then as before.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        if FileKind(path) == .other { return try OpenStream(path: path).write(bytes) }
        let file = try NewFile(path)
        var failure: FileError?
        // The bytes live through the call.
        unsafe bytes.withUnsafeBytes { raw in
            do throws(FileError) {
                try unsafe file.write(raw, at: 0)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        try file.commit()
    }
}

extension Folder {
    /// Makes a renaming in the folder outlast a power cut; where a file system cannot, there is nothing to do.
    static func synchronize(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// A folder that gets its name when everything is in it.
///
/// It is filled under one known name beside the target, `.NAME.ziplab-new`; what a killed writer left there is removed.
public final class NewFolder: Sendable {
    /// Where to write meanwhile.
    public let temporary: String
    private let target: String

    /// Begins a folder in place of none or of an empty one.
    ///
    /// - Throws: `FileError`.
    public init(_ path: String) throws(FileError) {
        try FileError.check(path, .write)
        target = path
        temporary = (Folder.parent(path) ?? "/") + "/" + NewFile.temporaryName(Folder.name(path))
        Folder.remove(temporary)
        guard unsafe mkdir(temporary, 0o755) == 0 else { throw .last(path, .write) }
    }

    /// Forgets the folder where it was not put in place.
    deinit { Folder.remove(temporary) }

    /// Puts the folder in place under its name.
    public func commit() throws(FileError) {
        guard unsafe rename(temporary, target) == 0 else { throw .last(target, .write) }
        Folder.synchronize(Folder.parent(target) ?? "/")
    }
}
