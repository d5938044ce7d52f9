import Foundation

/// Reading the files of a model folder.
extension Tokenizer {
    /// Files beyond this size are refused, for reading takes some twenty times as much memory; OpenAI's largest
    /// has about 3.5 MB.
    static let largestFile = 1 << 24

    /// Reads `vocab.json` and `merges.txt` of a model folder, or its `tokenizer.json` where one is absent.
    ///
    /// Throws `TokenizerError` for files that are missing, malformed or not CLIP's.
    public init(folder: String) throws {
        let base = URL(fileURLWithPath: folder, isDirectory: true)
        func path(_ name: String) -> String? {
            let path = base.appendingPathComponent(name).path
            return FileManager.default.fileExists(atPath: path) ? path : nil
        }
        if let vocabulary = path("vocab.json"), let merges = path("merges.txt") {
            try self.init(
                vocabulary: Self.contents(of: vocabulary).decoded(as: [String: Int].self),
                merges: Self.merges(inText: Self.contents(of: merges)))
        } else if let file = path("tokenizer.json") {
            let contents = try Self.contents(of: file).decoded(as: TokenizerJSON.self)
            try self.init(
                vocabulary: contents.model.vocabulary, merges: contents.model.merges,
                addedTokens: contents.addedTokens.map(\.token))
        } else {
            throw TokenizerError.noTokenizer(folder: folder)
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
        let name = (path as NSString).lastPathComponent
        let data: Data
        do {
            // Only a plain file has an end: a pipe or a device could be read for ever.
            let attributes = try FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw TokenizerError.unreadable(file: name, reason: "not a plain file")
            }
            let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
            guard size <= largestFile else {
                throw TokenizerError.tooLarge(file: name, bytes: size, limit: largestFile)
            }
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as TokenizerError {
            throw error
        } catch {
            throw TokenizerError.unreadable(file: name, reason: error.localizedDescription)
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw TokenizerError.notUTF8(file: name)
        }
        return TokenizerFile(name: name, text: text)
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
            throw TokenizerError.notJSON(file: name, reason: "malformed or nested too deeply")
        }
    }

    private func wrong(_ context: DecodingError.Context, _ reason: String) -> TokenizerError {
        let place = context.codingPath.map(\.stringValue).joined(separator: ".")
        return .wrongJSON(file: name, place: place.isEmpty ? "top level" : place, reason: reason)
    }
}
