/// Options for opening sessions.
public struct StreamingOptions: Sendable {
  /// The choice of the transport.
  public enum Transport: Hashable, Sendable {
    /// SPDY, or WebSocket if the server rejects SPDY.
    case automatic
    /// Only the given transport.
    case only(StreamTransportKind)

    /// The transports to try, in order.
    package var kinds: [StreamTransportKind] {
      switch self {
      case .automatic: [.spdy, .webSocket]
      case .only(let kind): [kind]
      }
    }
  }

  /// The transport to use.
  public var transport: Transport
  /// The time within which the server must accept the session, including connecting, the upgrade and the streams. It
  /// does not limit the session itself.
  public var setupTimeout: Duration
  /// Hosts, as written in the URL, to which sessions may connect in addition to this machine. The addresses of names
  /// come from `/etc/hosts`.
  public var allowedHosts: [String]
  /// The value of the `User-Agent` field.
  public var userAgent: String
  /// TLS for https URLs, for example a `TLSClient` of the product `CRITLS`; nil to reject them.
  public var tls: (any TLSProvider)?

  /// Creates options.
  /// - Parameters:
  ///   - transport: The transport to use.
  ///   - setupTimeout: The time within which the server must accept the session.
  ///   - allowedHosts: Hosts to which sessions may connect in addition to this machine.
  ///   - userAgent: The value of the `User-Agent` field.
  ///   - tls: TLS for https URLs; nil to reject them.
  public init(
    transport: Transport = .automatic, setupTimeout: Duration = .seconds(10), allowedHosts: [String] = [],
    userAgent: String = "cri", tls: (any TLSProvider)? = nil
  ) {
    self.transport = transport
    self.setupTimeout = setupTimeout
    self.allowedHosts = allowedHosts
    self.userAgent = userAgent
    self.tls = tls
  }
}
