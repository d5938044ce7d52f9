import Foundation

/// How the program ends when it does not simply reach its end.
enum ExitStatus: Error {
    case statementFailed
    case usage(ended: Bool)
    case mismatch
    case otherModelOrData
    case interrupted

    var code: Int32 {
        switch self {
        case .statementFailed: 1
        case .usage(let ended): ended ? 0 : 2
        case .mismatch: 3
        case .otherModelOrData: 4
        case .interrupted: 130
        }
    }

    func leave() -> Never {
        exit(code)
    }
}
