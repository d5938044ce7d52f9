import Foundation

extension Process {
    /// Starts a program that reads nothing.
    ///
    /// - Parameter name: what messages call it.
    /// - Throws: `SweepError.engine`.
    func launch(_ name: String) throws {
        standardInput = FileHandle.nullDevice
        do {
            try run()
        } catch {
            throw SweepError.engine("'\(name)' does not start: \(error.localizedDescription)")
        }
    }
}
