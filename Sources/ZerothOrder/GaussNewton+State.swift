public import Tensors

extension GaussNewton {
    /// Everything that a search carries between two steps, by name; `restore` goes on from it bit for bit.
    ///
    /// Coordinates of the q points that were asked are [q, k, blocks], zeros along directions that came later.
    public var state: [NamedTensor] {
        let width = directions.count * blocks
        return [
            NamedTensor("point", point), NamedTensor("bias", bias),
            NamedTensor("directions", directions.flatMap { $0 }),
            NamedTensor(
                "places",
                responses.places.flatMap { $0 + [Double](repeating: 0, count: width - $0.count) }),
            NamedTensor("answers", responses.answers.flatMap { $0 }),
            NamedTensor("region", region + [Double(present), Double(step)]),
        ]
    }

    /// Goes on from the state of a search of the same settings between two steps; false where it does not fit.
    public mutating func restore(_ state: [NamedTensor]) -> Bool {
        func values(_ name: String) -> [Double]? {
            guard case .doubles(let values)? = state.first(where: { $0.name == name })?.values,
                values.allSatisfy(\.isFinite)
            else { return nil }
            return values
        }
        let size = labels.count * classes
        guard let point = values("point"), point.count == blocks * dimensions, let bias = values("bias"),
            bias.count == classes, let directions = values("directions"),
            directions.count % dimensions == 0, let places = values("places"),
            case .floats(let answers)? = state.first(where: { $0.name == "answers" })?.values,
            answers.count % size == 0, answers.allSatisfy(\.isFinite), let region = values("region"),
            region.count == 6, region[0] > 0, region[1] >= 0, region[2] >= 0, region[3] >= 0,
            region[4] >= 0, region[4] < 0x1p52, region[5] >= 0, region[5] < 0x1p52
        else { return false }
        let points = answers.count / size
        let width = directions.count / dimensions * blocks
        guard places.count == points * width, (points == 0) == (region[5] == 0),
            points == 0 || Int(region[4]) < points
        else { return false }
        (self.point, self.bias) = (point, bias)
        self.directions = (0..<(directions.count / dimensions)).map {
            Array(directions[($0 * dimensions)..<(($0 + 1) * dimensions)])
        }
        responses = ResponseModel(
            images: labels.count, classes: classes, groups: blocks, scale: settings.scale)
        for index in 0..<points {
            responses.add(
                Array(places[(index * width)..<((index + 1) * width)]),
                Array(answers[(index * size)..<((index + 1) * size)]))
        }
        (radius, damping, noise, slope) = (region[0], region[1], region[2], region[3])
        (present, step) = (Int(region[4]), Int(region[5]))
        phase = points == 0 ? .start : .directions
        return true
    }
}
