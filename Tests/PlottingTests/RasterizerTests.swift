import Plotting
import Raster
import Testing

@Suite struct RasterizerTests {
    /// Total coverage equals the polygon's area (shoelace formula), wherever it lies.
    @Test func fillsHaveTheirExactArea() {
        var random = SplitMix(seed: 8)
        let clip = PixelRect(x: 0, y: 0, width: 60, height: 50)
        var worst = 0.0
        for _ in 0..<300 {
            let points = (0..<3).map { _ in Vector(1 + random.unit() * 57, 1 + random.unit() * 47) }
            var outline = Outline()
            outline.append(points)
            let covered = Coverage.fill(outline, clip: clip).values.reduce(0.0) { $0 + Double($1) }
            let (a, b, c) = (points[0], points[1], points[2])
            let area = ((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)).magnitude / 2
            worst = max(worst, (covered - area).magnitude)
        }
        print("fill: worst difference of area \(worst)")
        #expect(worst < 1e-3)
    }

    /// A clipped fill equals the same part of the whole fill.
    @Test func clippingCutsAndChangesNothingElse() {
        var random = SplitMix(seed: 2)
        let whole = PixelRect(x: -50, y: -50, width: 200, height: 200)
        let part = PixelRect(x: 10, y: 5, width: 30, height: 40)
        for _ in 0..<100 {
            var outline = Outline()
            outline.append((0..<4).map { _ in Vector(random.unit() * 140 - 40, random.unit() * 140 - 40) })
            let all = Coverage.fill(outline, clip: whole)
            let cut = Coverage.fill(outline, clip: part)
            for row in part.y..<part.endY {
                for column in part.x..<part.endX {
                    #expect((value(all, column, row) - value(cut, column, row)).magnitude < 1e-5)
                }
            }
        }
    }

    /// Coverage of a line is that of the distance to it, pixel by pixel.
    @Test func linesCoverByDistance() {
        var random = SplitMix(seed: 6)
        let area = PixelRect(x: 0, y: 0, width: 40, height: 30)
        for _ in 0..<200 {
            let start = Vector(random.unit() * 80 - 20, random.unit() * 60 - 15)
            let end = Vector(random.unit() * 80 - 20, random.unit() * 60 - 15)
            let reach = 0.5 + random.unit() * 3
            var coverage = Coverage(area: area)
            coverage.addLine(from: start, to: end, reach: reach)
            for row in 0..<area.height {
                for column in 0..<area.width {
                    let p = Vector(Double(column) + 0.5, Double(row) + 0.5)
                    let d = end - start
                    let t = min(
                        max(((p - start).x * d.x + (p - start).y * d.y) / (d.x * d.x + d.y * d.y), 0), 1)
                    let off = p - (start + d * t)
                    let distance = (off.x * off.x + off.y * off.y).squareRoot()
                    let expected = Float(min(max(reach + 0.5 - distance, 0), 1))
                    #expect((value(coverage, column, row) - expected).magnitude < 1e-4)
                }
            }
        }
    }

    @Test func endlessLinesDoNotHang() {
        var coverage = Coverage(area: PixelRect(x: 0, y: 0, width: 20, height: 20))
        coverage.addLine(from: Vector(-1e300, 10), to: Vector(1e300, 10), reach: 2)
        coverage.addLine(from: Vector(.nan, 10), to: Vector(5, 10), reach: 2)
        coverage.addLine(from: Vector(5, -.infinity), to: Vector(5, .infinity), reach: 1)
        #expect(coverage.values.allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    private func value(_ coverage: Coverage, _ column: Int, _ row: Int) -> Float {
        let x = column - coverage.area.x
        let y = row - coverage.area.y
        guard x >= 0, y >= 0, x < coverage.area.width, y < coverage.area.height else { return 0 }
        return coverage.values[y * coverage.area.width + x]
    }
}
