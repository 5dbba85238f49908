// Verifies that an upgrade or a restart of the runtime lost nothing; otherwise prints what was lost.
// Usage: VerifyUpgrade save SOCKET FILE       before the upgrade: saves the runtime's state to FILE
//        VerifyUpgrade check SOCKET FILE      after the upgrade: waits for the runtime, and compares its state with FILE
// Exit codes, as for cri verify: 0 nothing was lost, 1 state was lost, 3 unverified, 4 there was nothing to verify.
import CRIVerification
import FoundationEssentials
import Glibc

let arguments = CommandLine.arguments
guard arguments.count == 4, ["save", "check"].contains(arguments[1]) else {
  fatalError("usage: VerifyUpgrade save|check SOCKET FILE")
}
let endpoint = try Endpoint(arguments[2])
let file = arguments[3]
let client = Client(endpoint, options: .init(timeout: .seconds(30)))

if arguments[1] == "save" {
  let snapshot = try await client.snapshot(tool: "VerifyUpgrade")
  // A snapshot may contain secrets from annotations, so only its owner may read it.
  let bytes = Data(snapshot.json.bytes(pretty: true))
  guard FileManager.default.createFile(atPath: file, contents: bytes, attributes: [.posixPermissions: 0o600]) else {
    fatalError("cannot write \(file)")
  }
  print("saved \(snapshot.sandboxes.count) pods and \(snapshot.containers.count) containers")
  exit(0)
}

let before = try Snapshot(parsing: [UInt8](Data(contentsOf: URL(filePath: file))))
guard case .ready = await ReadinessWait(endpoint: endpoint, timeout: .seconds(120)).run() else {
  print("the runtime is not ready")
  exit(3)
}
let report = Report(before: before, after: try await client.snapshot(tool: "VerifyUpgrade"))
switch report.verdict() {
case .intact: print("nothing was lost")
case .lost: print("state was lost; kubelet acts on \(report.affected.count) pods when it starts:")
case .unverified: print("no loss was found, but not everything could be read:")
case .vacuous: print("there was nothing to verify:")
}
for finding in report.findings { print("\(finding.rule.severity)\t\(finding.object)\t\(finding.rule.id)") }
// The complete text, as `cri verify` prints it.
print(report.text(), terminator: "")
exit(report.verdict().exitCode)
