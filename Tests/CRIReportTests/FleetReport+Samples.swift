import CRIJSON

@testable import CRIReport

extension FleetReport {
  /// A fleet's report in which every string is `text`: one node with a loss, a missing node, and a file that is not a
  /// report.
  static func saying(_ text: String) -> FleetReport {
    var fleet = FleetReport()
    let finding: JSON = [
      "rule": .string(text), "severity": "critical", "object": ["kind": "node"], "reason": .string(text),
    ]
    fleet.add(
      document(
        node: text, "lost", runtime: text, more: ["findings": [finding], "before": ["runtime": .string(text + "1")]]),
      from: text)
    fleet.add(Unreadable(source: text, reason: text))
    fleet.expect(text.isEmpty ? [text + "2"] : [text, text + "2"])
    return fleet
  }

  /// The document of one check on one node.
  static func document(
    node: String?, _ verdict: String, kind: String = "cri-report", taken: String? = nil,
    runtime: String = "containerd 1",
    more: JSONObject = [:]
  ) -> ReportDocument {
    var object: JSONObject = ["kind": .string(kind), "schema": 1, "verdict": .string(verdict), "exitCode": 1]
    object["findings"] = []
    object["unchecked"] = []
    var side: JSONObject = ["runtime": .string(runtime)]
    if let node { side["node"] = .string(node) }
    if let taken { side["taken"] = .string(taken) }
    if kind == "cri-report" {
      object["after"] = .object(side)
    } else {
      for (key, value) in side { object[key] = value }
    }
    for (key, value) in more { object[key] = value }
    do { return try ReportDocument(json: .object(object)) } catch { fatalError("\(error)") }
  }
}
