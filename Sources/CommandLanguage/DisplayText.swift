/// Returns the number of terminal columns that `text` takes; tabs and controls count as one.
public func displayWidth(of text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + displayWidth(of: $1) }
}

/// Returns the columns of one character: 2 for wide ones, 0 for marks that stand alone, else 1.
private func displayWidth(of character: Character) -> Int {
    if character.isASCII { return 1 }
    var width = 0
    for scalar in character.unicodeScalars {
        // Variation selector 16 asks for the emoji picture, which is wide.
        if scalar.value == 0xFE0F { return 2 }
        width = max(width, displayWidth(of: scalar))
    }
    return width
}

private func displayWidth(of scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x25FD...0x25FE,
        0x2614...0x2615, 0x2648...0x2653, 0x267F, 0x2693, 0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE,
        0x26C4...0x26C5, 0x26CE, 0x26D4, 0x26EA, 0x26F2...0x26F3, 0x26F5, 0x26FA, 0x26FD, 0x2705,
        0x270A...0x270B, 0x2728, 0x274C, 0x274E, 0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x27B0,
        0x27BF, 0x2B1B...0x2B1C, 0x2B50, 0x2B55, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
        0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
        0x1F004, 0x1F0CF, 0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F265, 0x1F300...0x1F320,
        0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3,
        0x1F3E0...0x1F3F0, 0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D,
        0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A, 0x1F595...0x1F596, 0x1F5A4, 0x1F5FB...0x1F64F,
        0x1F680...0x1F6C5, 0x1F6CC, 0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF,
        0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB, 0x1F7F0, 0x1F90C...0x1F93A,
        0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
        return 2
    default:
        break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return 1
    }
}

/// Returns a line as several of at most so many columns, broken at blanks where it has such.
///
/// Further lines begin below the second column of a table, where the line has one, or as far in as the first.
public func wrapped(_ line: String, columns: Int) -> [String] {
    guard columns > 0, displayWidth(of: line) > columns else { return [line] }
    let margin = min(hangingIndent(of: line), columns / 2)
    var lines: [String] = []
    var rest = Substring(line)
    while true {
        let room = columns - (lines.isEmpty ? 0 : margin)
        var width = 0
        let end = rest.firstIndex { character in
            width += displayWidth(of: character)
            return width > room
        }
        let indent = lines.isEmpty ? "" : String(repeating: " ", count: margin)
        guard let end else {
            lines.append(indent + rest)
            return lines
        }
        // A blank at the very end of the room serves, too; blanks before the first word do not.
        let start = rest.firstIndex { $0 != " " } ?? end
        let blank = start < end ? rest[start...end].lastIndex(of: " ") : nil
        var cut = blank ?? end
        if cut == rest.startIndex { cut = rest.index(after: cut) }
        var piece = rest[..<cut]
        while piece.last == " " { piece.removeLast() }
        lines.append(indent + piece)
        rest = rest[cut...]
        if blank != nil { rest = rest.drop { $0 == " " } }
        if rest.isEmpty { return lines }
    }
}

/// Columns before the second column of a table, which two blanks or more stand before; else before the first word.
private func hangingIndent(of line: String) -> Int {
    var width = 0
    var blanks = 0
    var leading: Int?
    for character in line {
        if character == " " {
            blanks += 1
        } else {
            if leading == nil {
                leading = width
            } else if blanks >= 2 {
                return width <= 40 ? width : leading ?? 0
            }
            blanks = 0
        }
        width += displayWidth(of: character)
    }
    return leading ?? 0
}
