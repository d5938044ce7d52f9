/// Something that runs the points of a sweep.
public protocol SweepEngine {
    /// Starts the jobs of some points and follows them until all are at their end.
    ///
    /// - Parameters:
    ///   - progress: called now and then; what it throws leaves the sweep, and the engine says how.
    /// - Throws: `SweepError.engine`, or what `progress` throws.
    func run(_ points: [Int], of sweep: Sweep, progress: () throws -> Void) throws
}

/// The program that a job runs: `PROGRAM job FOLDER INDEX`.
public struct SweepProgram: Sendable {
    public var path: String
    /// Further options, such as `--threads 1`.
    public var options: [String]

    public init(path: String, options: [String]) {
        (self.path, self.options) = (path, options)
    }
}
