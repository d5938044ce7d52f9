import Files

/// A form of files that statements write, known by what stands at their start.
///
/// A statement writes over files of its own form alone, so that a photograph, a model or a session is not lost to a
/// mistyped name.
enum OutputForm: CaseIterable {
    case transcript, picture, drawing, tensors, table, object, events

    /// Bytes at the start that are looked at; metadata with a thousand class names fit.
    private static let reach = 256 << 10

    /// The form of a file that begins so; nil for one that is not this program's.
    init?(_ bytes: some Sequence<UInt8>) {
        let head = Array(bytes.prefix(Self.reach))
        guard let form = Self.allCases.first(where: { $0.isForm(of: head) }) else { return nil }
        self = form
    }

    private func isForm(of head: [UInt8]) -> Bool {
        func begins(_ text: String) -> Bool { head.starts(with: text.utf8) }
        func has(_ text: String, within count: Int = Self.reach) -> Bool {
            head.prefix(count).contains(text.utf8)
        }
        switch self {
        case .transcript: return begins("#!ziplab-transcript ")
        case .picture:
            return head.starts(with: [0x89] + Array("PNG".utf8)) && has("Software\0ziplab", within: 200)
        case .drawing: return begins("<svg ") && has("<!-- ziplab -->", within: 1000)
        case .tensors: return head.dropFirst(8).first == UInt8(ascii: "{") && has("\"model_sha256\":\"")
        case .table: return begins("kind,step,queries,loss")
        case .object: return begins("{\"settings\":{\"method\":")
        case .events: return has("brain.Event:2", within: 100)
        }
    }

    /// Checks that a file may be written over.
    ///
    /// - Throws: `FileError` where another is there.
    static func check(_ path: String, for bytes: [UInt8]) throws(FileError) {
        guard FileKind(path) == .file else { return }
        let file = try ReadOnlyFile(path: path)
        guard file.size > 0 else { return }
        let head = try file.start(reach)
        guard let form = OutputForm(head), form == OutputForm(bytes) else {
            throw FileError(path, .write, .foreign)
        }
    }
}

extension Collection<UInt8> {
    /// Whether some bytes stand in it, one behind the other.
    fileprivate func contains(_ wanted: some Collection<UInt8>) -> Bool {
        guard let first = wanted.first else { return true }
        var rest = self[...]
        while let place = rest.firstIndex(of: first) {
            if rest[place...].starts(with: wanted) { return true }
            rest = rest[index(after: place)...]
        }
        return false
    }
}
