/// Makes the names in a tar stream of a container relative to the requested object.
package struct TarRebase: Sendable {
  /// The name of the object; empty if the stream contains the contents of a directory.
  let name: [UInt8]

  package init(name: [UInt8]) { self.name = name }

  /// - Throws: `.unexpectedName` for a name that is not inside the object.
  package func applied(to event: CopyEvent) throws(TarFailure) -> CopyEvent {
    switch event {
    case .entry(var entry):
      entry.path = try relative(entry.path)
      if case .hardLink(let target) = entry.kind { entry.kind = .hardLink(target: try relative(target)) }
      return .entry(entry)
    case .skipped(let path, let reason): return .skipped(path: try relative(path), reason)
    case .bytes, .zeros: return event
    }
  }

  private func relative(_ path: [UInt8]) throws(TarFailure) -> [UInt8] {
    if name.isEmpty { return path }
    if path == name { return [] }
    guard path.starts(with: name + [UInt8(ascii: "/")]) else {
      throw .unexpectedName(String(decoding: path, as: UTF8.self))
    }
    return Array(path.dropFirst(name.count + 1))
  }
}
