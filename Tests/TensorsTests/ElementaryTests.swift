import Foundation
import Tensors
import Testing

struct ElementaryTests {
    static let uniforms = (0..<40_000).map {
        RandomStream(seed: 3, purpose: RandomPurpose("elementary")).uniformDouble($0)
    }

    @Test func `the exponential is within 1 ulp`() {
        var worst = 0.0
        for u in Self.uniforms {
            for x in [u * 2 - 1, u * 1400 - 700, u * 40 - 745] {
                worst = max(worst, ulps(Elementary.exp(x), Foundation.exp(x)))
            }
        }
        print("exp: worst \(worst) ulp")
        #expect(worst <= 1)
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(.infinity) == .infinity && Elementary.exp(-.infinity) == 0)
        #expect(Elementary.exp(709.8) == .infinity && Elementary.exp(-746) == 0)
        #expect(Elementary.exp(.nan).isNaN)
    }

    @Test func `the logarithm is within 1 ulp`() {
        var worst = 0.0
        for u in Self.uniforms {
            for x in [u, 1 + (u - 0.5) * 1e-3, u * 1e300, u * 0x1p-1030, 0.5 + u] where x > 0 {
                worst = max(worst, ulps(Elementary.log(x), Foundation.log(x)))
            }
        }
        print("log: worst \(worst) ulp")
        #expect(worst <= 1)
        #expect(Elementary.log(1) == 0)
        #expect(Elementary.log(0) == -.infinity && Elementary.log(.infinity) == .infinity)
        #expect(Elementary.log(-1).isNaN && Elementary.log(.nan).isNaN)
    }

    @Test func `powers are within 1 ulp`() {
        var worst = 0.0
        for (i, u) in Self.uniforms.enumerated() {
            let v = Self.uniforms[(i * 7 + 1) % Self.uniforms.count]
            for (x, y) in [
                (u * 1e4 + 1, v), (u * 10, v * 4 - 2), (1 + u * 1e-3, v * 4e5), (u * 1e-5, v * 50),
            ]
            where x > 0 {
                worst = max(worst, ulps(Elementary.pow(x, y), Foundation.pow(x, y)))
            }
        }
        print("pow: worst \(worst) ulp")
        #expect(worst <= 1)
        for u in Self.uniforms.prefix(1000) where u > 0 {
            #expect(Elementary.pow(1, u) == 1 && Elementary.pow(u, 1) == u && Elementary.pow(u, 0) == 1)
        }
        #expect(Elementary.pow(2, 10) == 1024 && Elementary.pow(10, 3) == 1000)
        #expect(Elementary.pow(0, 2) == 0 && Elementary.pow(0, -1) == .infinity)
        #expect(Elementary.pow(-1, 0.5).isNaN && Elementary.pow(2, .infinity) == .infinity)
        #expect(Elementary.pow(0.5, .infinity) == 0 && Elementary.pow(2, 1e300) == .infinity)
    }

    @Test func `sine and cosine of turns are near the system's`() {
        var worst = 0.0
        for u in Self.uniforms {
            let (sine, cosine) = Elementary.sinCosTurns(u)
            // The argument is reduced exactly first, so that the reference does not suffer from 2πu.
            let quarters = (4 * u).rounded()
            let angle = (4 * u - quarters) * (Double.pi / 2)
            let (s, c) = (Foundation.sin(angle), Foundation.cos(angle))
            let wanted = [(s, c), (c, -s), (-s, -c), (-c, s)][Int(quarters) & 3]
            worst = max(worst, ulps(sine, wanted.0), ulps(cosine, wanted.1))
        }
        print("sin, cos: worst \(worst) ulp")
        #expect(worst <= 2)
        let exact: [(Double, Double, Double)] = [(0, 0, 1), (0.25, 1, 0), (0.5, 0, -1), (0.75, -1, 0)]
        for (u, sine, cosine) in exact {
            let got = Elementary.sinCosTurns(u)
            #expect(got.sine == sine && got.cosine == cosine, "\(u)")
        }
    }
}
