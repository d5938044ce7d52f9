import Files
import Foundation
import TestData
import Testing

@Suite struct FilesTests {
    private func said(_ data: TemporaryData, _ body: () throws -> Void) -> String {
        message(body).replacingOccurrences(of: data.path, with: "…")
    }

    private func mode(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_mode & 0o7777) : -1
    }

    @Test func onlyRegularFilesWithinALimitAreRead() throws {
        let data = try TemporaryData()
        try data.write("ten", [UInt8](repeating: 1, count: 10))
        try #require(mkfifo(data.path + "/pipe", 0o600) == 0)
        #expect(try ReadOnlyFile.bytes(data.path + "/ten", limit: 10).count == 10)
        func read(_ name: String, limit: Int = 9) -> String {
            said(data) {
                _ = try ReadOnlyFile.bytes(name.hasPrefix("/") ? name : data.path + "/" + name, limit: limit)
            }
        }
        #expect(read("ten") == "cannot read '…/ten': it is larger than 9 bytes")
        #expect(read("pipe") == "cannot read '…/pipe': it is not a regular file")
        #expect(read("/dev/zero") == "cannot read '/dev/zero': it is not a regular file")
        #expect(read("") == "cannot read '…/': it is a folder")
        #expect(read("none") == "no such file or folder: '…/none'")
        #expect(read("ten/x") == "no such file or folder: '…/ten/x'")
        #expect(read("ten\0x") == "cannot read '…/ten\0x': invalid argument")
        // A file that says 0 bytes and has more.
        #expect(try !ReadOnlyFile.bytes("/proc/self/status", limit: 1 << 20).isEmpty)
        #expect(
            read("/proc/self/status", limit: 16)
                == "cannot read '/proc/self/status': it is larger than 16 bytes")
        // A sparse file costs no memory.
        let sparse = try NewFile(data.path + "/sparse")
        try [UInt8(1)].withUnsafeBytes { try sparse.write($0, at: 3 << 30) }
        try sparse.commit()
        #expect(read("sparse", limit: 1 << 20) == "cannot read '…/sparse': it is larger than 1 MiB")
    }

    @Test func textIsUTF8() throws {
        let data = try TemporaryData()
        try data.write("bom", [0xEF, 0xBB, 0xBF, 0x61])
        #expect(try ReadOnlyFile.text(data.path + "/bom", limit: 9) == "a")
        try data.write("bad", Array("a\nb\n".utf8) + [0xFF, 0x0A])
        #expect(
            said(data) { _ = try ReadOnlyFile.text(data.path + "/bad", limit: 9) }
                == "cannot read '…/bad': line 3 is not UTF-8 text")
    }

    @Test func writesAreWholeOrNot() throws {
        let data = try TemporaryData()
        let path = data.path + "/x"
        try NewFile.write([1], to: path)
        chmod(path, 0o600)
        try NewFile.write([2, 3], to: path)
        #expect(try ReadOnlyFile.bytes(path, limit: 9) == [2, 3])
        #expect(mode(path) == 0o600)
        // A file that is not put in place leaves nothing behind, and the old one as it was.
        do {
            let new = try NewFile(path)
            try [UInt8(4)].withUnsafeBytes { try new.write($0, at: 0) }
            #expect(
                said(data) { try NewFile.write([5], to: path) }
                    == "cannot write '…/x': another program is writing it")
        }
        #expect(try ReadOnlyFile.bytes(path, limit: 9) == [2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: data.path) == ["x"])
        // What a killed writer left is taken up.
        try data.write(".x.ziplab-new", text: "half a file")
        try NewFile.write([6], to: path)
        #expect(try ReadOnlyFile.bytes(path, limit: 9) == [6])
        #expect(try FileManager.default.contentsOfDirectory(atPath: data.path) == ["x"])
        #expect(said(data) { try NewFile.write([1], to: data.path) } == "cannot write '…': it is a folder")
        #expect(
            said(data) { try NewFile.write([1], to: data.path + "/no/x") }
                == "cannot write '…/no/x': no such folder")
        let long = data.path + "/" + String(repeating: "n", count: 250)
        try NewFile.write([7], to: long)
        #expect(try ReadOnlyFile.bytes(long, limit: 9) == [7])
    }

    @Test func linksAreFollowed() throws {
        let data = try TemporaryData()
        for (link, to) in [("a", "b"), ("b", "sub/c"), ("loop", "loop")] {
            try FileManager.default.createSymbolicLink(
                atPath: data.path + "/" + link, withDestinationPath: to)
        }
        try data.write("sub/other", [0])
        try NewFile.write([1], to: data.path + "/a")
        #expect(try ReadOnlyFile.bytes(data.path + "/sub/c", limit: 9) == [1])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: data.path + "/a") == "b")
        #expect(
            said(data) { try NewFile.write([1], to: data.path + "/loop") }
                == "cannot write '…/loop': links lead in a circle")
    }

    @Test func pipesAndDevices() throws {
        let data = try TemporaryData()
        try NewFile.write([1, 2, 3], to: "/dev/null")
        try #require(mkfifo(data.path + "/pipe", 0o600) == 0)
        #expect(
            said(data) { try NewFile.write([1], to: data.path + "/pipe") }
                == "cannot write '…/pipe': nobody reads the pipe")
        #expect(
            said(data) { try NewFile.write([1], to: "/dev/full") }
                == "cannot write '/dev/full': no space left on the disk")
    }

    @Test func foldersAreListedInByteOrder() throws {
        let data = try TemporaryData()
        for name in ["b", "a", ".hidden", "é", "B"] { try data.write(name, []) }
        #expect(try Folder.list(data.path).names == ["B", "a", "b", "é"])
        #expect(said(data) { _ = try Folder.list(data.path + "/none") } == "no such file or folder: '…/none'")
        try Folder.create(data.path + "/x/y/z")
        #expect(FileKind(data.path + "/x/y/z") == .folder)
        #expect(
            said(data) { try Folder.create(data.path + "/a/b") }
                == "cannot write '…/a': something is there already")
    }

    @Test(arguments: [
        ("/a/b", "/a", "b", ""), ("/a", "/", "a", ""), ("a", ".", "a", ""), ("a/b/", "a", "b", ""),
        ("x/.png", "x", ".png", ""), ("x/a.tar.GZ", "x", "a.tar.GZ", "gz"),
        ("a\u{301}/b.c", "a\u{301}", "b.c", "c"),
    ])
    func partsOfPaths(_ path: String, _ parent: String, _ name: String, _ end: String) {
        #expect(
            Folder.parent(path) == parent && Folder.name(path) == name && Folder.pathExtension(path) == end)
    }

    @Test func standInsAreKnown() {
        #expect(
            StandIn.reason("version https://git-lfs.github.com/spec/v1\noid".utf8)?.contains(
                "Git LFS pointer") == true)
        #expect(StandIn.reason(" <!DOCTYPE HTML><html>".utf8)?.contains("web page") == true)
        #expect(StandIn.reason("{\"a\": 1}".utf8) == nil)
    }
}
