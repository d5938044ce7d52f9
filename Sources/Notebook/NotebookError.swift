import PromptTuning

/// Why a statement failed, where no lower floor says it.
enum NotebookError: Error, Equatable {
    /// A file that a session is to be recorded to has something in it.
    case taken(path: String, isTranscript: Bool)
    /// What a replayed session may not do.
    case untrusted(String)
    /// A replay that needs the answers kept beside a session.
    case noJournal(String)
    /// A session that is to be taken up further than it goes.
    case tooFewStatements(String, Int)
    case missing(what: String, how: String)
    case tooDeep(limit: Int)
    case noCheckpoint(name: String)
    case nothingToUndo
    case classCount(expected: Int, got: Int)
    case noRun(name: String)
    case noHelp(String)
    case sheetTooLarge(classes: Int, perClass: Int, side: Int)
}

extension NotebookError: CustomStringConvertible {
    var description: String {
        switch self {
        case .taken(let path, let isTranscript):
            isTranscript
                ? "'\(path)' is a session already: 'ziplab resume' goes on with it, '--force' begins it anew"
                : "'\(path)' is there already and no transcript: a session is not recorded over it"
        case .untrusted(let what): "a replayed session may not have \(what): '--trust' lets it"
        case .noJournal(let path):
            "no answers in '\(path)': '--record' keeps them beside a session, and '--resync' needs them"
        case .tooFewStatements(let path, let count):
            "'\(path)' has \(DisplayNumber.count(count, "whole statement"))"
        case .missing(let what, let how): "no \(what) yet; \(how)"
        case .tooDeep(let limit): "more than \(limit) files source each other"
        case .noCheckpoint(let name): "no checkpoint '\(name)'"
        case .nothingToUndo: "nothing to undo"
        case .classCount(let expected, let got):
            "expected \(expected) class names, as many as the data set has; got \(got)"
        case .noRun(let name): "no run '\(name)'"
        case .noHelp(let topic): "no help on '\(topic)'"
        case .sheetTooLarge(let classes, let perClass, let side):
            "a sheet with \(DisplayNumber.count(classes, "class", "classes")) of "
                + "\(DisplayNumber.count(perClass, "image")) would be larger than \(side)x\(side) pixels"
        }
    }
}
