import Notebook
import Tensors
import Testing

/// The same bits whatever the number of threads and whatever the kernels.
@Suite(.serialized) struct DeterminismTests {
    @Test func threadsAndKernels() throws {
        let level = KernelLevel.current
        defer { try? KernelLevel.select(level) }
        var first: [String]?
        for level in KernelLevel.available {
            for threads in 1...3 {
                try Engine.configure(threads: threads, environment: ["ZIPLAB_KERNELS": level.rawValue])
                #expect(KernelLevel.current == level)
                let fixture = try Fixture()
                let notebook = try fixture.notebook(
                    smallPrompt + """

                        run --eval-every 50 --split test
                        zeroshot "a {}" "the {}" --split train
                        classify data/cat/100.png data/dog/101.png
                        probe
                        anchors --contexts 3 --batch 20
                        plot accuracy
                        plot images --split test
                        """)
                let values = notebook.transcript.split(separator: "\n").map(String.init)
                    .filter { $0.hasPrefix("= ") || $0.hasPrefix("@plot ") }
                #expect(values == first ?? values, "\(level), \(threads) threads")
                first = values
            }
        }
    }

    @Test func unknownKernels() {
        let error = #expect(throws: TensorsError.self) {
            try Engine.configure(threads: nil, environment: ["ZIPLAB_KERNELS": "fast"])
        }
        #expect(error?.description == "expected scalar, avx2, avx512 or neon as kernel level; got 'fast'")
    }
}
