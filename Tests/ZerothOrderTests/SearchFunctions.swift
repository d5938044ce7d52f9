import Foundation
import ZerothOrder

/// Functions to search, each with its minimum 0.
enum SearchFunction: String, Sendable, CaseIterable, Codable {
    case sphere, ellipsoid, rosenbrock

    func value(_ x: [Double]) -> Double {
        switch self {
        case .sphere: return x.reduce(0) { $0 + $1 * $1 }
        case .ellipsoid:
            var sum = 0.0
            for (i, value) in x.enumerated() {
                sum += pow(10, 6 * Double(i) / Double(x.count - 1)) * value * value
            }
            return sum
        case .rosenbrock:
            var sum = 0.0
            for i in 1..<x.count {
                let fall = x[i] - x[i - 1] * x[i - 1]
                let rest = 1 - x[i - 1]
                sum += 100 * fall * fall + rest * rest
            }
            return sum
        }
    }
}

extension CMAEvolutionStrategy {
    /// Takes generations; the values of each.
    @discardableResult
    mutating func run(_ function: (_ x: [Double]) -> Double, generations: Int) throws -> [[Double]] {
        try (0..<generations).map { _ in
            let values = ask().map(function)
            try tell(values)
            return values
        }
    }

    /// Evaluations to the end of the first generation with a value below 1e-10; nil for a search that ends
    /// elsewhere.
    mutating func evaluations(_ function: SearchFunction) throws -> Int? {
        while generation <= 20_000 {
            let values = ask().map(function.value)
            try tell(values)
            let least = values.min() ?? 0
            let most = values.max() ?? 0
            if least < 1e-10 { return generation * population }
            if most - least < 1e-13 * most { return nil }
        }
        return nil
    }
}
