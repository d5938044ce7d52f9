import Tensors
import Testing

struct KernelLevelTests {
    @Test func `an environment without the variable changes nothing`() throws {
        try KernelLevel.configure(environment: ["PATH": "/bin"])
    }

    @Test func `an unknown level is refused by name`() {
        let error = #expect(throws: TensorsError.self) {
            try KernelLevel.configure(environment: ["ZIPLAB_KERNELS": "AVX"])
        }
        #expect(error?.description == "expected scalar, avx2, avx512 or neon as kernel level; got 'AVX'")
    }

    @Test func `a level of another processor is refused`() {
        for level in KernelLevel.allCases where !KernelLevel.available.contains(level) {
            let error = #expect(throws: TensorsError.self) {
                try KernelLevel.configure(environment: ["ZIPLAB_KERNELS": level.rawValue])
            }
            #expect(
                error?.description == "expected a kernel level of this processor; got '\(level)'")
        }
    }

    @Test func `every available level can be selected`() throws {
        #expect(KernelLevel.available.contains(.scalar))
        for (level, current) in try atEachLevel({ KernelLevel.current }) {
            #expect(current == level)
        }
    }
}
