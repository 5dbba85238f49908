extension StreamingError {
  init(_ failure: TLSFailure, url: String, transport: StreamTransportKind) {
    let code: Code =
      switch failure.kind {
      case .untrusted: .untrustedCertificate
      case .wrongName: .wrongCertificateName
      case .notValidNow: .certificateNotValidNow
      case .clientCertificateRefused: .clientCertificateRefused
      case .truncated: .connectionLost
      case .notTLS, .handshakeFailed, .unusableSettings: .tlsFailed
      }
    self.init(code, failure.reason, url: url, transport: transport)
  }

  init(_ failure: UpgradeFailure, url: String, transport: StreamTransportKind) {
    let (code, reason) = Self.explain(failure)
    self.init(code, reason, url: url, transport: transport)
  }

  private static func explain(_ failure: UpgradeFailure) -> (Code, String) {
    switch failure {
    case .invalidRequest(let part): (.invalidURL, "the URL contains characters that a request cannot contain: \(part)")
    case .notHTTP(let start): (.protocolViolation, "the server does not speak HTTP/1.1: \(start)")
    case .malformedHead(let reason): (.protocolViolation, "the HTTP response is malformed: \(reason)")
    case .headTooLarge(let limit): (.protocolViolation, "the head of the HTTP response is larger than \(limit) bytes")
    case .tooManyFields(let limit): (.protocolViolation, "the HTTP response has more than \(limit) header fields")
    case .redirected(let status, let location):
      (.redirected, "the server redirects to \(location ?? "nowhere") (HTTP status \(status)), which is never followed")
    case .notUpgraded(let status, _, let body):
      (.upgradeRefused(status: status), "the server did not upgrade the connection" + quote(status, "", body))
    case .refused(let status, let reason, let body, let accepted):
      (
        .upgradeRefused(status: status),
        "the server refused the upgrade" + quote(status, reason, body)
          + (accepted.isEmpty ? "" : "; it accepts \(accepted.joined(separator: ", "))")
      )
    case .wrongUpgrade(let expected, let found):
      (
        .upgradeRefused(status: 101),
        "the server upgraded to \(found.isEmpty ? "nothing" : found) instead of \(expected)"
      )
    case .wrongProtocol(let offered, let found):
      (
        .protocolViolation,
        "the server chose the protocol \(found ?? "none"), but the offer was \(offered.joined(separator: ", "))"
      )
    case .wrongAccept: (.protocolViolation, "the server's response to the WebSocket key is wrong")
    case .unexpectedExtension(let name):
      (.protocolViolation, "the server uses the WebSocket extension \(name), which was not offered")
    case .connectionEnded(let received):
      (
        .connectionLost,
        "the server closed the connection during the upgrade" + (received.isEmpty ? "" : ": \(received)")
      )
    }
  }

  private static func quote(_ status: Int, _ reason: String, _ body: String) -> String {
    let head = " (HTTP status \(status)" + (reason.isEmpty ? ")" : " \(reason))")
    let text = body.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(400)
    return text.isEmpty ? head : "\(head): \(text)"
  }

  init(_ failure: RemoteCommandFailure, url: String, transport: StreamTransportKind) {
    let (code, reason): (Code, String) =
      switch failure {
      case .transport(let failure): (.protocolViolation, "the server violated the protocol: \(failure)")
      case .streamRefused(let stream, let reset): (.streamRefused, "the server refused the stream \(stream): \(reset)")
      case .noStatus(let reason): (.connectionLost, "the session ended without a final status: \(reason)")
      case .malformedStatus(let text, let reason):
        (.malformedStatus, "the final status is malformed (\(reason)): \(text.prefix(400))")
      case .statusTooLarge(let limit): (.malformedStatus, "the final status is larger than \(limit) bytes")
      }
    self.init(code, reason, url: url, transport: transport)
  }

  init(_ failure: PortForwardError, url: String, transport: StreamTransportKind) {
    let (code, reason): (Code, String) =
      switch failure {
      case .remote(let message):
        (.remote, message.split(whereSeparator: \.isNewline).joined(separator: " "))
      case .reset(let reset): (.streamRefused, "the server ended the stream: \(reset)")
      case .messageTooLarge(let limit): (.protocolViolation, "the server's error is larger than \(limit) bytes")
      case .connectionLost(let reason): (.connectionLost, "the connection to the runtime was lost: \(reason)")
      }
    self.init(code, reason, url: url, transport: transport)
  }
}
