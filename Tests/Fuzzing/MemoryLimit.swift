import Foundation

/// Limits of the memory of this process, for a child process that a test starts.
public enum MemoryLimit {
    /// Whether the program was built with AddressSanitizer, which reserves terabytes and has its own limit.
    public static let isSanitized = dlsym(nil, "__asan_init") != nil

    /// Lets the process reserve this many bytes more than it has; reserving beyond that fails.
    public static func allow(bytesMore: Int) -> Bool {
        guard
            let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
                .split(separator: " ").first.flatMap({ Int($0) })
        else { return false }
        let bytes = rlim_t(pages * Int(sysconf(Int32(_SC_PAGESIZE))) + bytesMore)
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        return setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
    }
}
