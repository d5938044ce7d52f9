import CLIPEngine
import Files
import Foundation
import Fuzzing
import Testing

/// Vocabularies, merges and `tokenizer.json` files that lie: each makes a tokenizer, or is refused with its error.
@Suite struct TokenizerFuzzTests {
    private static let texts = [
        "", " ", "a photo of a cat.", "ab ba\u{0}c\t aabbab <|endoftext|> <|STARTOFTEXT|> 'll 2 é e\u{301}",
        String(repeating: "ab", count: 1000), String(repeating: "a\u{301}\u{323}", count: 300),
        "\u{1F469}\u{200D}\u{1F680} 漢字 \u{AC00}\u{11A8} \u{FFFD}", String(repeating: "<m", count: 500),
    ]

    @Test func vocabularies() {
        check("vocabularies", rounds: 300) { random in
            var vocabulary = Self.vocabulary(&random)
            vocabulary.mutate(&random)
            return ["vocab.json": vocabulary.bytes, "merges.txt": Array(Self.merges(&random).utf8)]
        }
    }

    @Test func merges() {
        check("merges", rounds: 400) { random in
            var merges = Array(Self.merges(&random).utf8)
            Self.change(&merges, &random)
            return ["vocab.json": Self.vocabulary(&random).bytes, "merges.txt": merges]
        }
    }

    @Test func tokenizerFiles() {
        check("tokenizer.json", rounds: 400) { random in
            var tree = Self.tokenizerFile(&random)
            if !random.once(in: 10) { tree.mutate(&random) }
            return ["tokenizer.json": tree.bytes]
        }
    }

    /// The embedded model's own files and a recorded `tokenizer.json`, with bytes changed.
    @Test func damagedFiles() throws {
        func bytes(_ path: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
        let vocabulary = try bytes(Repository.model + "/vocab.json")
        let merges = try bytes(Repository.model + "/merges.txt")
        let small = try bytes(Repository.fixture("tokenizer_small.json"))
        check("damaged tokenizers", rounds: 200) { random in
            var files = ["vocab.json": vocabulary, "merges.txt": merges]
            if random.once(in: 2) { files = ["tokenizer.json": small] }
            for name in files.keys.sorted() where files.count == 1 || random.once(in: 2) {
                if var damaged = files[name] {
                    random.damage(&damaged)
                    files[name] = damaged
                }
            }
            return files
        }
    }

    /// Writes the files, makes a tokenizer of them and tokenizes some texts.
    private func check(
        _ name: String, rounds: Int, _ files: @escaping (inout FuzzRandom) -> [String: [UInt8]]
    ) {
        let report = fuzz(name, rounds: rounds) { random in
            let folder = try TokenizerParityTests.TemporaryFolder(files(&random).mapValues { Data($0) })
            let tokenizer: Tokenizer
            do {
                tokenizer = try Tokenizer(folder: folder.path)
            } catch let error where error is TokenizerError || error is FileError {
                return .refused
            }
            for text in Self.texts {
                let ids = tokenizer.encodeWithSpecials(text)
                precondition(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) }, "\(ids)")
                _ = tokenizer.decode(ids)
                _ = tokenizer.classNameTokens(text)
                do { _ = try tokenizer.tokens(for: text, contextLength: 77) } catch is TokenizerError {}
            }
            return .accepted
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    private static let specials = ["<|startoftext|>", "<|endoftext|>"]
    private static let letters = ["a", "b", "c", "é", "Ġ", "Ä", "漢", "'", "<", "|", "m", ">"]
    private static let tokens =
        letters + letters.map { $0 + "</w>" } + ["ab", "ab</w>", "aab", "abab", "ba</w>", "bab"] + specials

    /// A small vocabulary, at times with ids that repeat, lie far out or are no ids, or without some tokens.
    private static func vocabulary(_ random: inout FuzzRandom) -> JSONTree {
        var fields = tokens.enumerated().map { (key: $1, value: JSONTree.text("\($0)")) }
        let change = random.below(10)
        let ids = [
            "-1", "0", "3", "1048575", "1048576", "2147483648", "9223372036854775807", "1e3", "2.0", "1.5",
        ]
        if change == 0 { fields[random.below(fields.count)].value = .text(random.pick(ids)) }
        if change == 1 { for _ in 0..<8 { fields.remove(at: random.below(fields.count)) } }
        if change == 2 { fields.append((random.pick(tokens), .text("\(random.below(60))"))) }
        if change == 3 { fields.append((String(repeating: "a", count: random.below(200_000)), .text("100"))) }
        return .object(fields)
    }

    private static func merges(_ random: inout FuzzRandom) -> String {
        let lines = ["a b", "a b</w>", "a ab", "ab ab", "b a</w>", "b ab"]
        return "#version: 0.2\n" + lines.prefix(random.below(lines.count + 1)).joined(separator: "\n") + "\n"
    }

    /// Lines that are no merges, make unknown tokens, repeat or go round, and lines without end.
    private static func change(_ merges: inout [UInt8], _ random: inout FuzzRandom) {
        for _ in 0...random.below(2) {
            var line: [UInt8]
            switch random.below(12) {
            case 0: line = random.bytes(random.below(40))
            case 1: line = Array("\(random.pick(tokens)) \(random.pick(tokens))".utf8)
            case 2, 3: line = Array(random.pick(["a b", "b a</w>", "a ab", "ab ab", "a b\na b"]).utf8)
            case 4:
                line = Array(
                    random.pick(["a", " a b", "a b ", "a\tb", "a  b", "a b c", "\r", "a b\r", " "]).utf8)
            case 5: line = [UInt8](repeating: random.pick([0x61, 0x20, 0x0d]), count: random.below(1 << 20))
            case 6: line = Array((0..<random.below(3000)).map { _ in "a b" }.joined(separator: "\n").utf8)
            case 7: line = Array("#version: 0.2\n\u{FEFF}a b".utf8)
            case 8: line = Array("ab a\na ba\nb a\na b".utf8)
            default:
                line = Array("a b".utf8)
                random.damage(&line)
            }
            // At the beginning or behind a line's end.
            let ends = merges.indices.filter { merges[$0] == 0x0a }.map { $0 + 1 }
            merges.insert(contentsOf: line + [0x0a], at: random.pick([0] + ends))
        }
        if random.once(in: 8) { random.damage(&merges) }
    }

    private static func tokenizerFile(_ random: inout FuzzRandom) -> JSONTree {
        let lines = merges(&random).split(separator: "\n").dropFirst()
        let pairs = lines.map { line -> JSONTree in
            .list(line.split(separator: " ").map { .text(JSONTree.quoted(String($0))) })
        }
        let strings = lines.map { JSONTree.text(JSONTree.quoted(String($0))) }
        let contents =
            specials + ["<m>", "<m", "", "É", "a", "<|x|>", String(repeating: "<m", count: 200) + ">"]
        let added = (0..<random.below(5)).map { index -> JSONTree in
            let content = random.pick(contents)
            let id = tokens.firstIndex(of: content) ?? tokens.count + index
            return .object([
                ("id", .text(random.once(in: 8) ? random.pick(["-1", "1048576", "0", "1e9"]) : "\(id)")),
                ("content", .text(JSONTree.quoted(content))),
                ("normalized", .text(random.pick(["true", "false"]))),
                ("special", .text(random.pick(["true", "false"]))), ("lstrip", .text("false")),
            ])
        }
        return .object([
            ("version", .text("\"1.0\"")), ("added_tokens", .list(added)),
            (
                "model",
                .object([
                    ("type", .text("\"BPE\"")), ("end_of_word_suffix", .text("\"</w>\"")),
                    ("unk_token", .text("\"<|endoftext|>\"")), ("vocab", vocabulary(&random)),
                    ("merges", .list(random.once(in: 2) ? pairs : strings)),
                ])
            ),
        ])
    }
}
