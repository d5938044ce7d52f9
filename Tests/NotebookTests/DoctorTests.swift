import Notebook
import Testing

/// `doctor`: what it says, charges and records.
@Suite struct DoctorTests {
    @Test func saysWhatItCostsAndWhatToChange() throws {
        let notebook = try Fixture().notebook("model load\ndata load data\nprompt new --tokens 2 --a 10")
        let cell = try #require(try notebook.run("doctor").last)
        #expect(cell.status == .ok)
        let queries = try #require(cell.results.first { $0.key == "queries" }?.value)
        guard case .integer(let count) = queries else {
            Issue.record("no count")
            return
        }
        #expect(cell.lines.first == "examining with \(count) queries of the 5000 left")
        #expect(cell.results.contains { $0.key == "change.1" })
        #expect(
            try notebook.run("show").last?.lines.contains {
                $0.hasPrefix(
                    "queries: \(count) of 5000 for training, 0 for evaluation; \(count) of them asked by 'doctor'"
                )
            } == true)
    }

    @Test func refusals() throws {
        let notebook = try Fixture().notebook("model load\ndata load data")
        #expect(try notebook.run("doctor").last?.status != .ok)
        let cell = try #require(try notebook.run("prompt new --tokens 2 --budget 20\ndoctor").last)
        guard case .failed(let failure) = cell.status else {
            Issue.record("a budget was exceeded")
            return
        }
        #expect(failure.message.contains("budget"))
    }
}
