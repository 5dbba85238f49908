public import CRIJSON
internal import CRISnapshot

extension PreflightReport {
  /// The report as a document. `exitCode` is what `cri preflight` ends with.
  public func json(exitCode: Int32) -> JSON {
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
      "readyPods": JSON(podCount),
      "findings": .array(findings.map(\.json)),
      "pods": .array(
        victims.map { $0.json("lost") } + disturbed.map { $0.json("containers") }
          + readdressed.map { $0.json("addresses") } + rewritten.map { $0.json("records") }),
      "advisories": .array(suspicions.map(\.json)),
      "unchecked": .array(
        unchecked.map { ["rule": .string($0.rule), "why": .string($0.why), "decides": .bool($0.decides)] }),
    ]
  }
}

extension PreflightFinding {
  var json: JSON {
    [
      "rule": .string(rule.id), "severity": .string("\(rule.severity)"), "certainty": "proved",
      "predicts": .string(predicts.rawValue), "object": object.json, "what": .string(rule.what),
      "detail": .string(detail), "reason": .string(rule.reason), "remedy": .string(rule.remedy),
    ]
  }
}

extension PreflightReport.Victim {
  func json(_ loss: String) -> JSON {
    [
      "namespace": .string(pod.namespace), "pod": .string(pod.name), "uid": .string(pod.uid), "loss": .string(loss),
      "rules": .array(rules.map { .string($0) }),
    ]
  }
}

extension PreflightReport.Suspicion {
  var json: JSON {
    let advisory = match.advisory
    return [
      "id": .string(advisory.id), "product": .string(advisory.product.rawValue),
      "standing": .string(standing.rawValue), "scenario": .string(match.scenario.rawValue),
      "concerns": .string(match.concern.rawValue), "symptom": .string(advisory.symptom),
      "fixedIn": .string(advisory.fixedIn), "reference": .string(advisory.reference),
      "confidence": .string(advisory.confidence.rawValue), "decidedBy": .array(advisory.decidedBy.map { .string($0) }),
    ]
  }
}
