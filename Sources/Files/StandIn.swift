/// What often lies in the place of a file that was never fetched.
public enum StandIn {
    /// Says what some bytes from the start of a file are, where they are no content of their own; nil where nothing is known.
    public static func reason(_ start: some Collection<UInt8>) -> String? {
        let text = String(decoding: start.prefix(512), as: UTF8.self)
        if text.hasPrefix("version https://git-lfs.github.com/spec/") {
            return "it is a Git LFS pointer and not the file itself; 'git lfs pull' fetches that"
        }
        let words = text.drop(while: { $0.isWhitespace }).prefix(16).lowercased()
        if ["<!doctype html", "<html", "<?xml", "<head"].contains(where: words.hasPrefix) {
            return "it is a web page and not the file itself; the download did not work"
        }
        return nil
    }
}
