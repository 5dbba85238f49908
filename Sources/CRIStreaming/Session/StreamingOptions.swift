/// Options for opening sessions.
public struct StreamingOptions: Sendable {
  /// The choice of the transport.
  public enum Transport: Hashable, Sendable {
    /// SPDY, or WebSocket if the server refuses SPDY.
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

  /// Which transport is used.
  public var transport: Transport
  /// The time within which the server must accept the session, including connecting, the upgrade and the streams. It
  /// does not limit the session itself.
  public var setupTimeout: Duration
  /// Hosts, as in the URL, to which sessions may connect besides this machine. The addresses of names come from
  /// `/etc/hosts`.
  public var allowedHosts: [String]
  /// The value of the `User-Agent` field.
  public var userAgent: String
  /// TLS for https URLs, for example a `TLSClient` of the product `CRITLS`; nil to refuse them.
  public var tls: (any TLSProvider)?

  /// Creates options.
  /// - Parameters:
  ///   - transport: Which transport is used.
  ///   - setupTimeout: The time until the server must have accepted the session.
  ///   - allowedHosts: Hosts that sessions may lead to besides this machine.
  ///   - userAgent: The value of the `User-Agent` field.
  ///   - tls: TLS for https URLs; nil to refuse them.
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
