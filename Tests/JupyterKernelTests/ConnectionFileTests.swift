import Files
import Foundation
import JupyterKernel
import TestData
import Testing

struct ConnectionFileTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var fields: String
        var problem: String
        var testDescription: String { problem }
    }

    private static let ports =
        #""shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5"#

    @Test func `a file as Jupyter writes it`() throws {
        let data = try TemporaryData()
        try data.write(
            "c.json",
            text: """
                {"shell_port": 53407, "iopub_port": 46045, "stdin_port": 44561, "control_port": 41229,
                "hb_port": 46411, "ip": "127.0.0.1", "key": "a0436f6c-1916-498b-8eb9-e81ab9368e84",
                "transport": "tcp", "signature_scheme": "hmac-sha256", "kernel_name": "ziplab"}
                """)
        let file = try ConnectionFile(path: data.path + "/c.json")
        #expect(file.address(.shell) == "tcp://127.0.0.1:53407")
        #expect(file.address(.heartbeat) == "tcp://127.0.0.1:46411")
        try data.write(
            "i.json", text: #"{"transport":"ipc","ip":"/tmp/k","key":"",\#(Self.ports)}"#)
        #expect(try ConnectionFile(path: data.path + "/i.json").address(.iopub) == "ipc:///tmp/k-2")
    }

    @Test(arguments: [
        Sample(fields: "", problem: "expected the JSON object of a Jupyter connection"),
        Sample(fields: "[1]", problem: "expected the JSON object of a Jupyter connection"),
        Sample(fields: "{\(ports)}", problem: "it has no 'key'"),
        Sample(fields: #"{"key":"","shell_port":1}"#, problem: "it has no 'control_port'"),
        Sample(fields: #"{"key":3,\#(ports)}"#, problem: "expected a text for 'key'"),
        Sample(
            fields:
                #"{"key":"","hb_port":70000,"control_port":1,"shell_port":2,"iopub_port":3,"stdin_port":4}"#,
            problem: "expected a port from 1 to 65535 for 'hb_port'"),
        Sample(
            fields: #"{"key":"","transport":"pigeon",\#(ports)}"#,
            problem: "expected 'tcp' or 'ipc' for 'transport'; got 'pigeon'"),
        Sample(fields: #"{"key":"","ip":"",\#(ports)}"#, problem: "expected an address for 'ip'"),
        Sample(
            fields: #"{"key":"","signature_scheme":"md5",\#(ports)}"#,
            problem: "expected 'hmac-sha256' for 'signature_scheme'; got 'md5'"),
    ])
    func `a wrong file is named with its field`(_ sample: Sample) throws {
        let data = try TemporaryData()
        try data.write("c.json", text: sample.fields)
        let path = data.path + "/c.json"
        #expect(
            message { _ = try ConnectionFile(path: path) } == "cannot read '\(path)': \(sample.problem)")
    }
}
