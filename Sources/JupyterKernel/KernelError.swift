import Files

/// Why a kernel cannot run or be installed.
public enum KernelError: Error, Equatable, CustomStringConvertible {
    /// A connection file that does not say how to connect.
    case connection(path: String, problem: String)
    /// A socket that cannot be opened or used; the reason is the library's.
    case socket(String, address: String?)
    /// No folder for kernels is known.
    case noHome

    public var description: String {
        switch self {
        case .connection(let path, let problem):
            "cannot read '\(escapedForDisplay(path))': \(problem)"
        case .socket(let reason, let address?):
            "cannot listen at '\(escapedForDisplay(address))': \(reason)"
        case .socket(let reason, nil): "ZeroMQ failed: \(reason)"
        case .noHome:
            "no folder for kernels is known: 'HOME' is not set; name one with '--prefix'"
        }
    }
}
