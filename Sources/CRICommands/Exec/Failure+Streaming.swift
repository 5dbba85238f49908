internal import CRICommandLine
internal import CRIStreaming

extension Failure {
  /// The failure of a session, with a remedy.
  /// - Parameters:
  ///   - subject: The object, such as `container web`.
  ///   - runsCommand: Whether the session runs a command, which may outlive it.
  init(_ error: StreamingError, about subject: String, runsCommand: Bool = true) {
    let remedy = Self.remedy(for: error, runsCommand).map { "; \($0)" } ?? ""
    self.init(.sessionFailed, "\(subject): \(error)\(remedy)")
  }

  private static func remedy(for error: StreamingError, _ runsCommand: Bool) -> String? {
    switch error.code {
    case .invalidURL: "check the configuration of the runtime's streaming server"
    case .cannotConnect:
      "check the address of the runtime's streaming server in its configuration, and that cri runs on the same node"
    case .timedOut: "specify a longer --timeout before the subcommand"
    case .connectionLost, .protocolViolation, .malformedStatus:
      runsCommand ? "the command may still be running" : nil
    case .untrustedCertificate:
      "specify the certificate of its authority with --tls-ca, or --insecure to connect without verification"
    case .wrongCertificateName:
      "specify a name of the certificate with --tls-server-name, or --insecure to connect without verification"
    case .certificateNotValidNow:
      "renew the certificate of the runtime's streaming server, check the clock of this node, or specify --insecure to "
        + "connect without verification"
    case .clientCertificateRefused: "specify a certificate that the runtime accepts with --tls-cert and --tls-key"
    case .redirected: "specify the endpoint of the runtime itself"
    default:
      if let host = error.refusedHost {
        "specify --allow-stream-host \(host) to connect to it"
      } else if let status = error.refusedStatus {
        status == 404 ? "the URL has expired; try again" : "try another --transport"
      } else {
        nil
      }
    }
  }
}
