import CLIPEngine
import Foundation
import Testing

/// Results recorded from Hugging Face's `CLIPTokenizer`; see `Fixtures/tokenizer-README.md`.
@Suite struct TokenizerParityTests {
    struct Sample: Decodable {
        let text: String
        let ids: [Int32]
        let decoded: String?
        let plain: String?
        let truncated: [Int32]?
    }

    struct Block: Decodable {
        let first: UInt32
        let checksum: String
    }

    /// The small vocabulary's file is a `tokenizer.json` with texts for it.
    struct SmallSamples: Decodable {
        let strings: [Sample]
    }

    @Test func stringsHaveHuggingFaceIDs() throws {
        let tokenizer = try Tokenizer(folder: Self.folder)
        let samples = try Self.lines("tokenizer_strings.jsonl", of: Sample.self)
        #expect(samples.count >= 2_000)
        for sample in samples {
            #expect(tokenizer.encode(sample.text) == sample.ids, "text: \(sample.text.debugDescription)")
            let whole = tokenizer.encodeWithSpecials(sample.text)
            #expect(whole == [tokenizer.startOfText] + sample.ids + [tokenizer.endOfText])
            if let decoded = sample.decoded {
                #expect(Self.sameScalars(tokenizer.decode(whole), decoded))
            }
            if let plain = sample.plain {
                #expect(Self.sameScalars(tokenizer.decode(whole, skippingSpecials: true), plain))
            }
        }
    }

    @Test func longStringsAreRefusedOrTruncatedAsHuggingFaceDoes() throws {
        let tokenizer = try Tokenizer(folder: Self.folder)
        let samples = try Self.lines("tokenizer_strings.jsonl", of: Sample.self)
        #expect(samples.contains { $0.ids.count == 75 } && samples.contains { $0.ids.count == 76 })
        for sample in samples {
            let truncated = try tokenizer.tokens(for: sample.text, contextLength: 77, truncating: true)
            #expect(truncated == sample.truncated ?? tokenizer.encodeWithSpecials(sample.text))
            if sample.truncated == nil {
                #expect(try tokenizer.tokens(for: sample.text, contextLength: 77) == truncated)
            } else {
                #expect(throws: TokenizerError.self) {
                    try tokenizer.tokens(for: sample.text, contextLength: 77)
                }
            }
        }
    }

    /// Every character of the scripts' blocks, in a word and among combining marks.
    @Test func everyCharacterHasHuggingFaceIDs() throws {
        let tokenizer = try Tokenizer(folder: Self.folder)
        for block in try Self.lines("tokenizer_sweep.jsonl", of: Block.self) {
            var text = String.UnicodeScalarView()
            for scalar in (block.first..<block.first + 256).compactMap(Unicode.Scalar.init) {
                text += ["a", scalar, "a", " ", "a", scalar, "\u{334}", " ", "a", "\u{345}", scalar, " "]
            }
            let checksum = tokenizer.encode(String(text)).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            }
            #expect(
                checksum == UInt64(block.checksum, radix: 16), "block U+\(String(block.first, radix: 16))")
        }
    }

    @Test func smallVocabularyHasHuggingFaceIDs() throws {
        let data = try Data(contentsOf: Self.fixture("tokenizer_small.json"))
        let folder = try TemporaryFolder(["tokenizer.json": data])
        let tokenizer = try Tokenizer(folder: folder.path)
        for sample in try JSONDecoder().decode(SmallSamples.self, from: data).strings {
            #expect(tokenizer.encode(sample.text) == sample.ids, "text: \(sample.text.debugDescription)")
            let whole = tokenizer.encodeWithSpecials(sample.text)
            #expect(tokenizer.decode(whole, skippingSpecials: true) == sample.plain, "\(sample.text)")
        }
    }

    static let folder = fixture("tokenizer-folder").path

    static func fixture(_ name: String) -> URL {
        Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name)
    }

    static func lines<Line: Decodable>(_ name: String, of type: Line.Type) throws -> [Line] {
        try Data(contentsOf: fixture(name)).split(separator: 0x0a).map {
            try JSONDecoder().decode(type, from: $0)
        }
    }

    /// Swift takes canonically equivalent strings for equal; here they are not.
    static func sameScalars(_ left: String, _ right: String) -> Bool {
        left.unicodeScalars.elementsEqual(right.unicodeScalars)
    }

    /// A folder of files that goes away with its owner.
    final class TemporaryFolder {
        let path: String

        init(_ files: [String: Data]) throws {
            let url = FileManager.default.temporaryDirectory
                .appendingPathComponent("tokenizer-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            path = url.path
            for (name, data) in files { try data.write(to: url.appendingPathComponent(name)) }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }
}
