import BlackBox
import CommandLanguage
import Datasets
import PromptTuning

/// A method with options, as `compare` and `ablate` run it.
struct ComparisonVariant: Sendable {
    /// As a table calls it.
    var label: String
    var method: any TuningMethod.Type
    var given: [String: SettingValue]

    /// Reads a method and options as `prompt new --method` takes them.
    ///
    /// - Parameter label: the text itself where none is given.
    /// - Throws: `Diagnostic` in a source named after `what`.
    init(_ text: String, label: String? = nil, what: String, methods: MethodTable) throws {
        let source = SourceText(name: what, text: "prompt new --method \(text)")
        let program = try parse(source)
        guard program.statements.count == 1, let statement = program.statements.first,
            case .command(let command) = statement.kind
        else {
            throw Diagnostic(
                message: "expected one method with options; got '\(text)'", range: source.contentRange,
                source: source)
        }
        let call = try Call(
            command, range: statement.range, forms: PromptCommand.forms, environment: Environment(),
            methods: methods, source: source)
        let name = call.text(Call.methodOption) ?? MethodTable.defaultName
        guard let method = methods.method(name) else {
            throw TuningError.unknownMethod(name, known: methods.names)
        }
        for taken in [CommonSettings.seed.key.option, CommonSettings.budget.key.option, "name"]
        where call.flag(taken) {
            throw call.failure(taken, "'--\(taken)' of each run is set by '--seeds' and '--queries'")
        }
        self.label = label ?? text
        self.method = method
        given = call.settings(CommonSettings.keys + method.settings)
    }

    /// The settings of one run.
    func settings(seed: Int, budget: Int, _ context: CommandContext) -> MethodSettings {
        var given = context.withView(given)
        given[CommonSettings.seed.key.name] = .integer(seed)
        given[CommonSettings.budget.key.name] = .integer(budget)
        return MethodSettings(given)
    }
}

/// Runs of several methods on the same data, with the same seeds and queries.
struct Comparison {
    /// A data set that all of them are run on.
    struct Task {
        var name: String
        var path: String
    }

    var variants: [ComparisonVariant]
    var tasks: [Task]
    var seeds: [Int]
    var queries: Int
    var every: Int
    var target: Double?

    /// Most runs of a comparison.
    static let most = 10_000

    var count: Int { variants.count * tasks.count * seeds.count }

    /// The name of a run: letters, digits and dashes.
    func name(_ variant: ComparisonVariant, _ task: Task, _ seed: Int) -> String {
        let text = (tasks.count > 1 ? task.name + "-" : "") + variant.label
        return ComparisonReport.word(text, atMost: 50) + "-s\(seed)"
    }
}

extension CommandContext {
    /// Carries out what is left of a comparison and shows its table.
    ///
    /// - Throws: `Interruption`, with the runs done so far kept; `NotebookError`.
    mutating func carryOut(_ comparison: Comparison, _ call: Call) throws {
        let store = try requireModel()
        var done = 0
        var finished: [ComparedRun] = []
        var failures: [String] = []
        state.comparison = NotebookState.Comparison(names: [], target: comparison.target)
        for task in comparison.tasks {
            for seed in comparison.seeds {
                let loaded: NotebookState.LoadedData
                do {
                    loaded = try load(task, seed: seed)
                } catch let error where error is Interruption || error is NotebookError {
                    throw error
                } catch {
                    failures.append("\(task.name), seed \(seed): \(error)")
                    done += comparison.variants.count
                    continue
                }
                for variant in comparison.variants {
                    done += 1
                    let title =
                        "run \(done) of \(comparison.count), \(task.name), \(variant.label), seed \(seed)"
                    do {
                        let run = try self.run(
                            comparison, variant, task, seed: seed, loaded, store, title: title,
                            before: done - 1)
                        finished.append(run)
                        state.comparison.names.append(comparison.name(variant, task, seed))
                    } catch let interruption as Interruption {
                        say(
                            "interrupted in \(title): what was done is kept, and the same statement does the rest"
                        )
                        throw interruption
                    } catch NotebookError.untrusted(let what) {
                        throw NotebookError.untrusted(what)
                    } catch {
                        failures.append("\(task.name), \(variant.label), seed \(seed): \(error)")
                    }
                }
            }
        }
        host.show(nil)
        for failure in failures { say("failed: " + failure) }
        guard !finished.isEmpty else { throw call.failure(nil, failures.first ?? "nothing to compare") }
        let table = ComparisonTable(finished, target: comparison.target)
        for line in ComparisonReport.lines(table) + ComparisonReport.speed(table) { say(line) }
        if state.box.hasCosts {
            let queries = finished.reduce(0) { $0 + $1.queries }
            say(
                "the \(DisplayNumber.queries(queries)) for training of all runs would cost \(state.box.cost(of: queries))"
            )
        }
        for result in ComparisonReport.results(table) { set(result.key, result.value) }
    }

    private func load(_ task: Comparison.Task, seed: Int) throws -> NotebookState.LoadedData {
        var options = state.dataOptions
        options.seed = UInt64(seed)
        let data = try DataCommand.open(task.path, options, self)
        let isPresent = task.path == state.dataPath && state.classNames?.count == data.classNames.count
        return NotebookState.LoadedData(
            data: data, path: task.path, options: options,
            classNames: isPresent ? state.classNames : data.classNames)
    }

    /// One run to its end, from where an earlier statement left it.
    private mutating func run(
        _ comparison: Comparison, _ variant: ComparisonVariant, _ task: Comparison.Task, seed: Int,
        _ loaded: NotebookState.LoadedData, _ store: ImageStore, title: String, before: Int
    ) throws -> ComparedRun {
        guard let data = loaded.data else { throw DatasetError.emptySplit("training") }
        guard data.test.count > 0 else { throw DatasetError.emptySplit(data.test.name) }
        let name = comparison.name(variant, task, seed)
        let classNames = loaded.classNames ?? data.classNames
        var run = try makeRun(
            variant.method, variant.settings(seed: seed, budget: comparison.queries, self), on: data,
            classNames: classNames)
        let plan = ComparisonPlan(
            queries: comparison.queries, every: comparison.every, training: data.train,
            validation: data.validation.count > 0 ? data.validation : nil, test: data.test)
        let key = plan.key(task.path)
        if let other = state.runs[name]?.run {
            let isSame =
                other.described.elementsEqual(run.described, by: ==) && other.train.digest == run.train.digest
                && other.classNames == classNames && state.compared[name]?.key == key
            if isSame, let known = state.compared[name]?.run {
                report(known, name)
                return known
            }
            // Queries that an interrupt cost would end it before the others.
            if isSame, other.account.spent.training == other.queries { run = other }
        }
        if let other = state.runs[name]?.run, other.method.step > 0, state.compared[name] == nil {
            say(
                "note: this takes the place of run '\(name)' at step \(other.method.step); 'undo' brings it back"
            )
        }
        if run.method.queriesPerStep > plan.queries {
            say(
                "note: \(variant.label) takes no step: one costs "
                    + DisplayNumber.queries(run.method.queriesPerStep))
        }
        state.compared[name] = NotebookState.Compared(key: key)
        try encoding(data.train) { progress in try run.prepare(progress: progress) }
        for list in [plan.training, plan.validation, plan.test].compactMap({ $0 }) {
            try prepare(run.oracle, run.method.deployed.prompt, list)
        }
        let (host, cell) = (host, cell)
        let total = comparison.queries * comparison.count
        let start = ContinuousClock.now
        do {
            try run.carryOut(plan, pause: { try cell.interruptionPoint() }) { run in
                cell.finishedStep()
                host.show(
                    .init(
                        done: comparison.queries * before + run.queries, total: total, unit: "queries",
                        detail: title))
                try cell.interruptionPoint()
            }
            let hits = try run.hits(on: plan.test) { try cell.interruptionPoint() }
            let elapsed = (ContinuousClock.now - start).components
            let compared = ComparedRun(
                run, variant: variant.label, task: task.name, plan: plan, hits: hits,
                seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
            state.keep(run, name: name, loaded: loaded)
            state.compared[name]?.run = compared
            report(compared, name)
            return compared
        } catch {
            if run.method.step > 0 { state.keep(run, name: name, loaded: loaded) }
            throw error
        }
    }

    /// Records what a table is computed from.
    private func report(_ run: ComparedRun, _ name: String) {
        for result in run.results { set("compared.\(name).\(result.key)", result.value) }
    }
}

extension ComparedRun {
    init(
        _ run: TuningRun, variant: String, task: String, plan: ComparisonPlan, hits: [Bool], seconds: Double
    ) {
        // Of the many steps of a run the mean of each interval.
        var losses: [Mark] = []
        var (sum, count) = (0.0, 0)
        var before = 0
        for record in run.history.steps {
            (sum, count) = (sum + record.loss, count + 1)
            let isLast = record.step == run.method.step
            if record.queries / plan.every > before / plan.every || isLast {
                losses.append(Mark(queries: record.queries, accuracy: sum / Double(count)))
                (sum, count) = (0, 0)
            }
            before = record.queries
        }
        self.init(
            variant: variant, task: task, seed: Int(run.problem.seed), shown: run.train.count,
            budget: plan.queries,
            queries: run.queries, tunes: run.method.queriesPerStep > 0,
            training: run.curve(of: plan.training.name),
            validation: plan.validation.map { run.curve(of: $0.name) } ?? [],
            test: run.curve(of: plan.test.name), losses: losses, hits: hits, seconds: seconds)
    }
}
