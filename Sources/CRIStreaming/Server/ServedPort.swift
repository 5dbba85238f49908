/// A port in a pod that a `StreamServer` serves. It reacts to the data that one connection receives.
package protocol ServedPort: Sendable {
  mutating func receive(_ bytes: [UInt8]) -> [ServedPortAction]
  mutating func endOfData() -> [ServedPortAction]
}

/// An action of a served port.
package enum ServedPortAction: Hashable, Sendable {
  case send([UInt8])
  /// Stops sending, but continues to receive.
  case finish
  /// Ends the connection.
  case close
}
