internal import CRICommandLine

/// What `top` is sorted by.
struct TopOrder: Hashable, Sendable {
  enum Key: String, Hashable, Sendable, CaseIterable { case cpu, mem, name, pod, namespace }

  var key: Key
  /// The other way round than is usual: the greatest use first, names by the alphabet.
  var isReversed = false

  init(_ key: Key) { self.key = key }

  /// Reads `--sort-by`.
  init(_ text: String) throws(Failure) {
    isReversed = text.hasPrefix("-")
    guard let key = Key(rawValue: String(isReversed ? text.dropFirst() : text[...])) else {
      let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.usage, "--sort-by \(text): write one of \(names), after - the other way round")
    }
    self.key = key
  }

  func apply(to rows: [TopRow]) -> [TopRow] {
    let sorted = rows.sorted { first, second in
      switch key {
      case .cpu where first.cpu != second.cpu: (first.cpu ?? -1) > (second.cpu ?? -1)
      case .mem where first.memory != second.memory: (first.memory ?? 0) > (second.memory ?? 0)
      case .namespace where first.namespace != second.namespace: first.namespace < second.namespace
      case .pod where first.pod != second.pod: first.pod < second.pod
      // A pod has its own name only.
      case .name where first.name != second.name: first.name < second.name
      default: (first.pod, first.name, first.id) < (second.pod, second.name, second.id)
      }
    }
    return isReversed ? sorted.reversed() : sorted
  }
}
