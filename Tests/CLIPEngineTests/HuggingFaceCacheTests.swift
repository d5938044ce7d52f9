import CLIPEngine
import Foundation
import Testing

@Suite struct HuggingFaceCacheTests {
    @Test(arguments: [
        (["HF_HUB_CACHE": "/a", "HF_HOME": "/b", "HOME": "/h"], "/a"),
        (["HF_HUB_CACHE": "", "HF_HOME": "~/b", "HOME": "/h"], "/h/b/hub"),
        (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/huggingface/hub"),
        (["HOME": "/h"], "/h/.cache/huggingface/hub"),
    ]) func place(_ environment: [String: String], _ folder: String) {
        #expect(HuggingFaceCache(environment: environment).folder == folder)
    }

    @Test func names() {
        for name in ["openai/clip-vit-base-patch16", "a/b", "A_1/b.2"] {
            #expect(HuggingFaceCache.isModelName(name), "\(name)")
        }
        for name in ["", "a", "/a", "a/", "../a", "a/..", "a/b/c", "a b/c", "~/a", "a/.b", "é/a"] {
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
        func message() -> String {
            do {
                _ = try cache.snapshot(of: "o/n")
                return ""
            } catch {
                return "\(error)".replacingOccurrences(of: root.path, with: "…")
            }
        }
        #expect(try cache.snapshot(of: "o/n") == nil)
        try folder(model)
        #expect(message() == "cannot read '…/models--o--n/snapshots': no snapshot in it")
        try folder(model + "/snapshots/one")
        let only = try cache.snapshot(of: "o/n")
        #expect(only?.folder == model + "/snapshots/one" && only?.revision == "one" && only?.others == [])
        try folder(model + "/snapshots/two")
        #expect(try cache.snapshot(of: "o/n")?.others == ["one"])
        try folder(model + "/refs")
        func main(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: model + "/refs/main"))
        }
        try main("one\n")
        #expect(try cache.snapshot(of: "o/n")?.revision == "one")
        #expect(try cache.snapshot(of: "o/n")?.others == [])
        try main("three")
        #expect(
            message()
                == "cannot read '…/models--o--n/snapshots/three': no such folder, though 'refs/main' names it"
        )
        for text in ["", "..", "../../..", "a/b", String(repeating: "a", count: 300)] {
            try main(text)
            #expect(message() == "cannot read '…/models--o--n/refs/main': not the name of a snapshot")
        }
    }
}
