/// The reason why a session could not start, or ended without a result.
public struct StreamingError: Error, Hashable, Sendable {
  /// The kind of failure. More kinds may be added.
  public struct Code: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      case invalidURL, hostNotAllowed(String), unsupportedTLS, cannotConnect, timedOut, upgradeRefused(status: Int?)
      case redirected, protocolViolation, streamRefused, connectionLost, malformedStatus, remote, cannotEndInput
      case inputClosed, cancelled, system
      case untrustedCertificate, wrongCertificateName, certificateNotValidNow, clientCertificateRefused, tlsFailed
    }

    let kind: Kind

    /// The runtime returned a URL that is not valid.
    public static let invalidURL = Code(kind: .invalidURL)
    /// The URL points to another machine that is not in `StreamingOptions.allowedHosts`.
    public static func hostNotAllowed(_ host: String) -> Code { Code(kind: .hostNotAllowed(host)) }
    /// The URL needs TLS, but `StreamingOptions.tls` is not set.
    public static let unsupportedTLS = Code(kind: .unsupportedTLS)
    /// The server's certificate is not signed by a trusted authority, or violates a rule.
    public static let untrustedCertificate = Code(kind: .untrustedCertificate)
    /// The server's certificate is not valid for the URL's host.
    public static let wrongCertificateName = Code(kind: .wrongCertificateName)
    /// The server's certificate has expired or is not valid yet.
    public static let certificateNotValidNow = Code(kind: .certificateNotValidNow)
    /// The server rejects the client's certificate, or requires one.
    public static let clientCertificateRefused = Code(kind: .clientCertificateRefused)
    /// TLS failed for another reason, for example because the server does not use TLS.
    public static let tlsFailed = Code(kind: .tlsFailed)
    /// The server of the URL cannot be reached.
    public static let cannotConnect = Code(kind: .cannotConnect)
    /// Connecting and upgrading took longer than `StreamingOptions.setupTimeout`.
    public static let timedOut = Code(kind: .timedOut)
    /// The server rejected the transport. The status is that of its HTTP response, if it sent one.
    public static func upgradeRefused(status: Int?) -> Code { Code(kind: .upgradeRefused(status: status)) }
    /// The server redirected the request. Redirects are never followed.
    public static let redirected = Code(kind: .redirected)
    /// The server violated a protocol.
    public static let protocolViolation = Code(kind: .protocolViolation)
    /// The server rejected one of the session's streams.
    public static let streamRefused = Code(kind: .streamRefused)
    /// The session ended without a final status. The command may still be running.
    public static let connectionLost = Code(kind: .connectionLost)
    /// The final status is malformed.
    public static let malformedStatus = Code(kind: .malformedStatus)
    /// The server reported an error on a forwarded connection, for example that the port refused it.
    public static let remote = Code(kind: .remote)
    /// The protocol has no way to end the input while the session continues.
    public static let cannotEndInput = Code(kind: .cannotEndInput)
    /// The command no longer accepts input.
    public static let inputClosed = Code(kind: .inputClosed)
    /// The session was cancelled by the client.
    public static let cancelled = Code(kind: .cancelled)
    /// A system call failed.
    public static let system = Code(kind: .system)
  }

  /// The kind of failure.
  public let code: Code
  /// A brief reason. It may include text from the server, which may contain control characters.
  public let reason: String
  /// The URL of the session.
  public var url: String?
  /// The transport that was tried or used.
  public var transport: StreamTransportKind?

  /// Creates an error, for example in a test of error handling.
  public init(_ code: Code, _ reason: String, url: String? = nil, transport: StreamTransportKind? = nil) {
    self.code = code
    self.reason = reason
    self.url = url
    self.transport = transport
  }

  /// The host to which the URL points, if it is not allowed (`.hostNotAllowed`).
  public var refusedHost: String? {
    if case .hostNotAllowed(let host) = code.kind { host } else { nil }
  }

  /// The HTTP status of `.upgradeRefused`.
  public var refusedStatus: Int? {
    if case .upgradeRefused(let status) = code.kind { status } else { nil }
  }

  /// Whether a different transport on a new URL may succeed.
  public var isTransportRefused: Bool {
    if case .upgradeRefused = code.kind { true } else { false }
  }
}

extension StreamingError: CustomStringConvertible {
  /// One line with the reason and the URL, without the URL's path and query, which contain a token.
  public var description: String {
    guard let url else { return reason }
    let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    let end = url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    return "\(url[..<end]): \(reason)"
  }
}
