/// A port of `port-forward`: `REMOTE`, `LOCAL:REMOTE` or `:REMOTE`.
struct PortMapping: Hashable, Sendable {
  /// 0 lets the kernel choose one.
  let local: UInt16
  let remote: UInt16

  /// - Returns: nil if the text is invalid.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let last = parts.last, let remote = Self.port(last), remote > 0 else { return nil }
    self.remote = remote
    guard parts.count == 2 else {
      local = remote
      return
    }
    guard let local = parts[0].isEmpty ? 0 : Self.port(parts[0]) else { return nil }
    self.local = local
  }

  private static func port(_ text: Substring) -> UInt16? {
    text.allSatisfy(\.isNumber) ? UInt16(text) : nil
  }
}
