import Files
import Foundation

/// The models that Hugging Face's tools have put on this machine; nothing is ever fetched.
///
/// Source: the layout of `huggingface_hub`, `models--ORG--NAME/{refs,snapshots}`.
public struct HuggingFaceCache: Sendable {
    /// One version of a model.
    public struct Snapshot: Sendable, Equatable {
        public let folder: String
        public let revision: String
        /// Other versions among which this one was picked, where nothing says which is the main one.
        public let others: [String]
    }

    /// The folder with the `models--…` folders.
    public let folder: String

    /// Finds the cache as the tools do: `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, the home folder.
    public init(environment: [String: String]) {
        let home = environment["HOME"] ?? NSHomeDirectory()
        func variable(_ name: String) -> String? {
            guard let value = environment[name], !value.isEmpty else { return nil }
            return value == "~" || value.hasPrefix("~/") ? home + value.dropFirst() : value
        }
        folder =
            variable("HF_HUB_CACHE") ?? variable("HF_HOME").map { $0 + "/hub" }
            ?? (variable("XDG_CACHE_HOME") ?? home + "/.cache") + "/huggingface/hub"
    }

    /// Whether a text has the form of a model's name, `organization/name`.
    public static func isModelName(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { String(Substring($0)).isPlainFileName }
    }

    /// The snapshot of a model, nil where the cache does not have the model.
    ///
    /// - Throws: `CLIPError.unreadable` where the model's folder does not say which snapshot to take.
    public func snapshot(of name: String) throws -> Snapshot? {
        let model = folder + "/models--" + name.split(separator: "/").joined(separator: "--")
        let snapshots = model + "/snapshots"
        func exists(_ path: String) -> Bool { FileKind(path) != nil }
        guard exists(model) else { return nil }
        if exists(model + "/refs/main") {
            let revision = try Self.revision(model + "/refs/main")
            guard exists("\(snapshots)/\(revision)") else {
                throw CLIPError.unreadable(
                    path: "\(snapshots)/\(revision)", reason: "no such folder, though 'refs/main' names it")
            }
            return Snapshot(folder: "\(snapshots)/\(revision)", revision: revision, others: [])
        }
        let found = ((try? FileManager.default.contentsOfDirectory(atPath: snapshots)) ?? [])
            .filter(\.isPlainFileName).sorted()
        guard let newest = found.last else {
            throw CLIPError.unreadable(path: snapshots, reason: "no snapshot in it")
        }
        return Snapshot(folder: "\(snapshots)/\(newest)", revision: newest, others: found.dropLast())
    }

    /// The one word of a file in `refs`.
    private static func revision(_ path: String) throws -> String {
        let bytes = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: 256) } ?? Data()
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.isPlainFileName, text.utf8.count < 256 else {
            throw CLIPError.unreadable(path: path, reason: "not the name of a snapshot")
        }
        return text
    }
}

extension String {
    /// Whether this is made of letters, digits, dots, dashes and underlines and does not begin with a dot.
    var isPlainFileName: Bool {
        !isEmpty && !hasPrefix(".")
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
