package import CRIRules
package import CRISnapshot

/// One examined subject: the node, its runtime, a pod with its containers, or an image.
package struct ReportSubject: Hashable, Sendable {
  package var object: ObjectName
  /// The entries, the worst first; a pod's own entries precede those of its containers.
  package var entries: [ReportEntry]
  /// What kubelet will do to the subject; nil if an entry already says so.
  package var predictedAction: String?

  package init(_ object: ObjectName, entries: [ReportEntry] = [], predictedAction: String? = nil) {
    self.object = object
    self.entries = entries
    self.predictedAction = predictedAction
  }

  package var severity: Severity? { entries.first?.severity }
  /// Whether any entry makes the verdict bad.
  package var isBlocking: Bool { entries.contains(where: \.isBlocking) }

  /// The name with its kind, such as `pod default/web`.
  package var name: String {
    switch object.kind {
    case .node, .runtime, .image: "\(object)"
    case .pod, .container: "\(object.kind.rawValue) \(object)"
    }
  }
}

/// One finding.
package struct ReportEntry: Hashable, Sendable {
  package var severity: Severity
  /// Whether the finding makes the verdict bad.
  package var isBlocking: Bool
  package var object: ObjectName
  package var rule: RuleID
  /// What is wrong, with the values.
  package var fact: String
  /// Why it matters, or what kubelet will do.
  package var consequence: String
  /// What to do about it; empty if that depends on the whole report.
  package var remedy: String
  /// The fact, the rule and, if it differs between findings, the consequence, in one line.
  package var line: String
  /// The line without the consequence, used if a rule has many findings; nil if the consequence differs from that of
  /// the rule.
  package var brief: String?
}

extension [ReportSubject] {
  /// Assigns every finding to its subject, and those of a container to its pod.
  mutating func add(_ entries: [ReportEntry]) {
    var positions = Dictionary(enumerated().map { ($1.object.subject, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in entries {
      let subject = entry.object.subject
      if let position = positions[subject] {
        self[position].entries.append(entry)
      } else {
        positions[subject] = count
        append(ReportSubject(subject, entries: [entry]))
      }
    }
    for position in indices {
      self[position].entries.sort { a, b in
        if a.severity != b.severity { return a.severity > b.severity }
        let (isOfPod, isOtherOfPod) = (a.object.kind == .pod, b.object.kind == .pod)
        if isOfPod != isOtherOfPod { return isOfPod }
        return (a.object.name, a.rule.label) < (b.object.name, b.rule.label)
      }
    }
  }

  /// Sorts the subjects: the node and its runtime, the pods by name, then all others.
  mutating func sort() {
    func rank(_ kind: ObjectName.Kind) -> Int {
      switch kind {
      case .node: 0
      case .runtime: 1
      case .pod: 2
      case .container: 3
      case .image: 4
      }
    }
    let keyed = map { (rank: rank($0.object.kind), name: $0.name, subject: $0) }
    self = keyed.sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.map(\.subject)
  }
}

extension ObjectName {
  /// The subject under which a finding is shown: the pod, for any of its sandboxes and containers.
  var subject: ObjectName { pod.map { ObjectName(.pod, pod: $0) } ?? self }
}
