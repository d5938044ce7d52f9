import Files
import Foundation
import Notebook

/// The file that an argument names: a path, or the name of a session that is kept.
func sessionPlace(_ argument: String) -> String {
    guard FileKind(argument) == nil, !argument.contains("/") else { return argument }
    let library = SessionLibrary.standard(environment: ProcessInfo.processInfo.environment)
    return library?.path(named: argument) ?? argument
}
