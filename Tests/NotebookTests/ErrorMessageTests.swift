import Foundation
import Notebook
import Testing

/// The exact text of every mistake that a statement can point at; nothing may have changed after it.
@Suite struct ErrorMessageTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var name: String
        /// Prepares the folder.
        var prepare: @Sendable (Fixture) throws -> Void = { _ in }
        var setup = ""
        var statement: String
        var expected: String
        var testDescription: String { name }
    }

    @Test(arguments: binding + order + files + budgets + views + meant)
    func message(_ sample: Sample) throws {
        let fixture = try Fixture()
        try sample.prepare(fixture)
        let notebook = try fixture.notebook(sample.setup)
        let before = try notebook.standing()
        let report = try #require(try notebook.run(sample.statement).last)
        #expect(fixture.masked(report.failure ?? "no failure") == sample.expected)
        #expect(report.results.isEmpty)
        #expect(try notebook.standing() == before)
    }

    static let binding = [
        Sample(
            name: "unknown verb", statement: "clasify a.png",
            expected: """
                input:1:1: error: unknown command 'clasify'
                clasify a.png
                ^~~~~~^
                note: did you mean 'classify'?
                """),
        Sample(
            name: "what others call it", statement: "train",
            expected: """
                input:1:1: error: unknown command 'train'
                train
                ^~~~^
                note: did you mean 'run'?
                """),
        Sample(
            name: "a method without its option", statement: "prompt new bar",
            expected: """
                input:1:12: error: unexpected argument 'bar'
                prompt new bar
                           ^~^
                note: did you mean '--method bar'?
                note: 'help zip' lists the options
                """),
        Sample(
            name: "a count without its option", statement: "run 100",
            expected: """
                input:1:5: error: unexpected argument '100'
                run 100
                    ^~^
                note: did you mean '--queries 100'?
                note: usage: run [--queries N] [--until CONDITION] [--eval-every 500] [--split val]
                """),
        Sample(
            name: "a statement for a part", statement: "show history",
            expected: """
                input:1:6: error: expected 'model', 'data', 'classes', 'box', 'run', 'settings', 'variables', 'checkpoints', 'step', 'prompt' or 'image' after 'show'; got 'history'
                show history
                     ^~~~~~^
                note: 'history' is a statement of its own
                """),
        Sample(
            name: "a path that is nearly right", statement: "data load dta",
            expected: """
                input:1:11: error: no such file or folder: 'dta'
                data load dta
                          ^~^
                note: did you mean 'data'?
                """),
        Sample(
            name: "unknown verb, nothing near", statement: "frobnicate",
            expected: """
                input:1:1: error: unknown command 'frobnicate'
                frobnicate
                ^~~~~~~~~^
                note: 'help' lists the commands
                """),
        Sample(
            name: "unclosed quote", statement: "zeroshot \"a photo of",
            expected: """
                input:1:10: error: expected a closing " before the end of the line
                zeroshot "a photo of
                         ^
                """),
        Sample(
            name: "text for a number", setup: smallPrompt, statement: "step many",
            expected: """
                input:1:6: error: expected a whole number from 1 to 1000000 for 'n'; got 'many'
                step many
                     ^~~^
                """),
        Sample(
            name: "fraction for a whole number", setup: smallPrompt, statement: "step 1.5",
            expected: """
                input:1:6: error: expected a whole number from 1 to 1000000 for 'n'; got '1.5'
                step 1.5
                     ^~^
                """),
        Sample(
            name: "number out of range", statement: "prompt new --tokens 0",
            expected: """
                input:1:21: error: expected a whole number from 1 to 1000 for '--tokens'; got '0'
                prompt new --tokens 0
                                    ^
                """),
        Sample(
            name: "number not above 0", statement: "prompt new --a 0",
            expected: """
                input:1:16: error: expected a number above 0 for '--a'; got '0'
                prompt new --a 0
                               ^
                """),
        Sample(
            name: "wrong word", statement: "eval --split tets",
            expected: """
                input:1:14: error: expected 'train', 'val' or 'test' for '--split'; got 'tets'
                eval --split tets
                             ^~~^
                note: did you mean 'test'?
                """),
        Sample(
            name: "neither word nor number", statement: "data load data --shots some",
            expected: """
                input:1:24: error: expected 'all' or a whole number from 1 to 1000000 for '--shots'; got 'some'
                data load data --shots some
                                       ^~~^
                """),
        Sample(
            name: "unknown option", statement: "prompt new --token 4",
            expected: """
                input:1:12: error: unknown option '--token' of 'prompt' with method 'zip'
                prompt new --token 4
                           ^~~~~~^
                note: did you mean '--tokens'?
                note: 'help zip' lists the options
                """),
        Sample(
            name: "option of a verb without any", statement: "show --all",
            expected: """
                input:1:6: error: unknown option '--all' of 'show'
                show --all
                     ^~~~^
                note: usage: show
                """),
        Sample(
            name: "option without its value", statement: "prompt new --seed",
            expected: """
                input:1:12: error: option '--seed' needs a value: a whole number of at least 0
                prompt new --seed
                           ^~~~~^
                """),
        Sample(
            name: "flag with a value", statement: "prompt new --no-sharing=1",
            expected: """
                input:1:25: error: option '--no-sharing' takes no value
                prompt new --no-sharing=1
                                        ^
                """),
        Sample(
            name: "option twice", statement: "prompt new --seed 1 --seed 2",
            expected: """
                input:1:21: error: option '--seed' is given twice
                prompt new --seed 1 --seed 2
                                    ^~~~~^
                """),
        Sample(
            name: "missing argument", statement: "checkpoint",
            expected: """
                input:1:1: error: expected a name for 'name'; got nothing
                checkpoint
                ^~~~~~~~~^
                note: usage: checkpoint NAME
                """),
        Sample(
            name: "missing object", statement: "data",
            expected: """
                input:1:1: error: expected 'load' or 'info' after 'data'; got nothing
                data
                ^~~^
                """),
        Sample(
            name: "wrong object", statement: "model laod x",
            expected: """
                input:1:7: error: expected 'load', 'info' or 'random' after 'model'; got 'laod'
                model laod x
                      ^~~^
                note: did you mean 'load'?
                """),
        Sample(
            name: "extra argument", statement: "  step 1 2 # twice",
            expected: """
                input:1:10: error: unexpected argument '2'
                  step 1 2 # twice
                         ^
                note: usage: step [N]
                """),
        Sample(
            name: "list for a path", statement: "model load [a, b]",
            expected: """
                input:1:12: error: unexpected argument '[a, b]'
                model load [a, b]
                           ^~~~~^
                note: usage: model load [PATH] [--cleaning huggingface|openclip]
                """),
        Sample(
            name: "unknown variable", setup: "let seed = 1", statement: "prompt new --seed $sead",
            expected: """
                input:1:19: error: unknown variable 'sead'
                prompt new --seed $sead
                                  ^~~~^
                note: did you mean 'seed'?
                """),
        Sample(
            name: "second line", statement: "# see\nquit now",
            expected: """
                input:2:6: error: unexpected argument 'now'
                quit now
                     ^~^
                note: usage: quit
                """),
        Sample(
            name: "help on nothing", statement: "help stpe",
            expected: """
                input:1:6: error: no help on 'stpe'
                help stpe
                     ^~~^
                note: did you mean 'step'?
                """),
    ]

    static let order = [
        Sample(
            name: "step before prompt", setup: "model load\ndata load data", statement: "step",
            expected: """
                input:1:1: error: no prompt yet; build one with 'prompt new'
                step
                ^~~^
                """),
        Sample(
            name: "prompt before model", statement: "prompt new",
            expected: """
                input:1:1: error: no model yet; 'model load' opens the embedded one
                prompt new
                ^~~~~~~~~^
                """),
        Sample(
            name: "prompt before data", setup: "model load", statement: "prompt new",
            expected: """
                input:1:1: error: no data set yet; load one with 'data load PATH'
                prompt new
                ^~~~~~~~~^
                """),
        Sample(
            name: "zeroshot before model", statement: "zeroshot",
            expected: """
                input:1:1: error: no model yet; 'model load' opens the embedded one
                zeroshot
                ^~~~~~~^
                """),
        Sample(
            name: "classes before any", statement: "classes",
            expected: """
                input:1:1: error: no class names yet; load a data set, or name them with 'classes set'
                classes
                ^~~~~~^
                """),
        Sample(
            name: "nothing to undo", statement: "undo",
            expected: """
                input:1:1: error: nothing to undo
                undo
                ^~~^
                """),
        Sample(
            name: "undo too far", setup: "model load", statement: "undo 2",
            expected: """
                input:1:6: error: only 1 statement can be undone; got 2
                undo 2
                     ^
                """),
        Sample(
            name: "unknown checkpoint", setup: smallPrompt + "\ncheckpoint start", statement: "restore strat",
            expected: """
                input:1:9: error: no checkpoint 'strat'
                restore strat
                        ^~~~^
                note: did you mean 'start'?
                """),
        Sample(
            name: "classes that do not fit", setup: "data load data", statement: "classes set a b",
            expected: """
                input:1:13: error: expected 3 class names, as many as the data set has; got 2
                classes set a b
                            ^
                """),
        Sample(
            name: "blank class name", statement: "classes set a ' '",
            expected: """
                input:1:13: error: class names in 'this statement': a name is blank
                classes set a ' '
                            ^
                """),
        Sample(
            name: "bad condition", setup: smallPrompt, statement: "run --until \"acuracy > 3\"",
            expected: """
                input:1:13: error: expected a condition such as "accuracy >= 80" or "loss < 0.5"; got 'acuracy > 3'
                run --until "acuracy > 3"
                            ^~~~~~~~~~~~^
                note: did you mean 'accuracy'?
                """),
        Sample(
            name: "template without place", setup: "model load\ndata load data", statement: "zeroshot cat",
            expected: """
                input:1:10: error: expected '{}' in template 'cat', where the class name goes
                zeroshot cat
                         ^~^
                """),
        Sample(
            name: "template too long", setup: "model load\ndata load data",
            statement: "zeroshot \"a photograph of a very large and very friendly {}\"",
            expected: """
                input:1:10: error: text of 49 tokens is longer than the context length 48: 'a photograph of a very large and very friendly fire truck'
                zeroshot "a photograph of a very large and very friendly {}"
                         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~^
                """),
        Sample(
            name: "unknown method", setup: smallPrompt, statement: "prompt new --method zap",
            expected: """
                input:1:21: error: no method 'zap'; known: bar, bias, blackvip, bptvlm, calibrate, gauss-newton, template, zip
                prompt new --method zap
                                    ^~^
                note: did you mean 'zip'?
                """),
        Sample(
            name: "wrong count of tokens", setup: smallPrompt,
            statement: "prompt new --init \"a b\" --tokens 3",
            expected: """
                input:1:34: error: expected 2, as many as the initial context has, for '--tokens'; got 3
                prompt new --init "a b" --tokens 3
                                                 ^
                """),
    ]
}
