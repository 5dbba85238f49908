/// Reads an upgrade request. Server only.
package struct UpgradeRequestReader {
  private var head = HTTPHeadReader()

  package init() {}

  /// Adds bytes from the client.
  /// - Returns: The request; nil until it is complete.
  package mutating func receive(_ bytes: [UInt8]) throws(UpgradeFailure) -> UpgradeOffer? {
    guard let (head, rest) = try head.receive(bytes) else { return nil }
    return try UpgradeOffer(head, rest: rest)
  }
}
