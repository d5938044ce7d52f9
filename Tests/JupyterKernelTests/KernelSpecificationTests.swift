import Foundation
import JupyterKernel
import TestData
import Testing

struct KernelSpecificationTests {
    @Test(arguments: [
        ("JUPYTER_DATA_DIR", ""), ("XDG_DATA_HOME", "/jupyter"), ("HOME", "/.local/share/jupyter"),
    ])
    func `the user's kernels are where Jupyter looks`(_ variable: String, _ below: String) throws {
        let data = try TemporaryData()
        let folder = try KernelSpecification.install(
            program: ["/bin/ziplab", "kernel"], prefix: nil, environment: [variable: data.path])
        #expect(folder == data.path + below + "/kernels/ziplab")
        let json = try Data(contentsOf: URL(fileURLWithPath: folder + "/kernel.json"))
        let fields = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(
            fields["argv"] as? [String] == ["/bin/ziplab", "kernel", "--connection", "{connection_file}"])
        #expect(fields["interrupt_mode"] as? String == "message")
    }

    @Test func `a prefix wins, and no home is said`() throws {
        let data = try TemporaryData()
        let folder = try KernelSpecification.install(
            program: ["z"], prefix: data.path, environment: ["HOME": "/nonexistent"])
        #expect(folder == data.path + "/share/jupyter/kernels/ziplab")
        #expect(
            message { _ = try KernelSpecification.install(program: ["z"], prefix: nil, environment: [:]) }
                == "no folder for kernels is known: 'HOME' is not set; name one with '--prefix'")
    }
}
