package import CRIJSON
internal import CRIMessages
internal import CRISnapshot
package import CRIVerify

extension NetReport {
  /// Returns the report as a document.
  /// - Parameter exitCode: The exit code of `cri net`.
  package func json(exitCode: Int32, text: ReportText = .english) -> JSON {
    [
      "kind": "cri-net", "schema": JSON(Self.schema), "node": .string(host.name),
      "runtime": .string("\(runtime.name) \(runtime.version)"), "exitCode": JSON(exitCode),
      "summary": .object(
        JSONObject(
          NetworkVerdict.Kind.allCases.map { kind in
            (kind.rawValue, JSON(rows.count { $0.verdict.kind == kind }))
          })),
      "pods": .array(rows.map { $0.json(text) }),
      "unchecked": .array(unchecked.map { $0.json(text) }),
    ]
  }
}

extension NetReport.Row {
  fileprivate func json(_ text: ReportText) -> JSON {
    [
      "namespace": .string(sandbox.pod.namespace), "pod": .string(sandbox.pod.name), "uid": .string(sandbox.pod.uid),
      "id": .string(sandbox.id), "verdict": .string(verdict.kind.rawValue),
      "reasons": .array(verdict.reasons.map { .string(text.reason($0)) }),
      "addresses": isRead ? .array(sandbox.addresses.map { .string($0) }) : .null,
      "networkNamespace": JSON(optional: sandbox.facts.networkNamespace),
      "realAddresses": sandbox.realAddresses.map { .array($0.map { .string("\($0)") }) } ?? .null,
      "truth": sandbox.observed?.json ?? .null,
    ]
  }
}
