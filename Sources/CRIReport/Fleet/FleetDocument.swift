public import CRIJSON
internal import CRIRules
internal import CRISnapshot

extension FleetReport {
  /// The report as the document that `cri report merge -o json` prints.
  public var json: JSON {
    [
      "kind": "cri-fleet",
      "schema": JSON(Self.schema),
      "exitCode": JSON(exitCode),
      "summary": [
        "nodes": JSON(nodeCount), "reports": JSON(reports.count), "superseded": JSON(superseded),
        "ignoredLines": JSON(ignoredLines),
      ],
      "verdicts": .array(verdicts.map(\.json)),
      "rules": .array(rules.map(\.json)),
      "versions": .array(versions.map(\.json)),
      "reports": .array(reports.map(\.json)),
      "missing": .array(missing.map { .string($0) }),
      "unreadable": .array(unreadable.map { ["source": .string($0.source), "reason": .string($0.reason)] }),
    ]
  }
}

extension FleetReport.VerdictCount {
  fileprivate var json: JSON { ["kind": .string(kind.rawValue), "verdict": .string(verdict), "nodes": JSON(nodes)] }
}

extension FleetReport.RuleCount {
  fileprivate var json: JSON {
    [
      "kind": .string(kind.rawValue), "rule": .string(label), "severity": .string("\(severity)"),
      "nodes": JSON(nodes.count), "findings": JSON(findings),
    ]
  }
}

extension FleetReport.VersionCount {
  fileprivate var json: JSON {
    [
      "kind": .string(kind.rawValue), "runtime": JSON(optional: runtime), "nodes": JSON(nodes),
      "verdicts": .array(verdicts.map { ["verdict": .string($0.verdict), "nodes": JSON($0.nodes)] }),
    ]
  }
}

extension FleetNode {
  fileprivate var json: JSON {
    [
      "node": .string(node), "kind": .string(kind.rawValue), "verdict": .string(verdict), "exitCode": JSON(exitCode),
      "taken": JSON(optional: taken.map { "\($0)" }), "runtime": JSON(optional: runtime),
      "runtimeBefore": JSON(optional: runtimeBefore), "target": JSON(optional: target), "pods": JSON(optional: pods),
      "rules": .array(
        rules.map {
          ["rule": .string($0.label), "severity": .string("\($0.severity)"), "findings": JSON($0.count)]
        }),
      "unchecked": JSON(unchecked), "reason": JSON(optional: reason), "source": .string(source),
    ]
  }
}
