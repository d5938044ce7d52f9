import Notebook
import Testing

/// Sessions that are pasted from where they were shown.
@Suite struct CopiedSessionTests {
    @Test(arguments: [
        // From a terminal, with a block of several lines.
        (
            """
            ziplab> model load
            CLIP with 2.5 M weights
            ziplab> for x in 1..2 {
               ...>   say $x
               ...> }
            1
            2
            ziplab>
            """, "model load\nfor x in 1..2 {\n  say $x\n}"
        ),
        // With numbers, and a block that was edited as a whole.
        (
            """
            ziplab[1]> step
            step 1, 10 queries
            ziplab[2]> for x in 1..2 {
              say $x

            }
            1
            2
            ziplab[3]> let ziplab = 1
            ziplab[4]>
            """, "step\nfor x in 1..2 {\n  say $x\n}\nlet ziplab = 1"
        ),
        // From a transcript, whole or in part; what failed is left out.
        (
            """
            #!ziplab-transcript 1
            @prov ziplab=1 rng=1
            # A comment
            > repeat 2 {
            .   say a
            . }
            | a
            | a
            @end 1 ok 0.00s
            > sya b
            ! input:1:1: error: unknown command 'sya'
            @end 2 failed 0.00s
            > say c
            """, "repeat 2 {\n  say a\n}\nsay c"
        ),
        ("| out\n= loss 1.5\n@end 3 ok 0.1s\n> step\n@end 4 ok 0.1s", "step"),
        // As it was typed with a control character.
        (#">\ say \u{1b}"#, "say \u{1B}"),
    ])
    func onlyInputsAreTaken(_ text: String, _ statements: String) {
        #expect(copied(text) == statements)
    }

    private func copied(_ text: String) -> String? { statements(ofCopied: text) }

    @Test(arguments: [
        "step 3", "model load\ndata load x\n# all\nrun", "", "# only a comment", "say > \n> ",
        "let x = 1\n| y",
    ])
    func statementsStayAsTheyAre(_ text: String) {
        #expect(statements(ofCopied: text) == nil)
    }
}
