import CLIPEngine
import Foundation
import Testing

@Suite struct HuggingFaceCacheTests {
    @Test(arguments: [
        (["HF_HUB_CACHE": "/a", "HF_HOME": "/b", "HOME": "/h"], "/a"),
        (["HF_HUB_CACHE": "", "HF_HOME": "~/b", "HOME": "/h"], "/h/b/hub"),
        (["HUGGINGFACE_HUB_CACHE": "/o", "HF_HOME": "/b", "HOME": "/h"], "/o"),
        (["HF_HUB_CACHE": "/a", "HUGGINGFACE_HUB_CACHE": "/o", "HOME": "/h"], "/a"),
        (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/huggingface/hub"),
        (["HOME": "/h"], "/h/.cache/huggingface/hub"),
    ]) func place(_ environment: [String: String], _ folder: String) {
        #expect(HuggingFaceCache(environment: environment).folder == folder)
    }

    @Test func names() {
        for name in ["openai/clip-vit-base-patch16", "a/b", "A_1/b.2", "a/b@refs/pr/1", "a/b@3d74"] {
            #expect(HuggingFaceCache.isModelName(name), "\(name)")
        }
        for name in [
            "", "a", "/a", "a/", "../a", "a/..", "a/b/c", "a b/c", "~/a", "a/.b", "é/a", "a/b@", "a/b@../x",
        ] {
            #expect(!HuggingFaceCache.isModelName(name), "\(name)")
        }
    }

    @Test func snapshots() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("hub-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let cache = HuggingFaceCache(environment: ["HF_HUB_CACHE": root.path])
        let model = root.path + "/models--o--n"
        func folder(_ path: String) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        func message(_ name: String = "o/n") -> String {
            do {
                _ = try cache.snapshot(of: name)
                return ""
            } catch {
                return "\(error)".replacingOccurrences(of: root.path, with: "…")
            }
        }
        #expect(try cache.snapshot(of: "o/n") == nil)
        try folder(model)
        #expect(message() == "cannot read '…/models--o--n/snapshots': no snapshot in it")
        try folder(model + "/snapshots/one")
        let only = try cache.snapshot(of: "o/n@one")
        #expect(only?.folder == model + "/snapshots/one" && only?.revision == "one")
        #expect(
            message()
                == "cannot read '…/models--o--n/snapshots': no revision 'main' in it; 'o/n@one' names one")
        try folder(model + "/snapshots/two")
        #expect(message("o/n@x").hasSuffix("no revision 'x' in it; 'o/n@one' names one of 2"))
        try folder(model + "/refs/refs/pr")
        try Data("two".utf8).write(to: URL(fileURLWithPath: model + "/refs/refs/pr/1"))
        #expect(try cache.snapshot(of: "o/n@refs/pr/1")?.revision == "two")
        func main(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: model + "/refs/main"))
        }
        try main("one\n")
        #expect(try cache.snapshot(of: "o/n")?.revision == "one")
        try main("three")
        #expect(
            message()
                == "cannot read '…/models--o--n/snapshots/three': no such folder, though 'refs/main' names it"
        )
        for text in ["", "..", "../../..", "a/b"] {
            try main(text)
            #expect(message() == "cannot read '…/models--o--n/refs/main': not the name of a snapshot")
        }
        try main(String(repeating: "a", count: 300))
        #expect(message() == "cannot read '…/models--o--n/refs/main': it is larger than 256 bytes")
    }
}
