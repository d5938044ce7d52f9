import BlackBox
import Files
import PromptTuning
import Tensors

/// `export csv`, `export json`, `export tensorboard`: all numbers of a run.
enum ExportCommand: NotebookCommand {
    static let verb = "export"
    static let looksOnly = true
    static let summary = "write all numbers of the run"
    static let forms = [
        CommandForm(
            object: "csv", parameters: [Parameter(name: "file", kind: .path)], options: [.force],
            summary: "one row for each step and each evaluation"),
        CommandForm(
            object: "json", parameters: [Parameter(name: "file", kind: .path)], options: [.force],
            summary: "settings, steps and evaluations as one object"),
        CommandForm(
            object: "tensorboard", parameters: [Parameter(name: "folder", kind: .path)], options: [.force],
            summary: "an event file in a folder that TensorBoard reads, over training queries"),
    ]
    static let help = """
        Columns: kind (step or evaluation), step, queries, loss, what the method measures of a step
        (for zip gradient_norm, clipped, step_size, perturbation_size), split, accuracy, correct,
        images. Every step is there, at full precision; what does not apply is empty.

          export csv run.csv
          export json run.json
          export tensorboard logs/zip
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let run = try context.requireRun()
        let form = call.form.object ?? "csv"
        let path: String
        let bytes: [UInt8]
        switch form {
        case "tensorboard":
            let folder = call.text("folder") ?? ""
            path = folder + "/" + RunEvents.fileName
            bytes = RunEvents.bytes(run)
            try call.locating("folder") {
                try context.host.writeFolder(folder) { try Folder.create($0) }
                try context.host.write(bytes, to: path, force: call.isForced)
            }
        default:
            path = call.text("file") ?? ""
            bytes = Array((form == "json" ? RunJSON.text(run) : RunTable.csv(run)).utf8)
            try call.locating("file") { try context.host.write(bytes, to: path, force: call.isForced) }
        }
        context.say(
            "\(DisplayNumber.count(run.history.steps.count, "step")) and "
                + "\(DisplayNumber.count(run.history.evaluations.count, "evaluation")) written to \(path)")
        context.set(form, .text("sha256:" + SHA256Digest.hex(bytes)))
    }
}

/// A run's history as comma-separated values.
enum RunTable {
    static func csv(_ run: TuningRun) -> String {
        let measures = type(of: run.method).measures
        let columns = measures.map { $0.name.replacing("-", with: "_") }
        var rows = [
            (["kind", "step", "queries", "loss"] + columns + ["split", "accuracy", "correct", "images"])
                .joined(separator: ",")
        ]
        let blank = String(repeating: ",", count: measures.count)
        var evaluations = run.history.evaluations[...]
        func take(upTo step: Int) {
            while let next = evaluations.first, next.step <= step {
                let score = next.score
                rows.append(
                    "evaluation,\(next.step),\(next.queries),\(ResultValue.float(score.loss))\(blank),\(next.split),"
                        + "\(score.accuracy),\(score.correct),\(score.images)")
                evaluations = evaluations.dropFirst()
            }
        }
        take(upTo: 0)
        for record in run.history.steps {
            let values = record.measures.map { value in
                if case .flag(let isOn) = value { isOn ? ",1" : ",0" } else { ",\(ResultValue(value))" }
            }
            rows.append(
                "step,\(record.step),\(record.queries),\(record.loss)" + values.joined() + ",,,,")
            take(upTo: record.step)
        }
        return rows.joined(separator: "\n") + "\n"
    }
}
