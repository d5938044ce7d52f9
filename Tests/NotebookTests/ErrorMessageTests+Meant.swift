/// What was meant by something that is nearly right.
extension ErrorMessageTests {
    static let meant = [
        Sample(
            name: "a run that belonged to other data",
            setup: smallPrompt + "\nstep\ndata load data --shots 2",
            statement: "eval",
            expected: """
                input:1:1: error: no prompt yet; build one with 'prompt new'; the one before belonged to what was loaded then, and 'undo' brings it back
                eval
                ^~~^
                """),
        Sample(
            name: "condition without quotes", setup: smallPrompt, statement: "run --until accuracy > 3",
            expected: """
                input:1:22: error: unexpected argument '>'
                run --until accuracy > 3
                                     ^
                note: a condition with blanks needs quotes, such as --until "accuracy > 60"
                note: usage: run [--queries N] [--until CONDITION] [--eval-every 500] [--split val]
                """),
        Sample(
            name: "the other way round", statement: "load model",
            expected: """
                input:1:1: error: unknown command 'load'
                load model
                ^~~^
                note: did you mean 'model load'?
                """),
        Sample(
            name: "a method's beginning", setup: "model load\ndata load data --shots 4",
            statement: "prompt new --method calib",
            expected: """
                input:1:21: error: no method 'calib'; known: bar, bias, blackvip, bptvlm, calibrate, gauss-newton, template, zip
                prompt new --method calib
                                    ^~~~^
                note: did you mean 'calibrate'?
                """),
        Sample(
            name: "a number beyond what is exact", statement: "prompt new --seed 99999999999999999999",
            expected: """
                input:1:19: error: expected a whole number of at least 0 for '--seed'; got '99999999999999999999'
                prompt new --seed 99999999999999999999
                                  ^~~~~~~~~~~~~~~~~~~^
                note: whole numbers are exact up to 9007199254740991 (2^53 - 1)
                """),
        Sample(
            name: "a form of sessions", statement: "export html x",
            expected: """
                input:1:8: error: expected 'csv', 'json' or 'tensorboard' after 'export'; got 'html'
                export html x
                       ^~~^
                note: 'save x.zlt', then 'ziplab export x.zlt --to html' in the shell, write the session so
                """),
        Sample(
            name: "a number of a run as text", setup: smallPrompt + "\nstep",
            statement: "let best = main.loss",
            expected: """
                input:1:12: error: 'main.loss' is a text here
                let best = main.loss
                           ^~~~~~~~^
                note: 'let best = (main.loss)' keeps its value, quotes keep the text
                """),
        Sample(
            name: "a number that only the run has", setup: smallPrompt + "\nstep\neval",
            statement: "say $queries",
            expected: """
                input:1:5: error: unknown variable 'queries'
                say $queries
                    ^~~~~~~^
                note: did you mean 'main.queries'?
                """),
        Sample(
            name: "a statement that is not there", statement: "rerun 2-9",
            expected: """
                input:1:7: error: expected numbers of statements before this one, 1 to 3; got '2-9'
                rerun 2-9
                      ^~^
                """),
        Sample(
            name: "no other run", setup: smallPrompt, statement: "diff",
            expected: """
                input:1:1: error: there is no other run
                diff
                ^~~^
                note: 'runs' lists them; 'branch NAME' and 'prompt new --name NAME' make another
                """),
    ]
}
