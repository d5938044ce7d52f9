import BlackBox
import PromptTuning

/// `cache`, `cache clear`: image features on disk.
enum CacheCommand: NotebookCommand {
    static let verb = "cache"
    static let summary = "show or clear the image features on disk"
    static let forms = [
        CommandForm(summary: "folder, files and bytes"),
        CommandForm(object: "clear", summary: "remove all of them"),
    ]
    static let help = """
        Encoding images with a large model takes a while: ViT-B/16 does some ten a second on two cores. Their
        features are therefore kept in $XDG_CACHE_HOME/ziplab (~/.cache/ziplab), by the digests of the model's
        files and of the image, and used again by every later session, replay and job; several programs at
        once share the work. Each file is checked by its digest when it is read, and made again where it is
        damaged. Results are the same to the last bit with and without it.

        The program's option --cache-limit says how many megabytes are kept (4096), the least recently used
        go first; --no-cache neither reads nor writes. Small models such as the embedded one are not kept.

          cache
          cache clear
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        guard let cache = context.host.featureCache else {
            context.say("no cache: the features of this session stay in memory")
            return
        }
        guard call.form.object == "clear" else {
            let (models, files, bytes) = cache.contents()
            context.say(cache.folder)
            context.say(
                "\(DisplayNumber.count(files, "file")) of \(DisplayNumber.count(models, "model")), \(megabytes(bytes)) of "
                    + "\(megabytes(cache.limit))")
            return
        }
        // A stranger's session is no reason to lose hours of work.
        guard context.host.outputFolder == nil else {
            context.say("left as it is during a replay")
            return
        }
        let bytes = cache.contents().bytes
        cache.clear()
        context.say("\(megabytes(bytes)) removed")
    }

    private static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return tenths >= 1000 ? "\(tenths / 10) MB" : "\(tenths / 10).\(tenths % 10) MB"
    }
}
