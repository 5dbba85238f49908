/// A port in a pod that a `StreamServer` serves: it reacts to what one connection receives.
package protocol ServedPort: Sendable {
  mutating func receive(_ bytes: [UInt8]) -> [ServedPortAction]
  mutating func endOfData() -> [ServedPortAction]
}

/// What a served port does.
package enum ServedPortAction: Hashable, Sendable {
  case send([UInt8])
  /// Sends no more, and still receives.
  case finish
  /// Ends the connection.
  case close
}
