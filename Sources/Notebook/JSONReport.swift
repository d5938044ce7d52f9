import CommandLanguage

extension Cell {
    /// The cell as one JSON object on one line; `schema` grows when a field changes its meaning.
    public var json: String {
        var fields = [
            "\"schema\":1", "\"cell\":\(number)", "\"input\":\(JSONText.quoted(input))",
            "\"status\":\"\(status.word)\"",
        ]
        let lines = outputs.compactMap { $0.line.map(JSONText.quoted) }
        fields.append("\"lines\":[\(lines.joined(separator: ","))]")
        let values = results.map { "\(JSONText.quoted($0.key)):\($0.value.json)" }
        fields.append("\"results\":{\(values.joined(separator: ","))}")
        let plots = plots.map { plot in
            "{\"path\":\(JSONText.quoted(plot.path)),\"width\":\(plot.width),\"height\":\(plot.height),"
                + "\"pixels\":\"sha256:\(plot.digest)\"}"
        }
        fields.append("\"plots\":[\(plots.joined(separator: ","))]")
        if case .failed(let failure) = status, let diagnostic = failure.diagnostic {
            let place = diagnostic.position
            let notes = diagnostic.notes.map(JSONText.quoted).joined(separator: ",")
            fields.append(
                "\"error\":{\"message\":\(JSONText.quoted(diagnostic.message)),"
                    + "\"file\":\(JSONText.quoted(diagnostic.source.name)),\"line\":\(place.line),"
                    + "\"column\":\(place.column),\"notes\":[\(notes)]}")
        }
        fields.append("\"seconds\":\((seconds * 1000).rounded() / 1000)")
        return "{" + fields.joined(separator: ",") + "}"
    }
}
