public import CRIJSON
public import CRIPreflight
internal import CRIRules
internal import CRISnapshot

extension PreflightReport {
  /// Returns the report as the document that `cri preflight -o json` prints.
  /// - Parameter exitCode: The exit code in the document; nil for the exit code of `cri preflight`.
  public func json(exitCode: Int32? = nil) -> JSON { json(exitCode: exitCode ?? verdict.exitCode, text: .english) }

  func json(exitCode: Int32, text: ReportText) -> JSON {
    [
      "kind": "cri-preflight",
      "schema": JSON(Self.schema),
      "verdict": .string(verdict.rawValue),
      "exitCode": JSON(exitCode),
      "taken": .string("\(taken)"),
      "node": .string(host.name),
      "bootId": JSON(optional: host.bootID),
      "runtime": .string(runtime),
      "daemonPid": JSON(optional: daemon.pid),
      "target": JSON(optional: target?.text),
      "assumedVersion": JSON(optional: assumedVersion?.text),
      "readyPods": JSON(podCount),
      "findings": .array(findings.map { $0.json(text) }),
      "pods": .array(
        podsToLose.map { $0.json("lost") } + podsToDisturb.map { $0.json("containers") }
          + podsWithNewAddresses.map { $0.json("addresses") } + podsReportedDifferently.map { $0.json("records") }),
      "advisories": .array(suspicions.map { $0.json(text) }),
      "unchecked": .array(unchecked.map { $0.ruleJSON(text, hasRoot: true) }),
    ]
  }
}

extension PreflightFinding {
  fileprivate func json(_ text: ReportText) -> JSON {
    let entry = text.rule(rule.id)
    return [
      "rule": .string(rule.id.label), "id": .string(rule.id.rawValue), "severity": .string("\(rule.severity)"),
      "certainty": .string(detail.defect == nil ? "proved" : "version"), "predicts": .string(predicts.rawValue),
      "object": object.json,
      "what": .string(entry.violation), "detail": .string(text.detail(detail)), "reason": .string(entry.reason),
      "remedy": .string(entry.remedy),
    ]
  }
}

extension PreflightReport.AffectedPod {
  fileprivate func json(_ loss: String) -> JSON {
    [
      "namespace": .string(pod.namespace), "pod": .string(pod.name), "uid": .string(pod.uid), "loss": .string(loss),
      "rules": .array(rules.map { .string($0.label) }), "action": JSON(optional: reaction?.action.rawValue),
      "endsIfKubeletRuns": (reaction?.endsIfKubeletRuns).map { .bool($0) } ?? .null,
      "restartPolicy": JSON(optional: reaction?.restartPolicy.rawValue), "owner": JSON(optional: reaction?.owner),
    ]
  }
}

extension PreflightReport.Suspicion {
  fileprivate func json(_ text: ReportText) -> JSON {
    let advisory = match.advisory
    return [
      "id": .string(advisory.id.rawValue), "product": .string(advisory.product.rawValue),
      "standing": .string(status.rawValue), "scenario": .string(match.scenario.rawValue),
      "concerns": .string(match.concern.rawValue), "symptom": .string(text.symptom(advisory.id)),
      "fixedIn": .string(text.fix(advisory.id)), "reference": .string(advisory.reference),
      "confidence": .string(advisory.confidence.rawValue),
      "decidedBy": .array(advisory.decidedBy.map { .string($0.label) }),
    ]
  }
}

extension Unchecked {
  /// An entry of `unchecked` in a report about one node: the rule, or an empty string with the subject in the text.
  func ruleJSON(_ text: ReportText, hasRoot: Bool = false) -> JSON {
    let entry = text.unchecked(self, hasRoot: hasRoot)
    return [
      "rule": .string(rule?.label ?? ""), "why": .string(rule == nil ? entry.line : entry.reason),
      "code": .string(reason.code.rawValue), "decides": .bool(isRequired),
    ]
  }
}
