/// How pictures are shown in a terminal.
public enum PictureProtocol: String, Sendable, CaseIterable {
    /// The graphics protocol of kitty, Ghostty, Konsole and WezTerm: PNG in chunks.
    case kitty
    /// The inline images of iTerm2, mintty and Visual Studio Code: PNG in one sequence.
    case iTerm2 = "iterm2"
    /// DEC's sixels: xterm with `-ti vt340`, foot, mlterm, contour, Windows Terminal.
    case sixel
    /// Half blocks, two pixels a character, in 24-bit colours or 256.
    case blocks
    /// Braille dots, two by four pixels a character, without colours.
    case braille
    /// Not at all.
    case none

    /// The environment variable that picks one.
    public static let variable = "ZIPLAB_PICTURES"

    /// What the environment says: the variable, else what the terminal is known for.
    ///
    /// A terminal is not asked: its answer would stand among what a person types.
    /// - Parameters:
    ///   - isTerminal: whether the output goes to one; elsewhere nothing is shown unless the variable says so.
    ///   - usesColor: whether colours are wanted.
    public static func chosen(
        environment: [String: String], isTerminal: Bool, usesColor: Bool
    ) -> PictureProtocol {
        if let forced = environment[variable].flatMap({ PictureProtocol(rawValue: $0.lowercased()) }) {
            return forced
        }
        let type = environment["TERM"] ?? ""
        guard isTerminal, type != "", type != "dumb" else { return .none }
        guard usesColor else { return .braille }
        return isMultiplexed(environment) ? .blocks : known(type, environment) ?? .blocks
    }

    /// Whether tmux or screen stands between the program and the terminal; they drop pictures or misplace them.
    static func isMultiplexed(_ environment: [String: String]) -> Bool {
        let type = environment["TERM"] ?? ""
        return !(environment["TMUX"] ?? "").isEmpty || !(environment["STY"] ?? "").isEmpty
            || type.hasPrefix("screen") || type.hasPrefix("tmux")
    }

    private static func known(_ type: String, _ environment: [String: String]) -> PictureProtocol? {
        let program = environment["TERM_PROGRAM"] ?? ""
        if type == "xterm-kitty" || type == "xterm-ghostty" || environment["KITTY_WINDOW_ID"] != nil {
            return .kitty
        }
        if ["ghostty", "WezTerm"].contains(program) { return .kitty }
        if let version = environment["KONSOLE_VERSION"].flatMap({ Int($0) }), version >= 220_400 {
            return .kitty
        }
        if ["iTerm.app", "mintty"].contains(program) || environment["LC_TERMINAL"] == "iTerm2" {
            return .iTerm2
        }
        if ["foot", "mlterm", "contour", "yaft"].contains(where: { type.hasPrefix($0) }) { return .sixel }
        return nil
    }
}
