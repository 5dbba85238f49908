package import CRIJSON

extension RestartRule {
  /// Reads an element of `restartPolicyRules`, as it appears in the API and in a snapshot.
  package init(_ document: JSON) {
    let codes = document["exitCodes"]
    self.init(
      document["action"]?.stringValue.flatMap(Action.init(rawValue:)),
      codes?["operator"]?.stringValue.flatMap(Comparison.init(rawValue:)),
      (codes?["values"]?.arrayValue ?? []).compactMap { $0.intValue.flatMap { Int32(exactly: $0) } })
  }

  var json: JSON {
    [
      "action": JSON(optional: action?.rawValue),
      "exitCodes": [
        "operator": JSON(optional: comparison?.rawValue), "values": .array(values.map { JSON($0) }),
      ],
    ]
  }
}
