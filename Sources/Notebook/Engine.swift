import CLIPEngine
import Tensors

/// Choices about how numbers are computed, never about which numbers come out.
public enum Engine {
    /// Sets threads and kernels.
    ///
    /// - Parameter threads: nil for one a core.
    /// - Throws: `TensorsError` when `ZIPLAB_KERNELS` names kernels that this machine does not have.
    public static func configure(threads: Int?, environment: [String: String]) throws {
        try KernelLevel.configure(environment: environment)
        if let threads { Parallel.threads = threads }
    }
}
