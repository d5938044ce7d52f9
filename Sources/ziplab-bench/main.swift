import CLIPEngine
import Foundation
import Tensors

// Figures beside yardsticks, each a ratio taken in one run: `make bench`.
// ziplab-bench [MODEL_FOLDER [CLASSES]]
let arguments = CommandLine.arguments.dropFirst()
let folder = arguments.first ?? "Assets/Model"
let classCount = arguments.dropFirst().first.flatMap(Int.init) ?? 10

do {
    print("threads \(Parallel.threads), kernels \(KernelLevel.current)")
    print("min – median – max of the repetitions")
    print()
    if arguments.count < 3 { try KernelBenchmark.run() }
    print()
    try OracleBenchmark(folder: folder, classCount: max(1, min(classCount, 1000))).run()
} catch {
    FileHandle.standardError.write(Data("ziplab-bench: error: \(error)\n".utf8))
    exit(1)
}
