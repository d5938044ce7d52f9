import Foundation
import Notebook
import PromptTuning
import Tensors
import Testing

/// `prompt save` and `prompt load` of a context a class.
@Suite struct ClassContextTests {
    private static let load = "prompt load p.safetensors --method gauss-newton --contexts class --budget 60"

    /// Three classes with tuned contexts, saved; and their file.
    private static func saved(
        _ options: String = "--head none"
    ) throws -> (Fixture, Notebook, names: [String], contexts: [Matrix]) {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            """
            model load
            data load data --shots 4
            prompt new --method gauss-newton --contexts class --tokens 2 --budget 60 \(options)
            step 2
            prompt save p.safetensors
            """)
        let path = fixture.folder + "/p.safetensors"
        guard case .ofClasses(let names, let contexts) = try PromptFile.contexts(path: path, width: 64) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return (fixture, notebook, names, contexts)
    }

    /// The contexts that a new save writes, in the present order of classes.
    private static func again(_ fixture: Fixture, _ notebook: Notebook) throws -> [[Float]] {
        #expect(try notebook.run("prompt save q.safetensors").last?.word == "ok")
        let file = try SafeTensorsFile(path: fixture.folder + "/q.safetensors")
        let shape = try #require(file.entry("class_contexts")?.shape)
        let values = try file.floats("class_contexts", shape: shape)
        let size = shape[1] * shape[2]
        return (0..<shape[0]).map { Array(values[($0 * size)..<(($0 + 1) * size)]) }
    }

    @Test func sameClassesGoOn() throws {
        let (fixture, notebook, names, contexts) = try Self.saved()
        #expect(names == Fixture.classNames && contexts.count == 3 && contexts[0] != contexts[1])
        let loss = try notebook.result("loss", of: "eval --split test")
        let report = try #require(try notebook.run(Self.load).last)
        #expect(report.word == "ok" && report.lines.first?.hasPrefix("note: this takes the place") == true)
        #expect(try notebook.result("loss", of: "eval --split test") == loss)
        #expect(try Self.again(fixture, notebook) == contexts.map(\.values))
        #expect(try notebook.run("step\ntrace t.safetensors").last?.word == "ok")
        let trace = try SafeTensorsFile(path: fixture.folder + "/t.safetensors")
        #expect(trace.entry("ctx0")?.shape == [3, 2, 64])
        #expect(try trace.floats("ctx0", shape: [3, 2, 64]) == contexts.flatMap(\.values))
    }

    /// Another order is matched by name, underscores as spaces; what is new gets the mean.
    @Test(arguments: [
        (["fire truck", "cat", "dog"], ""),
        (["dog", "bird", "cat"], "1 of 3 classes is new to p.safetensors: it gets the mean of its contexts"),
        (
            ["owl", "cat", "bee"],
            "2 of 3 classes are new to p.safetensors: they get the mean of its contexts"
        ),
        (["a", "b", "c"], "3 of 3 classes are new to p.safetensors: they get the mean of its contexts"),
    ])
    func otherClasses(_ classes: [String], _ line: String) throws {
        let (fixture, notebook, names, contexts) = try Self.saved()
        try notebook.run("classes set " + classes.map { "\"\($0)\"" }.joined(separator: " "))
        let report = try #require(try notebook.run(Self.load).last)
        #expect(report.word == "ok", "\(report.failure ?? "")")
        #expect(report.lines.filter { $0.contains(" new to ") } == (line.isEmpty ? [] : [line]))
        let loaded = try Self.again(fixture, notebook)
        for (name, context) in zip(classes, loaded) {
            let place = names.firstIndex { $0.replacing("_", with: " ") == name }
            for (index, value) in context.enumerated() {
                let mean = contexts.map { Double($0.values[index]) }.reduce(0, +) / 3
                let wanted = place.map { contexts[$0].values[index] } ?? Float(mean)
                #expect(value == wanted)
            }
        }
        #expect(try notebook.run("eval --split test").last?.word == "ok")
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: host).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches)")
    }

    /// Tuned on the first half of the classes, evaluated on the second.
    @Test func baseToNew() throws {
        let fixture = try Fixture()
        for (label, name) in ["ant", "bee", "cow", "elk"].enumerated() {
            try Fixture.writeImages(to: fixture.folder + "/four/\(name)", count: 12, label: label % 3)
        }
        let notebook = try fixture.notebook(
            """
            model load
            data load four --shots 4 --classes base
            prompt new --method gauss-newton --contexts class --tokens 2 --budget 60 --head none
            step
            prompt save p.safetensors
            data load four --shots 4 --classes new
            """)
        #expect(
            try notebook.run(Self.load).last?.lines.first
                == "2 of 2 classes are new to p.safetensors: they get the mean of its contexts")
        #expect(try notebook.run("eval --split test").last?.word == "ok")
        #expect(try notebook.run("step").last?.word == "ok")
    }

    /// A context that all share is taken up as before, by both forms.
    @Test func sharedContexts() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nstep 2\nprompt save p.safetensors")
        let file = try SafeTensorsFile(path: fixture.folder + "/p.safetensors")
        #expect(file.metadata["class_names"] == nil)
        let context = try file.floats("context", shape: [2, 64])
        try notebook.run("classes set owl bee ant")
        let report = try #require(try notebook.run(Self.load).last)
        #expect(report.word == "ok" && !report.lines.contains { $0.contains("new to") })
        #expect(try Self.again(fixture, notebook) == [context, context, context])
    }

    @Test func headsAreLeftOut() throws {
        for (head, list) in [("bias", "head.bias"), ("map", "head.bias, head.map")] {
            let (fixture, notebook, _, contexts) = try Self.saved("--head \(head)")
            let report = try #require(try notebook.run(Self.load).last)
            #expect(
                report.lines.first
                    == "note: \(list) of the file is not taken up; the prompt starts from the context alone")
            #expect(try Self.again(fixture, notebook) == contexts.map(\.values))
        }
    }

    @Test func mistakes() throws {
        let (fixture, notebook, _, _) = try Self.saved()
        func said(_ statement: String) throws -> String {
            fixture.masked(try notebook.run(statement).last?.failure ?? "")
        }
        for statement in ["prompt load p.safetensors", "prompt load p.safetensors --method gauss-newton"] {
            let marks = String(repeating: " ", count: 12) + "^~~~~~~~~~~~^"
            #expect(
                try said(statement) == """
                    input:1:13: error: the file has a context a class, which '--method gauss-newton --contexts class' starts from
                    \(statement)
                    \(marks)
                    """)
        }
        #expect(
            try said(Self.load + " --tokens 3").contains(
                "expected 2, as many as the initial context has, for '--tokens'; got 3"))
        func file(_ names: String?, _ shape: [Int], _ value: Float = 0, frame: Bool = false) throws -> String
        {
            var writer = SafeTensorsWriter()
            let count = shape.reduce(1, *)
            try writer.add("class_contexts", shape: shape, floats: [Float](repeating: value, count: count))
            if frame { try writer.add("frame", shape: [1], floats: [0]) }
            writer.metadata["class_names"] = names
            try Fixture.write(writer.serialized(), to: fixture.folder + "/w.safetensors")
            let failure = try said("prompt load w.safetensors --method gauss-newton --contexts class")
            let prefix = "input:1:13: error: cannot start from 'DIR/w.safetensors': "
            #expect(failure.hasPrefix(prefix), "\(failure)")
            return String(failure.dropFirst(prefix.count).prefix { $0 != "\n" })
        }
        let shape = "expected a tensor 'class_contexts' of classes × tokens × 64"
        for wrong in [[2, 64], [2, 1, 32], [0, 1, 64], [2, 0, 64], [1, 2, 1, 64]] {
            #expect(try file(#"["a","b"]"#, wrong) == shape)
        }
        let names = "expected 2 names in its metadata 'class_names', as many as contexts"
        for wrong in [nil, "", "a,b", #"["a"]"#, #"["a","b","c"]"#, #"["a",1]"#] {
            #expect(try file(wrong, [2, 1, 64]) == names)
        }
        #expect(try file(#"["a"]"#, [1, 1, 64], .nan) == "its contexts have values that are not finite")
        #expect(
            try file(#"["a"]"#, [1, 1, 64], frame: true)
                == "its contexts go with 'frame', which no method starts from")
    }
}
