/// The reason why a TLS connection failed.
public struct TLSFailure: Error, Hashable, Sendable {
  /// The kind of failure.
  public enum Kind: Hashable, Sendable {
    /// The server's certificate is not signed by a trusted authority, or violates a rule.
    case untrusted
    /// The server's certificate is for different names.
    case wrongName
    /// The server's certificate has expired or is not valid yet.
    case notValidNow
    /// The server rejects this end's certificate, or requires one.
    case clientCertificateRefused
    /// The peer does not use TLS.
    case notTLS
    /// The peer violated the protocol, or the two ends have no version or algorithm in common.
    case handshakeFailed
    /// The connection ended without `close_notify`, so data may be missing.
    case truncated
    /// A certificate, a key or the trust store cannot be used.
    case unusableSettings
  }

  /// The kind of failure.
  public let kind: Kind
  /// A brief reason.
  public let reason: String

  /// Creates a failure.
  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

extension TLSFailure: CustomStringConvertible {
  /// The reason.
  public var description: String { reason }
}
