import CommandLanguage
import Testing

struct ProgramSlicesTests {
    @Test func slicesKeepCommentsAndBlankLines() throws {
        let text =
            "\u{feff}# head\n\nlet x = 1 # one\r\n  step; eval ;\n# block\nrepeat 2 { # twice\n  step\n} # done\n\n# end\n"
        let program = try parse(SourceText(name: "test", text: text))
        let slices = program.topLevelSlices
        #expect(slices.map(\.leading) == ["# head\n\n", "  ", "", "# block\n"])
        #expect(
            slices.map(\.text) == ["let x = 1 # one", "step", "eval", "repeat 2 { # twice\n  step\n} # done"])
        #expect(slices.map(\.separator) == ["\r\n", "; ", " ;\n", "\n"])
        #expect(program.trailingText == "\n# end\n")
    }

    @Test(arguments: [
        "", "\n\n", "step", "step\n", "step;;;eval", "step \\\n 5 \\\n # c\neval", "  step  # c", "# only",
        "repeat 2 {step};eval # x\n\n\n# y",
    ])
    func slicesAddUpToTheSource(_ text: String) throws {
        let program = try parse(SourceText(name: "test", text: text))
        let pieces = program.topLevelSlices.map { $0.leading + $0.text + $0.separator }
        #expect(pieces.joined() + program.trailingText == text)
        #expect(pieces.count == program.statements.count)
    }

    @Test func positions() {
        let source = SourceText(name: "test", text: "\u{feff}ab\né犬x\r\n\nlast")
        #expect(source.lineCount == 4)
        #expect(source.position(at: 3) == SourcePosition(line: 1, column: 1))
        #expect(source.position(at: 0) == SourcePosition(line: 1, column: 1))
        #expect(source.position(at: 5) == SourcePosition(line: 1, column: 3))
        #expect(source.position(at: 11) == SourcePosition(line: 2, column: 3))
        #expect(source.position(at: 14) == SourcePosition(line: 3, column: 1))
        #expect(source.position(at: 999) == SourcePosition(line: 4, column: 5))
        #expect((1...4).map { source.slice(source.lineRange($0)) } == ["ab", "é犬x", "", "last"])
    }
}
