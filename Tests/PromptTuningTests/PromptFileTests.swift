import BlackBox
import Foundation
import PromptTuning
import Tensors
import TestData
import Testing

@Suite struct PromptFileTests {
    @Test func aSavedContextComesBackWithTheSameBits() throws {
        let world = try World.tiny()
        var run = try world.small()
        for _ in 0..<3 { try run.step() }
        let bytes = try PromptFile.serialized(run, modelDigest: "abc", version: "1.2.3")
        let context = try PromptFile.context(path: try world.write("prompt.safetensors", bytes), width: 24)
        #expect(context == run.context && context.rows == 4 && context.columns == 24)
        let trace = try PlainTrace(bytes)
        #expect(trace.shape("context") == [4, 24])
        #expect(try trace.floats("parameters") == run.method.parameters.map(Double.init))
        #expect(
            trace.metadata == [
                "method": "zip", "model_sha256": "abc", "queries": "30", "step": "3",
                "ziplab_version": "1.2.3",
            ])
        // A run that starts from it has the same losses at its start.
        #expect(try world.run(ZIPMethod.self, World.small, initial: context).context == context)
    }

    @Test func filesThatAreNoPrompt() throws {
        let data = try TemporaryData()
        func said(_ fill: (inout SafeTensorsWriter) throws -> Void) throws -> String {
            var writer = SafeTensorsWriter()
            try fill(&writer)
            try data.write("prompt.safetensors", writer.serialized())
            return message { _ = try PromptFile.context(path: data.path + "/prompt.safetensors", width: 24) }
                .replacingOccurrences(of: data.path, with: "…")
        }
        let expected = "cannot start from '…/prompt.safetensors': expected a tensor 'context' of width 24"
        #expect(try said { _ in } == expected)
        #expect(
            try said { try $0.add("context", shape: [24], floats: [Float](repeating: 0, count: 24)) }
                == expected)
        #expect(
            try said { try $0.add("context", shape: [2, 12], floats: [Float](repeating: 0, count: 24)) }
                == expected)
        #expect(try said { try $0.add("context", shape: [0, 24], floats: []) } == expected)
        #expect(
            try said { try $0.add("context", shape: [1, 24], floats: [Float](repeating: .nan, count: 24)) }
                == "cannot start from '…/prompt.safetensors': its context has values that are not finite")
        #expect(
            try said { try $0.add("context", shape: [1, 24], int32s: [Int32](repeating: 0, count: 24)) }
                == "expected F32, F16 or BF16 elements of 'context' in '…/prompt.safetensors'; got I32")
    }
}
