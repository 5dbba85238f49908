public import CRIJSON
public import CRIRules
internal import CRISnapshot

extension Report {
  /// The report as a document. `exitCode` is what `cri verify` ends with at the same threshold.
  public func json(failingOn threshold: Severity = .major, exitCode: Int32) -> JSON {
    let affected = Dictionary(affected.map { ($0.pod.uid, $0) }, uniquingKeysWith: { first, _ in first })
    return [
      "kind": "cri-report",
      "schema": JSON(Self.schema),
      "scenario": .string(scenario.rawValue), "scenarioReason": JSON(optional: scenarioReason),
      "verdict": .string(verdict(failingOn: threshold).name),
      "reason": JSON(optional: vacuous),
      "exitCode": JSON(exitCode),
      "before": before.json,
      "after": after.json,
      "summary": summary,
      "findings": .array(findings.map { finding in json(finding, finding.object.pod.flatMap { affected[$0.uid] }) }),
      "pods": .array(predictions.map(\.json)),
      "unchecked": .array(unchecked.map { ["what": .string($0.what), "why": .string($0.why)] }),
    ]
  }

  private var summary: JSON {
    var object = JSONObject()
    for severity in Severity.allCases.reversed() {
      object["\(severity)"] = JSON(findings.count { $0.rule.severity == severity })
    }
    object["pods"] = JSON(predictions.count)
    for action in Prediction.Action.allCases {
      object[action.rawValue] = JSON(predictions.count { $0.action == action })
    }
    return .object(object)
  }

  /// - Parameter prediction: what kubelet will do with its pod; nil where the pod is kept.
  private func json(_ finding: Finding, _ prediction: Prediction?) -> JSON {
    [
      "rule": .string(finding.rule.id), "severity": .string("\(finding.rule.severity)"),
      "object": finding.object.json, "field": .string(finding.rule.field), "before": .string(finding.before),
      "after": .string(finding.after), "reason": .string(finding.rule.reason),
      "kubelet": prediction.map(\.json) ?? .null,
    ]
  }

  /// What kubelet will do with the pod that a finding is about; nil for node and images, and where the pod is kept.
  public func prediction(for finding: Finding) -> Prediction? {
    guard let pod = finding.object.pod else { return nil }
    return affected.first { $0.pod.uid == pod.uid }
  }
}

extension Report.Verdict {
  /// One word for it.
  public var name: String {
    switch self {
    case .intact: "intact"
    case .lost: "lost"
    case .unverified: "unverified"
    case .vacuous: "vacuous"
    }
  }
}

extension Report.Side {
  var json: JSON {
    [
      "taken": .string("\(taken)"), "node": .string(host.name), "bootId": JSON(optional: host.bootID),
      "runtime": .string(runtime), "daemonPid": JSON(optional: daemon.pid),
    ]
  }
}

extension Prediction {
  var json: JSON {
    [
      "namespace": .string(pod.namespace), "pod": .string(pod.name), "uid": .string(pod.uid),
      "action": .string(action.rawValue), "rule": JSON(optional: rule), "field": JSON(optional: field),
      "outcome": JSON(optional: outcome), "restartPolicy": JSON(optional: restartPolicy?.rawValue),
      "before": JSON(optional: before), "after": JSON(optional: after),
      "trigger": JSON(optional: trigger?.rawValue),
      "containers": .array(containers.map { .string($0) }),
    ]
  }
}
