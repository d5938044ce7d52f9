import Tensors
import Testing

struct MatrixTests {
    @Test func `rows and elements`() {
        var m = Matrix(rows: [[1, 2, 3], [4, 5, 6]])
        #expect(m.rows == 2 && m.columns == 3)
        #expect(m[1, 0] == 4)
        m[0, 2] = 9
        #expect(Array(m.row(0)) == [1, 2, 9])
        m.setRow(1, to: [7, 8, 0])
        #expect(m == Matrix(rows: 2, columns: 3, values: [1, 2, 9, 7, 8, 0]))
        #expect(Matrix(rows: 0, columns: 4).values.isEmpty)
    }

    @Test(arguments: 1...40)
    func `rows are divided by their length`(_ columns: Int) throws {
        let x = samples(3 * columns, "x")
        let wanted = stride(from: 0, to: x.count, by: columns).flatMap { start in
            let row = Array(x[start..<start + columns])
            let length = Twin.dot(row, row).squareRoot()
            return row.map { $0 / length }
        }
        for (level, got) in try atEachLevel({
            var m = Matrix(rows: 3, columns: columns, values: x)
            m.normalizeRows()
            return m.values
        }) {
            #expect(sameBits(got, wanted), "\(level)")
        }
    }
}
