/// What can go wrong in this library.
public enum TensorsError: Error, Equatable, CustomStringConvertible {
    /// A kernel level that is no level's name.
    case unknownKernelLevel(String)
    /// A kernel level that this processor lacks.
    case unavailableKernelLevel(KernelLevel)
    /// A file that breaks the safetensors format.
    case malformed(path: String, reason: String)
    /// A tensor that the file does not have.
    case missingTensor(name: String, path: String)
    /// A tensor of another shape than the caller needs.
    case shapeMismatch(name: String, path: String, expected: [Int], got: [Int])
    /// A tensor of another element type than the caller can read.
    case elementType(name: String, path: String, expected: String, got: String)
    /// A tensor that a writer cannot take.
    case unwritable(name: String, reason: String)

    public var description: String {
        switch self {
        case .unknownKernelLevel(let name):
            "expected scalar, avx2, avx512 or neon as kernel level; got '\(name)'"
        case .unavailableKernelLevel(let level):
            "expected a kernel level of this processor; got '\(level)'"
        case .malformed(let path, let reason):
            "expected a safetensors file in '\(path)'; \(reason)"
        case .missingTensor(let name, let path):
            "missing tensor '\(name)' in '\(path)'"
        case .shapeMismatch(let name, let path, let expected, let got):
            "expected shape \(expected) of '\(name)' in '\(path)'; got \(got)"
        case .elementType(let name, let path, let expected, let got):
            "expected \(expected) elements of '\(name)' in '\(path)'; got \(got)"
        case .unwritable(let name, let reason):
            "cannot write tensor '\(name)': \(reason)"
        }
    }
}
