public import CRIStreaming

/// TLS for client connections, version 1.2 or later, with OpenSSL. OpenSSL's configuration file is not read.
public final class TLSClient: TLSProvider {
  /// Determines which server certificates are accepted.
  public enum Trust: Hashable, Sendable {
    /// Certificates signed by an authority in the system's trust store, which is the file that the environment variable
    /// `SSL_CERT_FILE` names, or else the distribution's.
    case system
    /// The certificates in this string in PEM format, and those signed by them.
    case authorities([UInt8])
    /// All certificates, for any name. Anyone who can redirect the connection can read and change the data.
    case everything
  }

  /// The client's certificate and private key.
  public struct Identity: Hashable, Sendable {
    /// The certificate in PEM format, followed by those of its certificate authorities.
    public var certificate: [UInt8]
    /// The private key in PEM format, without a passphrase.
    public var key: [UInt8]

    /// Creates an identity.
    public init(certificate: [UInt8], key: [UInt8]) {
      self.certificate = certificate
      self.key = key
    }
  }

  private let context: TLSContext
  private let serverName: String?
  private let isVerified: Bool

  /// Creates TLS settings for any number of connections.
  /// - Parameters:
  ///   - trust: Determines which server certificates are accepted.
  ///   - identity: The client's certificate, for servers that require one.
  ///   - serverName: The name or the IP address that the server's certificate must contain; nil for the URL's host.
  /// - Throws: `.unusableSettings`.
  public init(trust: Trust = .system, identity: Identity? = nil, serverName: String? = nil) throws(TLSFailure) {
    context = try TLSContext(isServer: false)
    self.serverName = serverName
    isVerified = trust != .everything
    switch trust {
    case .system: try context.trust(try TrustStore.read(), ignoresDamage: true)
    case .authorities(let pem): try context.trust(pem)
    case .everything: break
    }
    if let identity { try context.identify(certificate: identity.certificate, key: identity.key) }
  }

  /// Begins a connection.
  /// - Parameter host: The host of the URL.
  public func makeEngine(host: String) throws(TLSFailure) -> any TLSEngine {
    try OpenSSLEngine(context, host: serverName ?? host, isVerified: isVerified)
  }
}
