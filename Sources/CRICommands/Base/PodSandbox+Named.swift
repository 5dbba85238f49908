internal import CRI

extension Sequence<PodSandbox> {
  /// Returns the pod with this ID, prefix of an ID, name, or `NAMESPACE/NAME`; nil if no pod matches.
  func first(named word: String) -> PodSandbox? {
    guard !word.isEmpty else { return nil }
    return first { $0.id.hasPrefix(word) }
      ?? first { sandbox in
        let name = sandbox.metadata?.name ?? ""
        return !name.isEmpty && (word == name || word == "\(sandbox.metadata?.namespace ?? "")/\(name)")
      }
  }
}
