public import CRIStreaming

/// TLS for the connections of a server, for simulated runtimes and tests.
public final class TLSServer: TLSProvider {
  private let context: TLSContext

  /// Creates TLS with common settings for any number of connections.
  /// - Parameters:
  ///   - identity: The server's certificate and its private key.
  ///   - clientAuthorities: The authorities, in PEM format, one of which must have signed the certificate that each client
  ///     must have; nil to require none.
  /// - Throws: `.unusableSettings`.
  public init(identity: TLSClient.Identity, clientAuthorities: [UInt8]? = nil) throws(TLSFailure) {
    context = try TLSContext(isServer: true)
    try context.identify(certificate: identity.certificate, key: identity.key)
    if let clientAuthorities { try context.trust(clientAuthorities) }
  }

  /// Begins a connection.
  public func makeEngine(host: String) throws(TLSFailure) -> any TLSEngine {
    try OpenSSLEngine(context, host: nil, isVerified: true)
  }
}
