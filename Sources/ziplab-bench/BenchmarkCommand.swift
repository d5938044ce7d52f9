import ArgumentParser
import CLIPEngine
import Foundation
import Tensors

/// Figures beside yardsticks, each a ratio taken in one run: `make bench`.
@main
struct BenchmarkCommand: ParsableCommand {
    /// What can be measured.
    enum Section: String, CaseIterable, ExpressibleByArgument {
        case program, kernels, oracle, scaling, images, step, search
    }

    static let configuration = CommandConfiguration(
        commandName: "ziplab-bench",
        abstract: "Measure ziplab beside yardsticks.",
        discussion: """
            Every figure is min–median–max of its repetitions; a ratio compares two pieces of work run in turn.
            'ziplab model random vit-b-16 FOLDER' writes a model of published size to measure.
            """)

    @Argument(
        help:
            "What to measure: \(Section.allCases.map(\.rawValue).joined(separator: ", ")); all of it unless named."
    )
    var sections: [Section] = []

    @Option(help: "Model folder.")
    var model = "Assets/Model"

    @Option(help: "Classes of the oracle, up to 1000.")
    var classes = 100

    @Option(help: "Folder of a data set, for the images of a step.")
    var data = "Assets/Data/stamps"

    @Option(help: "Repetitions of each measurement.")
    var repetitions = 7

    @Option(help: "Library of the kernels' yardstick.")
    var openblas = "libopenblas.so.0"

    mutating func validate() throws {
        guard (1...1000).contains(classes) else {
            throw ValidationError("expected 1 to 1000 for '--classes'; got \(classes)")
        }
        guard (1...1000).contains(repetitions) else {
            throw ValidationError("expected 1 to 1000 for '--repetitions'; got \(repetitions)")
        }
    }

    mutating func run() throws {
        let sections = sections.isEmpty ? Section.allCases : sections
        print(
            "\(Parallel.threads) threads, kernels \(KernelLevel.current); min–median–max of \(repetitions) repetitions"
        )
        // First, while this process is small: a child's largest resident set begins with its parent's.
        if sections.contains(.program) { ProgramBenchmark(model: model).run() }
        if sections.contains(.kernels) {
            KernelBenchmark(openBLAS: openblas, repetitions: repetitions).run()
        }
        guard !Set(sections).isDisjoint(with: [.oracle, .scaling, .step, .search, .images]) else { return }
        let model = try CLIPModel(folder: model)
        heading("model of \(model.parameterCount) weights, \(self.model)")
        let oracle = OracleBenchmark(model: model, repetitions: repetitions)
        if sections.contains(.oracle) { try oracle.run(classCount: classes) }
        if sections.contains(.scaling) { try oracle.runScaling() }
        if sections.contains(.images) { ImageBenchmark(model: model, repetitions: repetitions).run() }
        if sections.contains(.step) {
            try StepBenchmark(model: model, data: data, repetitions: repetitions).run(classCount: classes)
        }
        if sections.contains(.search) {
            try SearchBenchmark(model: model, data: data).run(classCount: classes)
        }
    }
}
