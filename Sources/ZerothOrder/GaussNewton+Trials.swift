import Tensors

/// The local solve: how a trial is made and judged.
extension GaussNewton {
    /// Penalised cross-entropy of logits [C, N] under a bias at some coordinates.
    private func loss(_ logits: [Double], _ bias: [Double], _ coordinates: [Double]) -> Double {
        let biased = logits.indices.map { logits[$0] + bias[$0 / labels.count] }
        let ridge = settings.biasRidge ?? 0
        return SoftmaxModel.crossEntropy(biased, labels: labels, classes: classes).loss
            + prior / 2 * RowArithmetic.dot(coordinates, coordinates)
            + ridge / 2 * RowArithmetic.dot(bias, bias)
    }

    /// Ridge on the distance from the start, κ k.
    private var prior: Double { settings.prior * Double(directions.count) }

    /// Minimises the model inside the region and makes the minimum the trial.
    mutating func propose(left: Int) {
        let count = directions.count
        let images = labels.count
        let coordinates = coordinates
        let linear = responses.linear(at: present, directions: count, nugget: nugget)
        let biased = settings.biasRidge != nil
        let model = SoftmaxModel(
            base: linear.base.indices.map { linear.base[$0] + bias[$0 / images] }, blocks: linear.blocks,
            biased: biased, labels: labels, classes: classes)
        /// Values by group, from those along directions [k, blocks] and of the bias.
        func grouped(_ along: [Double], _ bias: [Double]) -> [Double] {
            (0..<blocks).flatMap { group in (0..<count).map { along[$0 * blocks + group] } }
                + (biased ? bias : [])
        }
        let ridge = settings.biasRidge ?? 0
        func solve(_ damping: Double, from start: [Double]?) -> SoftmaxModel.Solution {
            let weight = prior + damping
            return model.minimum(
                ridges: grouped(
                    [Double](repeating: weight, count: coordinates.count),
                    [Double](repeating: ridge, count: classes)),
                centres: grouped(coordinates.map { -prior * $0 / weight }, bias.map { -$0 }),
                from: start, steps: 6, tolerance: 3e-4)
        }
        func move(_ solution: SoftmaxModel.Solution) -> [Double] {
            (0..<count).flatMap { index in (0..<blocks).map { solution.point[$0 * count + index] } }
        }
        var solution = solve(damping, from: nil)
        var length = RowArithmetic.norm(move(solution))
        // The damping under which the step is about as long as the region is wide.
        for _ in 0..<8 {
            let power = Elementary.pow(length / radius, 1.3)
            if length > 1.15 * radius {
                damping = max(damping, 1e-4) * max(1.5, min(10, power))
            } else if length < 0.7 * radius, damping > 1e-4 {
                damping *= max(0.1, min(0.7, power))
            } else {
                break
            }
            solution = solve(damping, from: solution.point)
            length = RowArithmetic.norm(move(solution))
        }
        let chosen = move(solution)
        let newBias = biased ? zip(bias, solution.point.suffix(classes)).map { $0 + $1 } : bias
        let logits = solution.logits.indices.map { solution.logits[$0] - newBias[$0 / images] }
        let expected = loss(logits, newBias, zip(coordinates, chosen).map { $0 + $1 })
        phase = .trial(
            Trial(
                move: chosen, point: moved(by: chosen), bias: newBias, expected: expected,
                means: centred(logits).means, left: left))
    }

    /// Takes the trial or not, and changes the region.
    mutating func judge(_ answer: [Float], _ trial: Trial) -> Record? {
        let coordinates = coordinates
        let now = loss(responses.answers[present].map { Double($0) }, bias, coordinates)
        let newCoordinates = zip(coordinates, trial.move).map { $0 + $1 }
        let then = loss(answer.map { Double($0) }, trial.bias, newCoordinates)
        let ratio = (now - then) / max(now - trial.expected, 1e-9)
        let length = RowArithmetic.norm(trial.move)
        responses.add(newCoordinates, answer)
        if ratio < 0.25 {
            radius = max(0.5 * min(length, radius), leastRadius)
        } else if ratio > 0.6, length > 0.6 * radius {
            radius *= 2
        }
        let accepted = then < now
        if accepted {
            point = trial.point
            bias = trial.bias
            present = responses.places.count - 1
        } else if trial.left > 1 {
            propose(left: trial.left - 1)
            return nil
        } else {
            radius = max(radius, settings.restartRadius)
        }
        phase = .directions
        step += 1
        return Record(
            step: step, loss: min(now, then), ratio: ratio, radius: radius, rank: directions.count,
            accepted: accepted, noise: noise)
    }

    /// The point after a move [k, blocks] along the directions.
    private func moved(by move: [Double]) -> [Double] {
        var next = point
        for block in 0..<blocks {
            for (index, direction) in directions.enumerated() {
                RowArithmetic.add(
                    move[index * blocks + block], direction, from: 0, to: &next, at: block * dimensions,
                    count: dimensions)
            }
        }
        return next
    }
}
