public import CRIStreaming

/// TLS for server connections, for simulated runtimes and tests.
public final class TLSServer: TLSProvider {
  private let context: TLSContext

  /// Creates TLS settings for any number of connections.
  /// - Parameters:
  ///   - identity: The server's certificate and private key.
  ///   - clientAuthorities: The authorities, in PEM format, one of which must have signed each client's certificate;
  ///     nil to require no certificate.
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
