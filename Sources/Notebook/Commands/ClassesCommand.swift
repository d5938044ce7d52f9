import CommandLanguage
import Datasets
import Files

/// `classes`, `classes load`, `classes set`.
enum ClassesCommand: NotebookCommand {
    static let verb = "classes"
    static let summary = "show, name or load class names"
    static let forms = [
        CommandForm(summary: "list the class names"),
        CommandForm(
            object: "load", parameters: [Parameter(name: "file", kind: .path)],
            summary: "read names, one a line"),
        CommandForm(
            object: "set", parameters: [Parameter(name: "name", kind: .text, count: .some)],
            summary: "give the names"),
    ]
    static let help = """
        With a data set loaded the names replace its own, in label order, so there must be as many.
        A name is what the text encoder reads: words a person would use. Underscores become spaces.

          classes set "tabby cat" dog "fire truck"
          classes load names.txt
          classes
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        switch call.form.object {
        case "load":
            let path = context.host.input(call.text("file") ?? "")
            let names = try call.locating("file") { try ClassList.read(path) }
            try call.locating("file") { try context.setDigest("data.names", ofFile: path) }
            try set(names, call, "file", &context)
        case "set":
            let names = call.texts("name")
            try call.locating("name") { try ClassList.check(names, file: "this statement") }
            try set(names, call, "name", &context)
        default: try list(&context)
        }
    }

    static func list(_ context: inout CommandContext) throws {
        let names = try context.requireClassNames()
        for (label, name) in names.enumerated() { context.say("\(label)  \(escapedForDisplay(name))") }
        report(names, &context)
    }

    private static func set(
        _ names: [String], _ call: Call, _ argument: String, _ context: inout CommandContext
    ) throws {
        if let data = context.state.data, data.classNames.count != names.count {
            throw call.failure(
                argument, "\(NotebookError.classCount(expected: data.classNames.count, got: names.count))")
        }
        context.state.classNames = names
        context.dropRuns()
        context.say("\(names.count) class names")
        context.warnOfRepeatedNames(names)
        report(names, &context)
    }

    private static func report(_ names: [String], _ context: inout CommandContext) {
        context.set("classes", .integer(names.count))
        context.set("names", .list(names.map { .text($0) }))
    }
}

extension CommandContext {
    /// Records which file a statement read, so that a replay with another one says so.
    ///
    /// - Throws: `FileError`.
    func setDigest(_ name: String, ofFile path: String) throws {
        set(name, .text("sha256:" + (try SHA256Digest.hex(ofFile: path))))
    }

    /// Says that two names are read alike, which is allowed and seldom meant.
    func warnOfRepeatedNames(_ names: [String]) {
        guard let (first, second) = ClassList.alike(names).first else { return }
        let what =
            first == second ? "'\(first)' names two classes" : "'\(first)' and '\(second)' are read alike"
        say("note: \(what); only the first can be predicted; 'classes set' gives other names")
    }
}
