internal import CRIRules
internal import CRISnapshot

extension Verifier {
  /// Lists the pods whose network namespaces cannot be compared.
  mutating func addUnreportedNamespaces(of ready: [SandboxRecord]) {
    guard scenario.keepsObjects else { return }
    let found = Dictionary(after.sandboxes.map { ($0.id, $0) }) { first, _ in first }
    let pairs = ready.compactMap { old in found[old.id].map { (old, $0) } }
    let counts = [
      (true, pairs.count { old, now in old.isNamespaceUnreported(before: now) }),
      (false, pairs.count { old, now in now.isNamespaceUnreported(after: old) }),
    ]
    for (isBefore, count) in counts where count > 0 {
      unchecked.append(
        Unchecked(
          .source(.podNetworkNamespaces), UnknownReason(.notReported), count: count, isFromEarlierSnapshot: isBefore))
    }
  }
}

extension SandboxRecord {
  /// Whether the runtime did not report the namespace that this sandbox had before the change. A ready pod without the
  /// host's network always has one, and CRI-O before 1.18 reports none.
  func isNamespaceUnreported(before later: SandboxRecord) -> Bool {
    facts.networkNamespace == nil && !isHostNetwork && later.facts.networkNamespace != nil
  }

  /// Whether the runtime reports no facts about this sandbox any longer. If it reports others, there is no namespace.
  func isNamespaceUnreported(after earlier: SandboxRecord) -> Bool {
    facts == SandboxFacts() && earlier.facts.networkNamespace != nil
  }
}
