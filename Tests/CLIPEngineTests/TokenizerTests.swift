import CLIPEngine
import Foundation
import Testing

@Suite struct TokenizerTests {
    let tokenizer: Tokenizer

    init() throws {
        tokenizer = try Tokenizer(folder: TokenizerParityTests.folder)
    }

    @Test func knowsItsSpecialTokens() {
        #expect(tokenizer.startOfText == 8512)
        #expect(tokenizer.endOfText == 8513)
        #expect(tokenizer.vocabularySize == 8514)
        #expect(tokenizer.token(of: 8513) == "<|endoftext|>")
        #expect(tokenizer.token(of: 0) == "!")
        #expect(tokenizer.token(of: 256) == "!</w>")
        #expect(tokenizer.token(of: -1) == nil)
        #expect(tokenizer.token(of: 8514) == nil)
        #expect(tokenizer.decode([-1, 8514, .max]) == "")
    }

    @Test(arguments: [
        "cat", "golden_retriever", "737-800", "St. Bernard", "C++", "a.", " é ", "", "'s", "<|endoftext|>",
    ])
    func classNameFollowsItsPlaceholders(_ name: String) {
        let placeholder = tokenizer.encode("x")
        #expect(placeholder.count == 1)
        #expect(tokenizer.token(of: placeholder[0]) == "x</w>")
        let spaced = name.replacingOccurrences(of: "_", with: " ")
        for count in [1, 4, 8, 16] {
            let prompt = String(repeating: "X ", count: count) + spaced + "."
            let placeholders = [Int32](repeating: placeholder[0], count: count)
            #expect(tokenizer.encode(prompt) == placeholders + tokenizer.classNameTokens(name))
        }
    }

    @Test func tooLongTextIsNamed() {
        let text = "a photo of " + String(repeating: "cat ", count: 87)
        let message = Self.message { try tokenizer.tokens(for: text, contextLength: 77) }
        #expect(
            message == "text of 92 tokens is longer than the context length 77: 'a photo of "
                + "cat cat cat cat cat cat cat cat cat cat cat cat c…'")
        #expect(
            Self.message { try tokenizer.tokens(for: "a\u{1b}[2Jb", contextLength: 3) }
                == "text of 8 tokens is longer than the context length 3: 'a\\u{1b}[2Jb'")
        #expect(
            Self.message { try tokenizer.tokens(for: "", contextLength: 1) }
                == "expected a context length of at least 2; got 1")
    }

    @Test func contextLengthIsExact() throws {
        let text = Array(repeating: "cat", count: 75).joined(separator: " ")
        #expect(try tokenizer.tokens(for: text, contextLength: 77).count == 77)
        let cut = try tokenizer.tokens(for: text, contextLength: 5, truncating: true)
        #expect(cut.count == 5 && cut.first == tokenizer.startOfText && cut.last == tokenizer.endOfText)
    }

    /// The heap gives what plain repeated search gives.
    @Test func wordsMergeAsByPlainSearch() throws {
        let ranks = try Self.mergeRanks()
        var state: UInt64 = 7
        for length in [1, 2, 3, 5, 8, 13, 40, 200, 700] {
            for _ in 0..<8 {
                var word = ""
                for _ in 0..<length {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    word.append(Array("etaoinshrdlucmw")[Int(state >> 33) % 15])
                }
                let tokens = tokenizer.encode(word).compactMap { tokenizer.token(of: $0) }
                #expect(tokens == Self.plainlyMerged(word, ranks: ranks), "word: \(word)")
            }
        }
    }

    /// A quadratic method takes minutes here.
    @Test(.timeLimit(.minutes(1)), arguments: ["a", "ab", "\u{301}\u{316}", "é", "7", "!", "<|", "x\u{345}"])
    func longWordsTakeLittleTime(_ unit: String) {
        let text = "a" + String(repeating: unit, count: 200_000)
        #expect(tokenizer.encode(text).count > 1_000)
    }

    /// Reference: the lowest-ranked pair, the leftmost of equal ones, joined until none is left.
    static func plainlyMerged(_ word: String, ranks: [String: Int]) -> [String] {
        var symbols = word.map(String.init)
        symbols[symbols.count - 1] += "</w>"
        while true {
            let pairs = zip(symbols, symbols.dropFirst()).enumerated().compactMap { index, pair in
                ranks["\(pair.0) \(pair.1)"].map { ($0, index) }
            }
            guard let (_, index) = pairs.min(by: { $0 < $1 }) else { return symbols }
            symbols[index] += symbols.remove(at: index + 1)
        }
    }

    static func mergeRanks() throws -> [String: Int] {
        let text = try String(contentsOfFile: TokenizerParityTests.folder + "/merges.txt", encoding: .utf8)
        let lines = text.split(separator: "\n").dropFirst().map(String.init)
        return Dictionary(uniqueKeysWithValues: zip(lines, 0...))
    }

    static func message(_ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}
