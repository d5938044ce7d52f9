import Files
import Foundation

/// One page that needs nothing else: pictures inside, dark and light, results folded below each statement.
enum HTMLExporter: SessionExporter {
    static let name = "html"
    static let pathExtension = "html"

    static func export(_ session: ExportedSession) -> String {
        var body = "<h1>\(escaped(session.title))</h1>\n"
        if !session.settings.isEmpty {
            body += "<pre>\(escaped(session.settings.joined(separator: "\n")))</pre>\n"
        }
        for cell in session.cells { body += section(cell, session) }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <title>\(escaped(session.title))</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            \(body)</main>
            </body>
            </html>

            """
    }

    private static func section(_ cell: Cell, _ session: ExportedSession) -> String {
        var html = "<section>\n"
        let words = cell.comments.map { $0.drop { $0 == "#" || $0 == " " } }.joined(separator: " ")
        if !words.isEmpty { html += "<p>\(escaped(words))</p>\n" }
        html +=
            "<pre class=\"input\"><span class=\"number\">\(cell.number)</span>\(escaped(cell.input))</pre>\n"
        let lines = cell.outputs.compactMap(\.line)
        if !lines.isEmpty { html += "<pre>\(escaped(lines.joined(separator: "\n")))</pre>\n" }
        for plot in cell.plots {
            guard let picture = session.pictures[plot.digest] else {
                html += "<p class=\"missing\">picture \(escaped(plot.path)) was not found</p>\n"
                continue
            }
            html +=
                "<figure><img alt=\"\(escaped(plot.path))\" width=\"\(plot.width)\" height=\"\(plot.height)\" "
                + "src=\"data:image/png;base64,\(Data(picture.png).base64EncodedString())\">"
                + "<figcaption>\(escaped(plot.path))</figcaption></figure>\n"
        }
        switch cell.status {
        case .ok: break
        case .failed(let failure): html += "<pre class=\"error\">\(escaped(failure.text))</pre>\n"
        case .interrupted: html += "<pre class=\"error\">interrupted; what was done is kept</pre>\n"
        }
        if !cell.results.isEmpty {
            let rows = cell.results.map {
                "<tr><th>\(escaped($0.key))</th><td>\(escaped($0.value.description))</td></tr>"
            }
            html +=
                "<details><summary>\(cell.results.count) results</summary><table>\n\(rows.joined(separator: "\n"))\n</table></details>\n"
        }
        return html + "</section>\n"
    }

    /// Text with what HTML or a terminal takes for more than text made plain; line ends stay.
    private static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in escapedForDisplay(String(text), keepingTabs: true, keepingLines: true).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let style = """

        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #f3f4f6; --line: #d5d9de; --accent: #0b6b8a; --error: #a3281d; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e6e8; --paper: #15181b; --soft: #1f2428; --line: #384048; --accent: #6cc3dd; --error: #ff9a8d; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
        section { margin: 1.2rem 0; }
        p { margin: 1.6rem 0 .4rem; }
        pre { margin: .2rem 0; padding: .5rem .7rem; font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
        pre.input { background: var(--soft); border-left: 3px solid var(--accent); white-space: pre; overflow-x: auto; }
        .number { color: var(--accent); display: inline-block; min-width: 2.2em; user-select: none; }
        pre.error { color: var(--error); }
        figure { margin: .6rem 0; }
        img { max-width: 100%; height: auto; display: block; background: #ffffff; border: 1px solid var(--line); }
        figcaption, .missing, summary { font-size: .85rem; opacity: .75; }
        details { margin: .2rem .7rem; }
        table { border-collapse: collapse; font: 12px/1.4 ui-monospace, monospace; display: block; overflow-x: auto; }
        th, td { text-align: left; font-weight: normal; padding: .1rem .8rem .1rem 0; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }

        """
}
