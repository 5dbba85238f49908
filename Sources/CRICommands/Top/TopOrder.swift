internal import CRICommandLine

/// The order of `top`.
struct TopOrder: Hashable, Sendable {
  enum Key: String, Hashable, Sendable, CaseIterable { case cpu, mem, name, pod, namespace }

  var key: Key
  /// Whether the order is the reverse of the default order, which has the highest usage first and names in alphabetical
  /// order.
  var isReversed = false

  init(_ key: Key) { self.key = key }

  /// Parses `--sort-by`.
  init(_ text: String) throws(Failure) {
    isReversed = text.hasPrefix("-")
    guard let key = Key(rawValue: String(isReversed ? text.dropFirst() : text[...])) else {
      let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.usage, "--sort-by \(text): unknown key; specify one of \(names), or -KEY for the reverse order")
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
      // A pod's row has no container name.
      case .name where first.name != second.name: first.name < second.name
      default: (first.pod, first.name, first.id) < (second.pod, second.name, second.id)
      }
    }
    return isReversed ? sorted.reversed() : sorted
  }
}
