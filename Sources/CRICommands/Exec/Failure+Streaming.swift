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
