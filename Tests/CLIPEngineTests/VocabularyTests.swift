import CLIPEngine
import Files
import Foundation
import Testing

/// OpenAI's whole vocabulary against Hugging Face's and open_clip's tokenizers; see `Fixtures/vocabulary/record.py`.
@Suite struct VocabularyTests {
    private static let folder = Bundle.module.bundlePath + "/Fixtures/vocabulary/"

    private static func lines(_ name: String) throws -> [String] {
        try ReadOnlyFile.text(folder + name, limit: 1 << 24).split(separator: "\n").map(String.init)
    }

    /// The published ids: bytes, bytes at the end of a word, merges in their order, two special tokens.
    private static let tokenizer = Result {
        let merges = try lines("merges.txt").dropFirst().map { line in
            let parts = line.split(separator: " ").map(String.init)
            return (parts[0], parts[1])
        }
        let printable = Array(33...126) + Array(161...172) + Array(174...255)
        var characters: [Int: UInt32] = [:]
        for byte in printable { characters[byte] = UInt32(byte) }
        var spare: UInt32 = 256
        for byte in 0..<256 where characters[byte] == nil {
            characters[byte] = spare
            spare += 1
        }
        let order = printable + (0..<256).filter { !printable.contains($0) }
        let alphabet = order.compactMap { characters[$0].flatMap(Unicode.Scalar.init).map { String($0) } }
        let tokens =
            alphabet + alphabet.map { $0 + "</w>" } + merges.map { $0.0 + $0.1 }
            + ["<|startoftext|>", "<|endoftext|>"]
        return try Tokenizer(
            vocabulary: Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) }), merges: merges
        )
    }

    @Test func sizes() throws {
        let tokenizer = try Self.tokenizer.get()
        #expect(tokenizer.vocabularySize == 49_408)
        #expect(tokenizer.startOfText == 49_406 && tokenizer.endOfText == 49_407)
    }

    /// ImageNet's 1 000 names under OpenAI's 80 templates.
    @Test(arguments: Tokenizer.Cleaning.allCases) func imageNetNames(_ cleaning: Tokenizer.Cleaning) throws {
        var tokenizer = try Self.tokenizer.get()
        tokenizer.cleaning = cleaning
        let names = try Self.lines("names.txt")
        let templates = try Self.lines("templates.txt")
        let checksums = try Self.lines("sweep.txt").map { $0.split(separator: " ").map(String.init) }
        #expect(names.count == 1000 && templates.count == 80 && checksums.count == 80)
        for (template, checksum) in zip(templates, checksums) {
            let ids = names.map { name in
                tokenizer.encode(template.replacingOccurrences(of: "{}", with: name)).map(String.init)
                    .joined(separator: " ")
            }
            let digest = SHA256Digest.hex(Array(ids.joined(separator: "\n").utf8)).prefix(32)
            #expect(digest == checksum[cleaning == .huggingFace ? 0 : 1], "\(template)")
        }
    }

    private struct Text {
        let text: String
        let huggingFace: [Int32]
        let openCLIP: [Int32]

        init(_ line: String) throws {
            let parts = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
            text = try #require(parts[0] as? String)
            let ids = try parts.dropFirst().map { try #require($0 as? [NSNumber]).map(\.int32Value) }
            huggingFace = ids[0]
            openCLIP = ids.count > 1 ? ids[1] : ids[0]
        }
    }

    @Test func oddTexts() throws {
        let texts = try Self.lines("texts.jsonl").map(Text.init)
        #expect(texts.count >= 5_000)
        let tokenizer = try Self.tokenizer.get()
        for text in texts {
            #expect(tokenizer.encode(text.text) == text.huggingFace, "\(text.text.debugDescription)")
        }
    }

    /// ftfy's repair of wrong encodings is left out, so texts that look like one come out otherwise.
    @Test func oddTextsAsOpenCLIPCleansThem() throws {
        let texts = try Self.lines("texts.jsonl").map(Text.init)
        var tokenizer = try Self.tokenizer.get()
        tokenizer.cleaning = .openCLIP
        let other = texts.filter { tokenizer.encode($0.text) != $0.openCLIP }
        print("\(other.count) of \(texts.count) texts are cleaned otherwise than by open_clip")
        for text in other.prefix(40) { print(text.text.debugDescription) }
        #expect(other.count <= texts.count / 100)
    }
}
