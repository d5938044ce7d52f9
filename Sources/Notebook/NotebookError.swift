import Foundation
import PromptTuning

/// Why a statement failed, where no lower floor says it.
enum NotebookError: Error, Equatable {
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
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
        case .cannotRead(let path, let reason): "cannot read '\(path)': \(reason)"
        case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
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

    /// A file error in plain words.
    static func reason(of error: any Error) -> String {
        let error = error as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
        if let code = (underlying?.domain == NSPOSIXErrorDomain ? underlying : error).map({ $0 }),
            code.domain == NSPOSIXErrorDomain
        {
            return POSIXErrorCode(rawValue: Int32(code.code)).map { reason(of: $0) }
                ?? "system error \(code.code)"
        }
        switch CocoaError.Code(rawValue: error.code) {
        case .fileWriteOutOfSpace: return "no space left on the disk"
        case .fileWriteNoPermission, .fileReadNoPermission: return "permission denied"
        case .fileNoSuchFile, .fileReadNoSuchFile: return "no such file or folder"
        case .fileWriteUnknown: return "the system did not take the whole file"
        case .fileWriteVolumeReadOnly: return "the disk is read-only"
        default: return error.localizedDescription
        }
    }

    private static func reason(of code: POSIXErrorCode) -> String {
        switch code {
        case .ENOSPC, .EDQUOT: "no space left on the disk"
        case .EACCES, .EPERM: "permission denied"
        case .ENOENT, .ENOTDIR: "no such folder"
        case .EFBIG: "the file would be larger than allowed"
        case .EROFS: "the disk is read-only"
        case .EISDIR: "it is a folder"
        default: "system error \(code.rawValue)"
        }
    }
}

/// A file error in plain words.
public func systemReason(of error: any Error) -> String { NotebookError.reason(of: error) }
