/// Elementary functions in double precision by this program's own arithmetic, so that they give the same bits
/// on every system.
///
/// Only additions, products, quotients, roots and fused multiply-adds are used, all of them correctly rounded
/// everywhere.
public enum Elementary {
    /// e^x.
    public static func exp(_ x: Double) -> Double { exp(x, 0) }

    /// The natural logarithm; −∞ at 0, NaN below.
    public static func log(_ x: Double) -> Double {
        guard x > 0, x < .infinity else {
            return x == 0 ? -.infinity : x == .infinity ? x : .nan
        }
        let (high, low) = logarithm(x)
        return high + low
    }

    /// x^y for x > 0; 1 where x is 1 or y is 0, x where y is 1, otherwise NaN outside x > 0.
    public static func pow(_ x: Double, _ y: Double) -> Double {
        if y == 0 || x == 1 { return 1 }
        if y == 1 { return x }
        guard x > 0, x < .infinity, y.isFinite else {
            return limitOfPower(x, y)
        }
        let (high, low) = logarithm(x)
        let product = high * y
        guard product.isFinite else { return product > 0 ? .infinity : 0 }
        // The rest of the product, as the exponential magnifies its error by |y log x|.
        let rest = (-product).addingProduct(high, y) + low * y
        return exp(product, rest)
    }

    /// The sine and cosine of 2πu for a finite u; exact at multiples of a quarter.
    public static func sinCosTurns(_ u: Double) -> (sine: Double, cosine: Double) {
        let quarters = (4 * u).rounded(.toNearestOrEven)
        let part = 4 * u - quarters
        // part · π/2 with π/2 in two pieces; |angle| ≤ π/4.
        let angle = part * 0x1.921fb54442d18p0
        let rest =
            (-angle).addingProduct(part, 0x1.921fb54442d18p0) + part * 0x1.1a62633145c07p-54
        let square = angle * angle
        var tail = 0.0
        for coefficient in sineCoefficients {
            tail = coefficient.addingProduct(tail, square)
        }
        var sine = angle + (tail * square * angle + rest)
        tail = 0
        for coefficient in cosineCoefficients {
            tail = coefficient.addingProduct(tail, square)
        }
        // 1 − s/2 is kept in two pieces, so that its rounding is not lost.
        let half = 0.5 * square
        let leading = 1 - half
        let lost = (1 - leading) - half
        let cosine = leading + (lost + (tail * square * square - angle * rest))
        if sine == 0 { sine = 0 }
        switch Int(quarters.truncatingRemainder(dividingBy: 4)) & 3 {
        case 0: return (sine, cosine)
        case 1: return (cosine, 0 - sine)
        case 2: return (0 - sine, 0 - cosine)
        default: return (0 - cosine, sine)
        }
    }

    // Taylor series of e^r from r¹³ down to r², of sin from s⁸ = r¹⁷ down to r³, of cos from r¹⁸ down to r⁴.
    private static let exponentialCoefficients: [Double] = [
        1 / 6227020800, 1 / 479001600, 1 / 39916800, 1 / 3628800, 1 / 362880, 1 / 40320, 1 / 5040,
        1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2,
    ]
    private static let sineCoefficients: [Double] = [
        1 / 355687428096000, -1 / 1307674368000, 1 / 6227020800, -1 / 39916800, 1 / 362880,
        -1 / 5040, 1 / 120, -1 / 6,
    ]
    private static let cosineCoefficients: [Double] = [
        -1 / 6402373705728000, 1 / 20922789888000, -1 / 87178291200, 1 / 479001600, -1 / 3628800,
        1 / 40320, -1 / 720, 1 / 24,
    ]

    /// e^(x + low) with |low| far below |x|.
    private static func exp(_ x: Double, _ low: Double) -> Double {
        if x.isNaN { return x }
        if x > 710 { return .infinity }
        if x < -746 { return 0 }
        let n = (x * 0x1.71547652b82fep0).rounded(.toNearestOrEven)
        // log 2 in two pieces, the first short enough for an exact product with n.
        let reduced = x.addingProduct(-n, 0x1.62e42fefa3800p-1)
        let correction = n * -0x1.ef35793c76730p-45 + low
        let r = reduced + correction
        let rest = (reduced - r) + correction
        var tail = 0.0
        for coefficient in exponentialCoefficients {
            tail = coefficient.addingProduct(tail, r)
        }
        let value = 1 + (r + (tail * r * r + rest * (1 + r)))
        return scaled(value, by: Int(n))
    }

    /// value · 2ⁿ in two steps, of which at most the second rounds.
    private static func scaled(_ value: Double, by n: Int) -> Double {
        let half = n >> 1
        return value * powerOfTwo(half) * powerOfTwo(n - half)
    }

    private static func powerOfTwo(_ n: Int) -> Double { Double(bitPattern: UInt64(n + 1023) << 52) }

    /// log x as an unevaluated sum, for finite x > 0.
    ///
    /// x = 2ᵉ m with m in [√½, √2); log m = 2 (f + f³/3 + f⁵/5 + …) with f = (m − 1) / (m + 1), where f and
    /// f³/3 are carried in two pieces each.
    private static func logarithm(_ x: Double) -> (high: Double, low: Double) {
        var m = x.significand
        var e = Double(x.exponent)
        if m > 0x1.6a09e667f3bcdp0 {
            m *= 0.5
            e += 1
        }
        let numerator = m - 1
        let denominator = m + 1
        let denominatorRest = m - (denominator - 1)
        let f = numerator / denominator
        let fRest =
            (numerator.addingProduct(-f, denominator) - f * denominatorRest) / denominator
        let square = f * f
        let squareRest = (-square).addingProduct(f, f) + 2 * f * fRest
        let cube = square * f
        let cubeRest = (-cube).addingProduct(square, f) + square * fRest + squareRest * f
        // f³/3 in two pieces.
        let third = cube / 3
        let thirdRest = cube.addingProduct(-third, 3) / 3 + cubeRest / 3
        var tail = 0.0
        for k in stride(from: 23, through: 5, by: -2) {
            tail = (1 / Double(k)).addingProduct(tail, square)
        }
        tail *= cube * square
        // Largest first: e log 2, 2f, 2f³/3, and the rest.
        let base = e * 0x1.62e42fefa3800p-1
        let baseRest = e * 0x1.ef35793c76730p-45
        let (first, firstRest) = sum(base, 2 * f)
        let (second, secondRest) = sum(first, 2 * third)
        let low = ((tail + thirdRest + fRest) * 2 + secondRest) + firstRest + baseRest
        return sum(second, low)
    }

    /// a + b and its rounding error.
    private static func sum(_ a: Double, _ b: Double) -> (high: Double, low: Double) {
        let high = a + b
        let part = high - a
        return (high, (a - (high - part)) + (b - part))
    }

    /// Powers at the edges of the domain.
    private static func limitOfPower(_ x: Double, _ y: Double) -> Double {
        if x.isNaN || y.isNaN || x < 0 { return .nan }
        if x == 0 { return y > 0 ? 0 : .infinity }
        if x == .infinity { return y > 0 ? .infinity : 0 }
        return (x > 1) == (y > 0) ? .infinity : 0
    }
}
