import TerminalPictures
import Testing

/// Which form a terminal gets.
struct PictureProtocolTests {
    struct Sample: Sendable {
        var environment: [String: String]
        var isTerminal = true
        var usesColor = true
        var expected: PictureProtocol
    }

    static let samples = [
        Sample(environment: ["TERM": "xterm-256color"], expected: .blocks),
        Sample(environment: ["TERM": "xterm-256color"], usesColor: false, expected: .braille),
        Sample(environment: ["TERM": "xterm-kitty"], expected: .kitty),
        Sample(environment: ["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"], expected: .kitty),
        Sample(environment: ["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"], expected: .kitty),
        Sample(environment: ["TERM": "xterm-256color", "KONSOLE_VERSION": "230401"], expected: .kitty),
        Sample(environment: ["TERM": "xterm-256color", "KONSOLE_VERSION": "200401"], expected: .blocks),
        Sample(environment: ["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], expected: .iTerm2),
        Sample(environment: ["TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"], expected: .iTerm2),
        Sample(environment: ["TERM": "foot"], expected: .sixel),
        Sample(environment: ["TERM": "mlterm-256color"], expected: .sixel),
        // Never through tmux or a pipe.
        Sample(environment: ["TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"], expected: .blocks),
        Sample(environment: ["TERM": "xterm-kitty", "TMUX": "/tmp/t,1,0"], expected: .blocks),
        Sample(environment: ["TERM": "screen", "TERM_PROGRAM": "iTerm.app"], expected: .blocks),
        Sample(environment: ["TERM": "xterm-kitty"], isTerminal: false, expected: .none),
        Sample(environment: ["TERM": "dumb"], expected: .none), Sample(environment: [:], expected: .none),
        // Unless forced.
        Sample(environment: ["TERM": "tmux", "ZIPLAB_PICTURES": "kitty"], expected: .kitty),
        Sample(environment: ["ZIPLAB_PICTURES": "Sixel"], isTerminal: false, expected: .sixel),
        Sample(environment: ["TERM": "xterm-kitty", "ZIPLAB_PICTURES": "none"], expected: .none),
        Sample(environment: ["TERM": "xterm-kitty", "ZIPLAB_PICTURES": "nonsense"], expected: .kitty),
    ]

    @Test(arguments: samples) func choice(_ sample: Sample) {
        let chosen = PictureProtocol.chosen(
            environment: sample.environment, isTerminal: sample.isTerminal, usesColor: sample.usesColor)
        #expect(chosen == sample.expected, "\(sample.environment)")
    }
}
