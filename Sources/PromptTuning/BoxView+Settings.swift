package import BlackBox

extension BoxView {
    /// The view that settings ask for.
    ///
    /// - Throws: `TuningError` for a view under which nothing can be tuned, and where more classes would be shown than there are.
    init(_ settings: MethodSettings, classes: Int) throws {
        let (view, top, noise) = (CommonSettings.view, CommonSettings.top, CommonSettings.noise)
        guard let numbers = Numbers(rawValue: settings[view]) else {
            throw TuningError.conflict(
                name: view.key.name,
                reason: "no method can tune on labels: they alone give neither a loss nor differences")
        }
        guard settings[noise].isFinite else {
            throw TuningError.badSetting(
                name: noise.key.name, expected: "a finite number", got: "\(settings[noise])")
        }
        var shown = settings[top]
        if let count = shown {
            guard count <= classes else {
                throw TuningError.badSetting(
                    name: top.key.name, expected: "at most \(classes), as many as there are classes,",
                    got: "\(count)")
            }
            // All other classes would get the one logit that is shown.
            guard count > 1 || numbers != .logits else {
                throw TuningError.badSetting(
                    name: top.key.name, expected: "at least 2, since one logit makes no difference,",
                    got: "\(count)")
            }
            if count == classes { shown = nil }
        }
        self.init(
            numbers: numbers, decimals: settings[CommonSettings.decimals], top: shown, noise: settings[noise],
            failure: settings[CommonSettings.failure])
    }

    /// What is shown, for a person: "probabilities to 2 decimals of the top 5 classes, noise 0.05".
    package var summary: String {
        numbers.rawValue
            + (decimals.map { " to " + DisplayNumber.count($0, "decimal") } ?? "")
            + (top.map { $0 == 1 ? " of the top class" : " of the top \($0) classes" } ?? "")
            + (noise > 0 ? ", noise \(noise)" : "")
            + (failure > 0 ? "; \(DisplayNumber.percent(100 * failure)) of queries fail" : "")
    }
}
