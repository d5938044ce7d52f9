import Files
import Foundation

/// Reading the files of a model folder.
extension Tokenizer {
    /// Files beyond this size are refused, for reading takes some twenty times as much memory; OpenAI's largest
    /// has about 3.5 MB.
    static let largestFile = 1 << 24

    /// Reads `vocab.json` and `merges.txt` of a model folder, or its `tokenizer.json` where one is absent.
    ///
    /// Throws `FileError`, and `TokenizerError` for files that are missing, malformed or not CLIP's.
    public init(folder: String) throws {
        func path(_ name: String) -> String? {
            let path = folder + "/" + name
            return FileKind(path) == nil ? nil : path
        }
        if let vocabulary = path("vocab.json"), let merges = path("merges.txt") {
            try self.init(
                vocabulary: Self.contents(of: vocabulary).decoded(as: [String: Int].self),
                merges: Self.merges(inText: Self.contents(of: merges)),
                addedTokens: Self.addedTokens(folder: folder))
        } else if let file = path("tokenizer.json") {
            let contents = try Self.contents(of: file).decoded(as: TokenizerJSON.self)
            try self.init(
                vocabulary: contents.model.vocabulary, merges: contents.model.merges,
                addedTokens: contents.addedTokens.map(\.token))
        } else {
            throw TokenizerError.noTokenizer(folder: folder)
        }
    }

    /// Files that add tokens to `vocab.json`, those that are there.
    static func addedTokenFiles(folder: String) -> [String] {
        [TokenizerJSON.name, AddedTokenFiles.settings, AddedTokenFiles.legacy]
            .filter { FileKind(folder + "/" + $0) != nil }
    }

    /// Tokens beside those of `vocab.json`, as transformers finds them: those of `tokenizer.json`, and those of
    /// `tokenizer_config.json` or, where it names none, of `added_tokens.json`.
    private static func addedTokens(folder: String) throws -> [AddedToken] {
        let files = addedTokenFiles(folder: folder)
        func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value? {
            guard files.contains(name) else { return nil }
            return try contents(of: folder + "/" + name).decoded(as: type)
        }
        var tokens = try read(TokenizerJSON.name, as: AddedTokenFiles.List.self)?.tokens ?? []
        if let set = try read(AddedTokenFiles.settings, as: AddedTokenFiles.Settings.self)?.tokens {
            tokens += set
        } else if let legacy = try read(AddedTokenFiles.legacy, as: [String: Int].self) {
            tokens += legacy.map { content, id in
                // Only the two tokens that every text has are special there.
                let isSpecial = content == startOfTextToken || content == endOfTextToken
                return AddedToken(content: content, id: id, isNormalized: !isSpecial, isSpecial: isSpecial)
            }
        }
        var ids: [String: Int] = [:]
        return try tokens.sorted { ($0.id, $0.content) < ($1.id, $1.content) }.filter { token in
            if let id = ids[token.content], id != token.id {
                throw TokenizerError.twoIDs(token: token.content, ids: (id, token.id))
            }
            return ids.updateValue(token.id, forKey: token.content) == nil
        }
    }

    /// One merge a line, its parts parted by a space; a first line `#version …` is left out.
    static func merges(inText file: TokenizerFile) throws -> [(String, String)] {
        var lines = file.text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)[...]
        if lines.first?.starts(with: "#version".utf8) == true { lines.removeFirst() }
        var merges: [(String, String)] = []
        for line in lines {
            let line = line.last == 0x0d ? line.dropLast() : line
            if line.isEmpty { continue }
            merges.append(try pair(String(Substring(line)), number: merges.count + 1, file: file.name))
        }
        return merges
    }

    /// The two parts of a merge written as `"a b"`.
    static func pair(_ text: String, number: Int, file: String) throws -> (String, String) {
        let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw TokenizerError.malformedMerge(file: file, number: number, text: text)
        }
        return (String(Substring(parts[0])), String(Substring(parts[1])))
    }

    private static func contents(of path: String) throws -> TokenizerFile {
        TokenizerFile(name: Folder.name(path), text: try ReadOnlyFile.text(path, limit: largestFile))
    }
}

/// The text of a tokenizer's file, with the name that errors give it.
struct TokenizerFile {
    let name: String
    let text: String

    /// Decodes the text as JSON; errors name the place.
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as TokenizerError {
            throw error
        } catch DecodingError.typeMismatch(_, let context) {
            throw wrong(context, context.debugDescription)
        } catch DecodingError.valueNotFound(_, let context) {
            throw wrong(context, "expected a value, got null")
        } catch DecodingError.keyNotFound(let key, let context) {
            throw wrong(context, "expected a key '\(key.stringValue)'")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw wrong(context, context.debugDescription)
        } catch {
            throw TokenizerError.notJSON(
                file: name, reason: StandIn.reason(text.utf8) ?? "malformed or nested too deeply")
        }
    }

    private func wrong(_ context: DecodingError.Context, _ reason: String) -> TokenizerError {
        let place = context.codingPath.map(\.stringValue).joined(separator: ".")
        return .wrongJSON(file: name, place: place.isEmpty ? "top level" : place, reason: reason)
    }
}
