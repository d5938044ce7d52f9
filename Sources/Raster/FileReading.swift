import Foundation

/// The whole of a regular file of at most `limit` bytes.
func readFile(path: String, limit: Int) throws -> [UInt8] {
    // Asked before opening: opening a pipe would wait for its other end.
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
        throw RasterError.unreadable(name: path, reason: systemError())
    }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR { throw RasterError.folder(name: path) }
    if kind != S_IFREG { throw RasterError.notRegularFile(name: path) }
    if Int(status.st_size) > limit { throw RasterError.fileTooLarge(name: path, limit: limit) }

    guard let file = unsafe fopen(path, "rb") else {
        throw RasterError.unreadable(name: path, reason: systemError())
    }
    // The stream is open until the end of this function and used nowhere else.
    defer { unsafe _ = fclose(file) }
    let size = Int(status.st_size)
    // A file that shrinks meanwhile gives fewer bytes; one that grows is read up to its first size.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = size == 0 ? 0 : unsafe fread(buffer.baseAddress, 1, size, file)
    }
    if unsafe ferror(file) != 0 {
        throw RasterError.unreadable(name: path, reason: systemError())
    }
    return bytes
}

/// The text of the last failed system call.
private func systemError() -> String {
    unsafe String(cString: strerror(errno)).lowercased()
}
