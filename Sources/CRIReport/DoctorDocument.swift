public import CRIDoctor
public import CRIJSON
internal import CRIProtobuf
public import CRIRules
internal import CRISnapshot

extension DoctorReport {
  /// Returns the report as the document that `cri doctor -o json` prints.
  /// - Parameters:
  ///   - threshold: The lowest severity that counts as a problem.
  ///   - exitCode: The exit code in the document; nil for the exit code of `cri doctor`.
  public func json(failingOn threshold: Severity = .major, exitCode: Int32? = nil) -> JSON {
    json(failingOn: threshold, exitCode: exitCode ?? verdict(failingOn: threshold).exitCode, text: .english)
  }

  func json(failingOn threshold: Severity, exitCode: Int32, text: ReportText) -> JSON {
    [
      "kind": "cri-doctor",
      "schema": JSON(Self.schema),
      "verdict": .string(verdict(failingOn: threshold).rawValue),
      "exitCode": JSON(exitCode),
      "failOn": .string("\(threshold)"),
      "taken": .string("\(taken)"),
      "node": .string(host.name),
      "bootId": JSON(optional: host.bootID),
      "runtime": .string(runtime),
      "daemonPid": JSON(optional: daemon.pid),
      "readyPods": JSON(pods.count),
      "relistMilliseconds": JSON(optional: relist.map(\.milliseconds)),
      "findings": .array(findings.map { $0.json(text) }),
      "unchecked": .array(unchecked.map { $0.ruleJSON(text) }),
    ]
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}

extension DoctorFinding {
  fileprivate func json(_ text: ReportText) -> JSON {
    let entry = text.rule(rule.id)
    return [
      "rule": .string(rule.id.label), "id": .string(rule.id.rawValue), "severity": .string("\(rule.severity)"),
      "object": object.json, "what": .string(entry.violation), "detail": .string(text.detail(detail)),
      "reason": .string(entry.reason), "remedy": .string(entry.remedy),
    ]
  }
}
