public import CRIJSON
public import CRIRules
internal import CRISnapshot
public import CRIVerify

extension Report {
  /// Returns the report as the document that `cri verify -o json` prints.
  /// - Parameters:
  ///   - threshold: The lowest severity that counts as a loss.
  ///   - exitCode: The exit code in the document; nil for the exit code of `cri verify`.
  public func json(failingOn threshold: Severity = .major, exitCode: Int32? = nil) -> JSON {
    json(failingOn: threshold, exitCode: exitCode ?? verdict(failingOn: threshold).exitCode, text: .english)
  }

  func json(failingOn threshold: Severity, exitCode: Int32, text: ReportText) -> JSON {
    [
      "kind": "cri-report",
      "schema": JSON(Self.schema),
      "scenario": .string(scenario.rawValue),
      "scenarioReason": JSON(optional: scenarioReason.map { text.reason($0) }),
      "verdict": .string(verdict(failingOn: threshold).name),
      "reason": JSON(optional: vacuous.map { text.reason($0) }),
      "reasonCode": JSON(optional: vacuous?.code),
      "exitCode": JSON(exitCode),
      "before": before.json,
      "after": after.json,
      "summary": summary,
      "findings": .array(findings.map { $0.json(text) }),
      "pods": .array(predictions.map { $0.json(text) }),
      "unchecked": .array(unchecked.map { $0.json(text) }),
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
}

extension Unchecked {
  /// An entry of `unchecked`: the subject and the reason as text, and the reason's code.
  func json(_ text: ReportText) -> JSON {
    let entry = text.unchecked(self)
    return ["what": .string(entry.subject), "why": .string(entry.reason), "code": .string(reason.code.rawValue)]
  }
}

extension Finding {
  fileprivate func json(_ text: ReportText) -> JSON {
    [
      "rule": .string(rule.id.label), "severity": .string("\(rule.severity)"), "object": object.json,
      "field": JSON(optional: rule.field?.rawValue), "before": .string(text.value(before)),
      "after": .string(text.value(after)), "reason": .string(text.reason(of: self)),
      "kubelet": prediction?.json(text) ?? .null,
    ]
  }
}

extension Report.Side {
  fileprivate var json: JSON {
    [
      "taken": .string("\(taken)"), "node": .string(host.name), "bootId": JSON(optional: host.bootID),
      "runtime": .string(runtime), "daemonPid": JSON(optional: daemon.pid),
    ]
  }
}

extension Prediction {
  fileprivate func json(_ text: ReportText) -> JSON {
    [
      "namespace": .string(pod.namespace), "pod": .string(pod.name), "uid": .string(pod.uid),
      "action": .string(action.rawValue), "rule": JSON(optional: rule?.rawValue),
      "field": JSON(optional: field?.rawValue), "outcome": JSON(optional: outcome?.rawValue),
      "restartPolicy": JSON(optional: restartPolicy?.rawValue), "dependsOnPolicy": .bool(dependsOnPolicy),
      "mayEnd": .bool(mayEnd), "dependsOnKind": .bool(dependsOnKind), "owner": JSON(optional: owner),
      "before": JSON(optional: before.map { text.value($0) }), "after": JSON(optional: after.map { text.value($0) }),
      "alternatives": .array(alternatives.map(\.json)),
      "completedIfStopped": .array(completedIfStopped.map { .string($0) }),
      "leftEnded": .array(leftEnded.map { .string($0) }),
      "repeated": .array(repeated.map { .string($0) }), "isDown": .bool(isDown), "isRecreated": .bool(isRecreated),
      "runsAgainLater": .bool(runsAgainLater),
      "trigger": JSON(optional: trigger?.rawValue), "containers": .array(containers.map { .string($0) }),
    ]
  }
}

extension Prediction.Alternative {
  fileprivate var json: JSON {
    [
      "restartPolicies": .array(policies.map { .string($0.rawValue) }), "action": .string(action.rawValue),
      "rule": JSON(optional: rule?.rawValue), "containers": .array(containers.map { .string($0) }),
      "trigger": JSON(optional: trigger?.rawValue),
    ]
  }
}
