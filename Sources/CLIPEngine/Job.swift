import Tensors

/// Work whose result is asked for later, so that many can run at once.
protocol Runnable: AnyObject {
    func run()
}

/// A value that may be made on another thread before it is asked for.
final class Job<Value>: Runnable {
    private let body: () throws -> Value
    private var result: Result<Value, any Error>?

    init(_ body: @escaping () throws -> Value) {
        self.body = body
    }

    func run() {
        result = Result(catching: body)
    }

    /// The value, made now where `run` was not called.
    func value() throws -> Value {
        if result == nil { run() }
        return try result?.get() ?? body()
    }
}

extension Parallel {
    /// Runs every job once, the first ones first.
    static func run(_ jobs: [any Runnable]) {
        forEach(jobs.count) { jobs[$0].run() }
    }
}
