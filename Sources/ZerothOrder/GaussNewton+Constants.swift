/// The constants of images that answers leave open, as log-probabilities do.
extension GaussNewton {
    /// A round's answers [C, N] with the constants chosen that are not known.
    func settled(_ answers: [[Float]]) -> [[Float]] {
        let images = labels.count
        guard whole < images else { return answers }
        return answers.enumerated().map { index, answer in
            var shares = [Double](repeating: 1 / Double(classes), count: classes)
            var wanted = [Double](repeating: 0, count: images)
            switch phase {
            case .start: break
            case .directions:
                let signs = signs(directions.count + index)
                let forward = signs.reduce(0.0) { $0 + ($1 > 0 ? 1 : 0) }
                shares = signs.map { 0.5 / ($0 > 0 ? forward : Double(classes) - forward) }
                wanted = imageMeans(responses.answers[present], shares)
            case .trial(let trial): wanted = trial.means
            }
            let means = imageMeans(answer, shares)
            return answer.indices.map { at in
                let image = at % images
                return image < whole ? answer[at] : Float(Double(answer[at]) + wanted[image] - means[image])
            }
        }
    }

    /// Sums over the classes of each image's logits [C, N] times a share of each class, [N].
    private func imageMeans(_ values: [Float], _ shares: [Double]) -> [Double] {
        var means = [Double](repeating: 0, count: labels.count)
        for at in values.indices {
            means[at % labels.count] += shares[at / labels.count] * Double(values[at])
        }
        return means
    }
}
