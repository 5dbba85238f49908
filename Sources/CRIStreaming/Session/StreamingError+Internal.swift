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
    let code: Code =
      switch failure {
      case .invalidRequest: .invalidURL
      case .notHTTP, .malformedHead, .headTooLarge, .tooManyFields, .wrongProtocol, .wrongAccept, .unexpectedExtension:
        .protocolViolation
      case .redirected: .redirected
      case .notUpgraded(let status, _, _), .refused(let status, _, _, _): .upgradeRefused(status: status)
      case .wrongUpgrade: .upgradeRefused(status: 101)
      case .connectionEnded: .connectionLost
      }
    self.init(code, "\(failure)", url: url, transport: transport)
  }

  init(_ failure: RemoteCommandFailure, url: String, transport: StreamTransportKind) {
    let code: Code =
      switch failure {
      case .transport(.spdy(.outOfMemory)): .system
      case .transport: .protocolViolation
      case .streamRefused: .streamRefused
      case .noStatus: .connectionLost
      case .malformedStatus, .statusTooLarge: .malformedStatus
      }
    self.init(code, "\(failure)", url: url, transport: transport)
  }

  init(_ failure: PortForwardError, url: String, transport: StreamTransportKind) {
    let code: Code =
      switch failure {
      case .remote: .remote
      case .reset: .streamRefused
      case .messageTooLarge: .protocolViolation
      case .connectionLost: .connectionLost
      }
    self.init(code, "\(failure)", url: url, transport: transport)
  }
}
