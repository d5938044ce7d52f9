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
    }

    /// The folder with the `models--…` folders.
    public let folder: String

    /// Finds the cache as the tools do: `HF_HUB_CACHE`, its old name `HUGGINGFACE_HUB_CACHE`, `HF_HOME`,
    /// `XDG_CACHE_HOME`, the home folder.
    public init(environment: [String: String]) {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        func variable(_ name: String) -> String? {
            guard let value = environment[name], !value.isEmpty else { return nil }
            return value == "~" || value.hasPrefix("~/") ? home + value.dropFirst() : value
        }
        folder =
            variable("HF_HUB_CACHE") ?? variable("HUGGINGFACE_HUB_CACHE")
            ?? variable("HF_HOME").map { $0 + "/hub" }
            ?? (variable("XDG_CACHE_HOME") ?? home + "/.cache") + "/huggingface/hub"
    }

    /// Whether a text has the form of a model's name, `organization/name`, perhaps with `@revision`.
    public static func isModelName(_ text: String) -> Bool {
        let (name, revision) = parts(text)
        let words = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return words.count == 2 && words.allSatisfy { String(Substring($0)).isPlainFileName }
            && revision.split(separator: "/", omittingEmptySubsequences: false)
                .allSatisfy { String($0).isPlainFileName }
    }

    private static func parts(_ text: String) -> (name: String, revision: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        return (parts[0], parts.count == 2 ? parts[1] : "main")
    }

    /// The snapshot of a model at a revision (a branch, a tag, `refs/pr/1`, a commit; `main` where none is given), nil
    /// where the cache does not have the model.
    ///
    /// - Throws: `CLIPError.unreadable` where the cache does not have the revision.
    public func snapshot(of text: String) throws -> Snapshot? {
        let (name, revision) = Self.parts(text)
        let model = folder + "/models--" + name.split(separator: "/").joined(separator: "--")
        let snapshots = model + "/snapshots"
        guard FileKind(model) != nil else { return nil }
        let reference = model + "/refs/" + revision
        if FileKind(reference) == .file {
            let commit = try Self.revision(reference)
            guard FileKind("\(snapshots)/\(commit)") != nil else {
                throw CLIPError.unreadable(
                    path: "\(snapshots)/\(commit)",
                    reason: "no such folder, though 'refs/\(revision)' names it")
            }
            return Snapshot(folder: "\(snapshots)/\(commit)", revision: commit)
        }
        if FileKind("\(snapshots)/\(revision)") == .folder {
            return Snapshot(folder: "\(snapshots)/\(revision)", revision: revision)
        }
        let found = ((try? Folder.list(snapshots).names) ?? []).filter(\.isPlainFileName)
        throw CLIPError.unreadable(
            path: snapshots,
            reason: found.isEmpty
                ? "no snapshot in it"
                : "no revision '\(revision)' in it; '\(name)@\(found[0])' names one"
                    + (found.count > 1 ? " of \(found.count)" : ""))
    }

    /// The one word of a file in `refs`.
    private static func revision(_ path: String) throws -> String {
        let text = String(decoding: try ReadOnlyFile.bytes(path, limit: 256), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
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
