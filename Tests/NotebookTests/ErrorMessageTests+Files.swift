import Foundation
import Testing

/// Mistakes with files, and requests beyond a limit.
extension ErrorMessageTests {
    static let files = [
        Sample(
            name: "missing data folder", statement: "data load photos",
            expected: """
                input:1:11: error: no such file or folder: 'photos'
                data load photos
                          ^~~~~^
                """),
        Sample(
            name: "folder without images",
            prepare: {
                try FileManager.default.createDirectory(
                    atPath: $0.folder + "/empty/cat", withIntermediateDirectories: true)
            },
            statement: "data load empty",
            expected: """
                input:1:11: error: no images in 'DIR/empty': expected PNG or JPEG files
                data load empty
                          ^~~~^
                note: folders without images in 'empty', left out: 'cat'
                note: 'help data' lists the layouts
                """),
        Sample(
            name: "truncated PNG",
            prepare: { fixture in
                let bytes = try #require(fixture.bytes("data/dog/103.png"))
                try Fixture.write(
                    Array(bytes.prefix(bytes.count / 2)), to: fixture.folder + "/data/dog/103.png")
            },
            setup: "model load", statement: "data load data",
            expected: """
                input:1:11: error: 'DIR/data/dog/103.png': truncated PNG: the file ends early
                data load data
                          ^~~^
                note: '--skip-bad' leaves such files out
                """),
        Sample(
            name: "too few images", statement: "data load data --shots 22",
            expected: """
                input:1:11: error: class 'cat' has 2 validation images; 4 needed
                data load data --shots 22
                          ^~~^
                note: a class needs as many training images as --shots says, and min(shots, 4) for validation
                """),
        Sample(
            name: "images of an unknown kind in one class",
            prepare: { fixture in
                try Fixture.writeImages(to: fixture.folder + "/odd/a", count: 20, label: 0)
                try Fixture.writeImages(to: fixture.folder + "/odd/b", count: 1, label: 1)
                for name in ["1.webp", "2.webp"] { try fixture.write("", to: "odd/b/" + name) }
                try fixture.write("", to: "odd/a/1.gif")
            },
            statement: "data load odd",
            expected: """
                input:1:11: error: class 'b' has 1 training image; 16 needed
                data load odd
                          ^~^
                note: a class needs as many training images as --shots says, and min(shots, 4) for validation
                note: skipped in the class folders: 2 .webp; images are .png, .jpg and .jpeg files
                """),
        Sample(
            name: "images of an unknown kind alone",
            prepare: { fixture in
                try Fixture.writeImages(to: fixture.folder + "/odd/a", count: 0, label: 0)
                try fixture.write("", to: "odd/a/1.gif")
            },
            statement: "data load odd",
            expected: """
                input:1:11: error: no images in 'DIR/odd': expected PNG or JPEG files
                data load odd
                          ^~^
                note: skipped in the class folders: 1 .gif; images are .png, .jpg and .jpeg files
                note: 'help data' lists the layouts
                """),
        Sample(
            name: "missing model folder", statement: "model load nowhere",
            expected: """
                input:1:12: error: no such file or folder: 'nowhere'
                model load nowhere
                           ^~~~~~^
                """),
        Sample(
            name: "model that is a file", prepare: { try $0.write("", to: "file") },
            statement: "model load file",
            expected: """
                input:1:12: error: expected a model folder at 'DIR/file'; got a file
                model load file
                           ^~~^
                """),
        Sample(
            name: "model without configuration",
            prepare: { try FileManager.default.removeItem(atPath: $0.folder + "/Assets/Model/config.json") },
            statement: "model load",
            expected: """
                input:1:1: error: no 'config.json' in model folder 'DIR/Assets/Model'
                model load
                ^~~~~~~~~^
                """),
        Sample(
            name: "model with a missing tensor",
            prepare: { try TinyModel.write(to: $0.folder + "/broken", missing: "visual_projection.weight") },
            setup: smallPrompt, statement: "model load broken",
            expected: """
                input:1:12: error: missing tensor 'visual_projection.weight' in 'DIR/broken/model.safetensors'
                model load broken
                           ^~~~~^
                """),
        Sample(
            name: "model cut short",
            prepare: { fixture in
                let bytes = try #require(fixture.bytes("Assets/Model/model.safetensors"))
                try Fixture.write(
                    Array(bytes.dropLast(100)), to: fixture.folder + "/Assets/Model/model.safetensors")
            },
            statement: "model load",
            expected: """
                input:1:1: error: expected a safetensors file in 'DIR/Assets/Model/model.safetensors'; the tensors take 255684 bytes of data; got 255584
                model load
                ^~~~~~~~~^
                """),
        Sample(
            name: "image that is none", prepare: { try $0.write("text", to: "a.png") },
            setup: "model load\nclasses set a b", statement: "classify data/cat/100.png a.png",
            expected: """
                input:1:27: error: 'DIR/a.png': expected a PNG or JPEG image, got something else
                classify data/cat/100.png a.png
                                          ^~~~^
                """),
        Sample(
            name: "missing script", statement: "source nowhere.zl",
            expected: """
                input:1:8: error: no such file or folder: 'nowhere.zl'
                source nowhere.zl
                       ^~~~~~~~~^
                """),
        Sample(
            name: "script that is no text",
            prepare: { try Fixture.write([0xFF, 0xFE], to: $0.folder + "/x.zl") },
            statement: "source x.zl",
            expected: """
                input:1:8: error: cannot read 'DIR/x.zl': line 1 is not UTF-8 text
                source x.zl
                       ^~~^
                """),
        Sample(
            name: "missing class names", statement: "classes load names.txt",
            expected: """
                input:1:14: error: no such file or folder: 'names.txt'
                classes load names.txt
                             ^~~~~~~~^
                """),
        Sample(
            name: "prompt file of no prompt", prepare: { try $0.write("hello", to: "p.safetensors") },
            setup: smallPrompt, statement: "prompt load p.safetensors",
            expected: """
                input:1:13: error: expected a safetensors file in 'DIR/p.safetensors'; got 5 bytes, too few for a header length
                prompt load p.safetensors
                            ^~~~~~~~~~~~^
                """),
        Sample(
            name: "plot of nothing", setup: smallPrompt, statement: "plot loss",
            expected: """
                input:1:6: error: nothing to draw yet: 'step' and 'run' make points
                plot loss
                     ^~~^
                """),
        Sample(
            name: "plot under another name", setup: smallPrompt + "\nstep 1",
            statement: "plot loss --out x.gif",
            expected: """
                input:1:17: error: expected a name that ends in .png or .svg; got 'x.gif'
                plot loss --out x.gif
                                ^~~~^
                """),
        Sample(
            name: "plot into no folder", setup: smallPrompt + "\nstep 1",
            statement: "plot loss --out no/loss.png",
            expected: """
                input:1:17: error: cannot write 'no/loss.png': no such folder
                plot loss --out no/loss.png
                                ^~~~~~~~~~^
                """),
        Sample(
            name: "export onto a folder", setup: smallPrompt, statement: "export csv data",
            expected: """
                input:1:12: error: cannot write 'data': it is a folder
                export csv data
                           ^~~^
                """),
        Sample(
            name: "save below a file", prepare: { try $0.write("", to: "file") },
            statement: "save file/s.zlt",
            expected: """
                input:1:6: error: cannot write 'file/s.zlt': no such folder
                save file/s.zlt
                     ^~~~~~~~~^
                """),
    ]

    static let budgets = [
        Sample(
            name: "queries above the budget", setup: smallPrompt, statement: "run --queries 500",
            expected: """
                input:1:15: error: expected at most the budget of 400 queries; got 500
                run --queries 500
                              ^~^
                note: 'budget 500' allows this run more
                """),
        Sample(
            name: "queries below a step", setup: smallPrompt + "\nstep 2", statement: "run --queries 25",
            expected: """
                input:1:15: error: 20 queries are used and a step needs 10: no step fits into 25
                run --queries 25
                              ^^
                note: nothing was changed; --queries counts from the start of the prompt
                """),
        Sample(
            name: "steps above the budget", setup: smallPrompt + "\nstep 39", statement: "step 2",
            expected: """
                input:1:1: error: the budget of 400 queries does not allow it: 20 needed, 10 left
                step 2
                ^~~~~^
                note: nothing was changed; 'budget N' allows this run more
                """),
        Sample(
            name: "too many repetitions", statement: "repeat 20000000 { step }",
            expected: """
                input:1:8: error: expected at most 10000000 repetitions; got 20000000
                repeat 20000000 { step }
                       ^~~~~~~^
                """),
    ]
}
