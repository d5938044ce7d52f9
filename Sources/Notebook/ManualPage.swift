import PromptTuning

/// The manual page, of the same texts as `help`, in roff's man macros.
///
/// - Parameter exitStatus: what the program's exit codes mean.
public func manualPage(exitStatus: String) -> String {
    let methods = MethodTable.standard
    var page = """
        .TH ZIPLAB 1 "" "ziplab \(ziplabVersion)" "User Commands"
        .SH NAME
        ziplab \\- a notebook for tuning the prompt of a black-box vision-language model
        .SH SYNOPSIS
        .B ziplab
        [\\fB\\-c\\fR \\fISTATEMENTS\\fR] [\\fIOPTION\\fR...]
        .br
        .B ziplab
        run|replay|resume|export|sweep|gather|kernel|man [\\fIOPTION\\fR...] [\\fIFILE\\fR]
        .SH DESCRIPTION
        Without arguments ziplab is a prompt for statements; from a pipe it runs them. \\(aqziplab \\-\\-help\\(aq lists the
        options, \\(aqziplab help SUBCOMMAND\\(aq those of a subcommand. This page has what \\(aqhelp\\(aq says at the prompt.

        """
    func section(_ title: String) { page += ".SH \(title)\n" }
    func add(_ title: String, _ topic: String) {
        page += ".SS \(escaped(title))\n.nf\n"
        for line in HelpCommand.text(about: topic, methods, columns: 72) ?? [] {
            page += escaped(line) + "\n"
        }
        page += ".fi\n"
    }
    section("STATEMENTS")
    for command in commandTable { add("\(command.verb): \(command.summary)", command.verb) }
    section("METHODS")
    for method in methods.all where !commandTable.contains(where: { $0.verb == method.name }) {
        add("\(method.name): \(method.summary)", method.name)
    }
    for topic in HelpCommand.otherTopics {
        section(topic.uppercased())
        add(topic, topic)
    }
    section("EXIT STATUS")
    return page + escaped(exitStatus) + "\n"
}

/// A line that roff shows as it is.
private func escaped(_ line: String) -> String {
    var text = ""
    for character in line {
        switch character {
        case "\\": text += "\\e"
        case "-": text += "\\-"
        case "'": text += "\\(aq"
        case "`": text += "\\(ga"
        case "^": text += "\\(ha"
        case "~": text += "\\(ti"
        default: text.append(character)
        }
    }
    // A point at the start of a line would be a request.
    return text.hasPrefix(".") ? "\\&" + text : text
}
