import CLIPEngine
import Foundation
import Testing

/// Files of a model folder that are missing, malformed or hostile.
@Suite struct TokenizerFilesTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let files: [String: Data]
        let message: String

        init(_ files: [String: String], _ message: String) {
            self.files = files.mapValues { Data($0.utf8) }
            self.message = message
        }

        init(vocabulary: String = Self.vocabulary, merges: String = "#version: 0.2\na b\n", _ message: String)
        {
            self.init(["vocab.json": vocabulary, "merges.txt": merges], message)
        }

        init(data: [String: Data], _ message: String) {
            files = data
            self.message = message
        }

        static let vocabulary = #"{"<|startoftext|>":0,"<|endoftext|>":1,"a":2,"b":3,"ab":4}"#
        static let deep = String(repeating: "[", count: 100_000)

        var testDescription: String { message }
    }

    static func json(_ model: String, added: String = "[]") -> [String: String] {
        ["tokenizer.json": #"{"added_tokens":\#(added),"model":\#(model)}"#]
    }

    static let samples: [Sample] = [
        Sample(
            vocabulary: #"{"<|startoftext|>":0,"a":2}"#, merges: "", "the vocabulary lacks '<|endoftext|>'"),
        Sample(
            vocabulary: #"{"<|endoftext|>":0,"a":2}"#, merges: "", "the vocabulary lacks '<|startoftext|>'"),
        Sample(vocabulary: "{}", merges: "", "the vocabulary lacks '<|startoftext|>'"),
        Sample(vocabulary: #"{"a":-1}"#, "expected a token id from 0 to 1048575 for 'a'; got -1"),
        Sample(vocabulary: #"{"a":1048576}"#, "expected a token id from 0 to 1048575 for 'a'; got 1048576"),
        Sample(vocabulary: #"{"a":5,"b":5}"#, "tokens 'a' and 'b' have the same id 5"),
        Sample(merges: "a c\n", "merge 1 ('a c') needs 'c', which the vocabulary lacks"),
        Sample(merges: "a b\nb a\n", "merge 2 ('b a') needs 'ba', which the vocabulary lacks"),
        Sample(merges: "a b\nab\n", "expected two tokens in merge 2 of 'merges.txt'; got 'ab'"),
        Sample(merges: "a  b\n", "expected two tokens in merge 1 of 'merges.txt'; got 'a  b'"),
        Sample(merges: "a \n", "expected two tokens in merge 1 of 'merges.txt'; got 'a '"),
        Sample(
            merges: "a b\n#version: 0.2 x\n",
            "expected two tokens in merge 2 of 'merges.txt'; got '#version: 0.2 x'"),
        Sample(vocabulary: "", "'vocab.json' is not JSON: malformed or nested too deeply"),
        Sample(vocabulary: "{\"a\":", "'vocab.json' is not JSON: malformed or nested too deeply"),
        Sample(vocabulary: Sample.deep, "'vocab.json' is not JSON: malformed or nested too deeply"),
        Sample(
            data: ["vocab.json": Data([0x7b, 0xff, 0x7d]), "merges.txt": Data()],
            "cannot read '…/vocab.json': line 1 is not UTF-8 text"),
        Sample(
            data: [
                "vocab.json": Data(Sample.vocabulary.utf8), "merges.txt": Data([0x61, 0x20, 0xff, 0x0a]),
            ],
            "cannot read '…/merges.txt': line 1 is not UTF-8 text"),
        Sample(
            data: ["vocab.json": Data(count: 1 << 24 + 1), "merges.txt": Data()],
            "cannot read '…/vocab.json': it is larger than 16 MiB"),
        Sample(
            json(#"{"type":"WordPiece","vocab":{}}"#),
            "expected 'BPE' for 'model.type' in 'tokenizer.json'; got 'WordPiece'"),
        Sample(
            json(#"{"type":"BPE","vocab":{},"merges":[]}"#),
            "expected '</w>' for 'model.end_of_word_suffix' in 'tokenizer.json'; got 'null'"),
        Sample(
            json(#"{"end_of_word_suffix":"</w>","unk_token":"[UNK]","vocab":{},"merges":[]}"#),
            "expected '<|endoftext|>' for 'model.unk_token' in 'tokenizer.json'; got '[UNK]'"),
        Sample(
            json(#"{"end_of_word_suffix":"</w>","vocab":\#(Sample.vocabulary),"merges":[["a"]]}"#),
            "expected two tokens in merge 1 of 'tokenizer.json'; got 'a'"),
        Sample(
            json(#"{"end_of_word_suffix":"</w>","vocab":\#(Sample.vocabulary),"merges":["a b","ab"]}"#),
            "expected two tokens in merge 2 of 'tokenizer.json'; got 'ab'"),
        Sample(
            json(
                #"{"end_of_word_suffix":"</w>","vocab":\#(Sample.vocabulary),"merges":[]}"#,
                added: #"[{"id":9,"content":"<|endoftext|>"}]"#),
            "token '<|endoftext|>' has two ids, 1 and 9"),
        Sample(
            json(
                #"{"end_of_word_suffix":"</w>","vocab":\#(Sample.vocabulary),"merges":[]}"#,
                added: #"[{"id":9,"content":"<m>","lstrip":true}]"#),
            "expected 'false' for 'lstrip' in 'tokenizer.json'; got 'true for <m>'"),
        Sample(
            json(
                #"{"end_of_word_suffix":"</w>","vocab":\#(Sample.vocabulary),"merges":[]}"#,
                added: "["
                    + (0...1_000).map { #"{"id":\#($0 + 9),"content":"<\#($0)>"}"# }.joined(separator: ",")
                    + "]"),
            "expected at most 1000 added tokens; got 1001"),
    ]

    @Test(arguments: samples)
    func badFilesAreRefused(_ sample: Sample) throws {
        let folder = try TokenizerParityTests.TemporaryFolder(sample.files)
        #expect(message(folder) == sample.message)
    }

    /// The wording of these is the JSON library's; the place is ours.
    @Test(arguments: [
        (["vocab.json": "[1]", "merges.txt": ""], "'vocab.json', at 'top level': "),
        (["vocab.json": #"{"a":"b"}"#, "merges.txt": ""], "'vocab.json', at 'a': "),
        (["vocab.json": #"{"a":1.5}"#, "merges.txt": ""], "'vocab.json'"),
        (["vocab.json": #"{"a":99999999999999999999}"#, "merges.txt": ""], "'vocab.json'"),
        (["tokenizer.json": "{}"], "'tokenizer.json', at 'top level': expected a key 'model'"),
        (["tokenizer.json": #"{"model":null}"#], "'tokenizer.json', at 'model': "),
        (
            ["tokenizer.json": #"{"model":{"end_of_word_suffix":"</w>","vocab":{},"merges":7}}"#],
            "'tokenizer.json', at 'model.merges': "
        ),
    ])
    func wrongJSONIsPlaced(_ files: [String: String], _ beginning: String) throws {
        let folder = try TokenizerParityTests.TemporaryFolder(files.mapValues { Data($0.utf8) })
        let message = TokenizerTests.message { try Tokenizer(folder: folder.path) }
        #expect(message.hasPrefix(beginning), "\(message)")
    }

    @Test func missingFilesAreNamed() throws {
        let folder = try TokenizerParityTests.TemporaryFolder(["vocab.json": Data("{}".utf8)])
        #expect(
            TokenizerTests.message { try Tokenizer(folder: folder.path) }
                == "expected 'vocab.json' with 'merges.txt', or 'tokenizer.json', in '\(folder.path)'")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/merges.txt", withIntermediateDirectories: true)
        #expect(
            message(folder)
                == "cannot read '…/merges.txt': it is a folder")
        try FileManager.default.removeItem(atPath: folder.path + "/vocab.json")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/vocab.json", withDestinationPath: "/dev/zero")
        #expect(
            message(folder)
                == "cannot read '…/vocab.json': it is not a regular file")
    }

    private func message(_ folder: TokenizerParityTests.TemporaryFolder) -> String {
        TokenizerTests.message { try Tokenizer(folder: folder.path) }
            .replacingOccurrences(of: folder.path, with: "…")
    }

    /// The same tokenizer from either file layout, and from merges without a version line or with CR LF.
    @Test func layoutsAgree() throws {
        let read = { try String(contentsOfFile: TokenizerParityTests.folder + "/" + $0, encoding: .utf8) }
        let (vocabulary, merges) = (try read("vocab.json"), try read("merges.txt"))
        let lines = merges.split(separator: "\n").dropFirst().map(String.init)
        let pairs = lines.map { $0.split(separator: " ").map(String.init) }
        func model(_ merges: Any) throws -> Data {
            let ids = try JSONSerialization.jsonObject(with: Data(vocabulary.utf8))
            return try JSONSerialization.data(withJSONObject: [
                "model": ["type": "BPE", "end_of_word_suffix": "</w>", "vocab": ids, "merges": merges]
                    as [String: Any]
            ])
        }
        let crlf = lines.joined(separator: "\r\n")
        let layouts: [[String: Data]] = [
            ["tokenizer.json": try model(lines)],
            ["tokenizer.json": try model(pairs)],
            ["vocab.json": Data(vocabulary.utf8), "merges.txt": Data(crlf.utf8)],
        ]
        let reference = try Tokenizer(folder: TokenizerParityTests.folder)
        let text = "Two photos of the <|endoftext|> zigzagged café's 737-800, <|STARTOFTEXT|>!"
        for layout in layouts {
            let folder = try TokenizerParityTests.TemporaryFolder(layout)
            let tokenizer = try Tokenizer(folder: folder.path)
            #expect(tokenizer.encode(text) == reference.encode(text))
            #expect(tokenizer.vocabularySize == reference.vocabularySize)
        }
    }

    /// Bytes of the fixture's files changed at random: an error or a tokenizer that works, no trap.
    @Test func mutatedFilesDoNotTrap() throws {
        let small = try Data(contentsOf: TokenizerParityTests.fixture("tokenizer_small.json")).prefix(2_200)
        let end = small.lastIndex(of: UInt8(ascii: "]")) ?? small.endIndex
        let json = small[..<end] + Data("]}}".utf8)
        let vocabulary = Data(Sample.vocabulary.utf8)
        var state: UInt64 = 11
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let punctuation = Array(#"{}[]",:0-9"#.utf8)
        func mutated(_ data: Data) -> Data {
            var bytes = Array(data)
            for _ in 0...next(3) where !bytes.isEmpty {
                let place = next(bytes.count)
                switch next(4) {
                case 0: bytes[place] = UInt8(next(256))
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(punctuation[next(punctuation.count)], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + next(40)))
                }
            }
            return Data(bytes)
        }
        for round in 0..<600 {
            let files =
                round % 2 == 0
                ? ["tokenizer.json": mutated(Data(json))]
                : [
                    "vocab.json": mutated(vocabulary),
                    "merges.txt": mutated(Data("#version: 0.2\na b\n".utf8)),
                ]
            let folder = try TokenizerParityTests.TemporaryFolder(files)
            if let tokenizer = try? Tokenizer(folder: folder.path) {
                #expect(tokenizer.encodeWithSpecials("abcab!").count >= 2)
            }
        }
    }
}
