import CKernels

/// An instruction set of the float kernels; every level gives the same bits.
public enum KernelLevel: String, Sendable, CaseIterable, CustomStringConvertible {
    case scalar
    case avx2
    case avx512
    case neon

    public var description: String { rawValue }

    /// Floats that one vector register holds.
    public var lanes: Int {
        switch self {
        case .scalar: 1
        case .avx2: 8
        case .avx512: 16
        case .neon: 4
        }
    }

    /// The environment variable that names a level.
    public static let environmentVariable = "ZIPLAB_KERNELS"

    /// The level in use.
    ///
    /// Before any choice it is the one named by `ZIPLAB_KERNELS` where this processor has it, else the best
    /// one; the variable is read once, at the first use of a kernel.
    public static var current: KernelLevel {
        switch Int(zl_kernels_level()) {
        case ZL_LEVEL_AVX2: .avx2
        case ZL_LEVEL_AVX512: .avx512
        case ZL_LEVEL_NEON: .neon
        default: .scalar
        }
    }

    /// The levels of this processor.
    public static var available: [KernelLevel] {
        allCases.filter { zl_kernels_has_level($0.code) }
    }

    /// Switches all threads to a level.
    ///
    /// Throws `TensorsError.unavailableKernelLevel` where the processor lacks it.
    public static func select(_ level: KernelLevel) throws {
        guard zl_kernels_set_level(level.code) else {
            throw TensorsError.unavailableKernelLevel(level)
        }
    }

    /// Selects the level that an environment names; does nothing where it names none.
    ///
    /// Throws where `ZIPLAB_KERNELS` is no level's name or not a level of this processor.
    public static func configure(environment: [String: String]) throws {
        guard let name = environment[environmentVariable] else { return }
        guard let level = KernelLevel(rawValue: name) else {
            throw TensorsError.unknownKernelLevel(name)
        }
        try select(level)
    }

    private var code: Int32 {
        switch self {
        case .scalar: Int32(ZL_LEVEL_SCALAR)
        case .avx2: Int32(ZL_LEVEL_AVX2)
        case .avx512: Int32(ZL_LEVEL_AVX512)
        case .neon: Int32(ZL_LEVEL_NEON)
        }
    }
}
